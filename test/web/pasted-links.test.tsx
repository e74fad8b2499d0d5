import { render } from 'preact'
import { beforeAll, expect, test } from 'vitest'
import { formatBoxLink, formatInvitation, readWriteTarget } from '#client/box/address-link.ts'
import { formatBoxAddress } from '#protocol/address.ts'
import { codeKindIn } from '#protocol/misplaced-code.ts'
import { Ask } from '../../web/offline/ask.tsx'
import { makeDrawing } from '../../web/kit/drawing.ts'
import { pageOf } from '../../web/platform/page-tools.ts'
import { WAYS } from '../client/support/ways.ts'
import { answer, sealed, stage, WAITING, openLinks } from './support/stage.ts'

// The doors of the page through which links come as people send them, each with every way of test/client/support/ways.ts.

const origin = 'https://drop.example'
const address = formatBoxAddress(new Uint8Array(32).fill(0xa5))
const invitation = new Uint8Array(16).fill(0x5a)
const TO_A_BOX = [formatBoxLink(origin, address), formatInvitation(origin, address, invitation)]
let drop: Awaited<ReturnType<typeof sealed>>
beforeAll(async () => {
  drop = await sealed()
})

/** The fragment that the browser makes of a text behind the `#` of an address. */
function fragmentOf(text: string): string {
  return new URL(`${origin}/#${text}`).hash.slice(1)
}

/** The fragments in the address bar: all that was pasted there, and the rest behind the first `#` of a link that was followed. */
function fragments(link: string): string[] {
  const [, ...followed] = link.split('#')
  return [link, ...(followed.length === 0 ? [] : [followed.join('#')])].map(fragmentOf)
}

test.for(Object.keys(WAYS))('in the address bar a link leads to its message %s', async (name) => {
  for (const fragment of fragments((WAYS[name] ?? String)(drop.link))) {
    expect([fragment, pageOf(fragment)]).toEqual([fragment, 'main'])
    const { tools, state } = stage(async () => answer(200, WAITING), { device: { fragment: () => fragment } })
    await openLinks(tools).arrive(fragment)
    expect([fragment, state().main.at]).toEqual([fragment, 'open'])
  }
})

test.for(Object.keys(WAYS))('in the address bar an address and an invitation lead to their box %s', (name) => {
  for (const link of TO_A_BOX)
    for (const fragment of fragments((WAYS[name] ?? String)(link))) {
      expect([fragment, pageOf(fragment)]).toEqual([fragment, 'write'])
      expect(readWriteTarget(fragment)).toMatchObject({ address })
    }
})

test.for(Object.keys(WAYS))(
  'in the field of the page from disk a link names its server and its message %s',
  async (name) => {
    const root = document.body.appendChild(document.createElement('div'))
    const places: unknown[] = []
    makeDrawing(root, () => <Ask onPlace={(place) => places.push(place)} />)()
    const field = root.querySelector('input')
    const text = (WAYS[name] ?? String)(drop.link)
    field!.value = text
    field!.dispatchEvent(new InputEvent('input', { bubbles: true }))
    // Typed text is drawn first.
    await new Promise((drawn) => setTimeout(drawn))
    root.querySelector('button')?.click()
    expect(places).toEqual([{ origin, fragment: drop.fragment }])
    render(null, root)
    root.remove()
  },
)

test.for(Object.keys(WAYS))('a link whose # was lost is noticed before it is taken for an empty page %s', (name) => {
  const { pathname, search } = new URL(`${origin}/?${(WAYS[name] ?? String)(drop.link).replaceAll('#', '%23')}`)
  expect([codeKindIn(pathname + search), pageOf('')]).toEqual(['link', 'main'])
})
