import { render } from 'preact'
import { afterEach, expect, test } from 'vitest'
import type { BoxState } from '#client/box/state.ts'
import { createBox } from '#client/box/owner.ts'
import { Share } from '../../../web/pages/box/share/share.tsx'
import css from '../../../web/style/write.css?raw'
import { poster, share as words } from '../../../web/copy/share.ts'
import { NOW, ORIGIN } from '../../kit/boxes.ts'
import { stage } from '../support/stage.ts'

let root: HTMLElement | undefined

afterEach(() => {
  document.adoptedStyleSheets = []
  if (root !== undefined) render(null, root)
  root?.remove()
})

async function show(name: string): Promise<{
  box: HTMLElement
  state: BoxState
  copied: string[]
  saved: Map<string, Blob>
  said: string[]
  printed: () => number
}> {
  const terms = { largest: 100_000_000, invitation: true }
  const { state } = await createBox({ origin: ORIGIN, name, readerName: 'Ana', terms, now: NOW })
  const box = document.createElement('div')
  document.body.append(box)
  root = box
  const copied: string[] = []
  const said: string[] = []
  const saved = new Map<string, Blob>()
  let printed = 0
  const { tools } = stage(async () => Promise.reject(new TypeError('nobody is asked')), {
    device: {
      copy: async (text) => copied.push(text) > 0,
      save: (file, bytes) => void saved.set(file, new Blob([bytes])),
    },
  })
  const print = (): void => void printed++
  render(
    <Share session={{ state: () => state }} tools={tools} announce={(text) => said.push(text)} print={print} />,
    box,
  )
  return { box, state, copied, saved, said, printed: () => printed }
}

const press = (box: HTMLElement, name: string): void => {
  const found = Array.from(box.querySelectorAll('button')).find((each) => each.textContent?.startsWith(name))
  if (found === undefined) throw new Error(`no button ${name}`)
  found.click()
}

test('an owner gets address, link, HTML and the file for the own site, each to be copied or saved', async () => {
  const { box, copied, said, saved, state } = await show('Ana & <Co>')
  const link = `${ORIGIN}/#${state.box}`
  press(box, words.copyAddress)
  press(box, words.copyLink)
  press(box, words.copyEmbed)
  await expect.poll(() => copied).toEqual([state.box, link, box.querySelector<HTMLTextAreaElement>('#embed')?.value])
  expect(copied[2]).toBe(`<a href="${link}">Write to Ana &amp; &lt;Co&gt;, encrypted</a>`)
  await expect.poll(() => said).toEqual([words.addressCopied, words.linkCopied, words.embedCopied])
  press(box, words.save)
  expect(JSON.parse((await saved.get('box.json')?.text()) ?? '')).toEqual({ boxes: [state.box], server: ORIGIN })
  expect(box.textContent).toContain(words.invitationOnly)
})

test('an owner is told which header the file needs on the own site, with lines to copy for common servers', async () => {
  const { box, copied, said } = await show('The newsroom')
  press(box, words.copyHeader)
  await expect.poll(() => copied).toEqual(['Access-Control-Allow-Origin: *'])
  await expect.poll(() => said).toEqual([words.headerCopied])
  const examples = box.querySelector<HTMLTextAreaElement>('#box-json-servers')?.value ?? ''
  expect(examples).toContain(
    'location = /.well-known/sealdrop/box.json {\n  add_header Access-Control-Allow-Origin "*";\n}',
  )
  expect(examples).toContain('\n/.well-known/sealdrop/box.json\n  Access-Control-Allow-Origin: *')
})

test('the poster is seen on paper only, with name, code, the whole address and how to write safely', async () => {
  const { box, printed, state } = await show('The newsroom')
  const page = box.querySelector<HTMLElement>('.poster')
  expect(page?.querySelector('.poster-name')?.textContent).toBe('The newsroom')
  expect(page?.querySelector('.poster-address')?.textContent?.replaceAll(/\s/g, '')).toBe(state.box)
  expect(page?.querySelector('svg.qr')).not.toBeNull()
  expect(page?.querySelectorAll('li')).toHaveLength(poster.steps.length)
  expect(page?.textContent).toContain('Tor Browser')
  press(box, words.print)
  expect(printed()).toBe(1)
})

test('on paper there is nothing but the poster, and on a screen all but the poster', async () => {
  const { box } = await show('The newsroom')
  const seen = (): string[] => {
    const shown = Array.from(box.querySelectorAll<HTMLElement>('p, h2, button, textarea, li'))
    return [
      ...new Set(
        shown.filter((each) => each.checkVisibility()).map((each) => (each.closest('.poster') ? 'poster' : 'page')),
      ),
    ]
  }
  const sheet = new CSSStyleSheet()
  document.adoptedStyleSheets = [sheet]
  sheet.replaceSync(css)
  expect(seen()).toEqual(['page'])
  // The styles for paper, on the only screen that a test has.
  sheet.replaceSync(css.replace('@media print', '@media screen'))
  expect(seen()).toEqual(['poster'])
})
