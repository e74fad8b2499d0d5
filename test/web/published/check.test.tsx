import { render } from 'preact'
import { afterEach, expect, test } from 'vitest'
import { formatBoxJson } from '#client/box/well-known.ts'
import type { Answer, Transport } from '#client/transport.ts'
import { formatBoxAddress } from '#protocol/address.ts'
import { utf8 } from '#protocol/bytes.ts'
import { Check } from '../../../web/published/check.tsx'
import { publications, published as words } from '../../../web/copy/published.ts'

const address = formatBoxAddress(new Uint8Array(32).fill(1))

let root: HTMLElement | undefined

afterEach(() => {
  if (root !== undefined) render(null, root)
  root?.remove()
})

/** A site that answers when the test says so. */
function show(): { box: HTMLElement; asked: string[]; answer: (publishes: boolean) => void } {
  const box = document.createElement('div')
  document.body.append(box)
  root = box
  const asked: string[] = []
  const waiting: ((answer: Answer) => void)[] = []
  const transport: Transport = ({ url }) => {
    asked.push(url)
    return new Promise((resolve) => waiting.push(resolve))
  }
  render(<Check address={address} traces={[words.trace]} transport={transport} />, box)
  const answer = (publishes: boolean): void => {
    const body = utf8(publishes ? formatBoxJson(address, 'https://drop.example') : '{}')
    waiting.shift()?.({ status: 200, field: () => null, body })
  }
  return { box, asked, answer }
}

/** As a person does: what comes next comes after it was drawn. */
async function type(box: HTMLElement, text: string): Promise<void> {
  const input = box.querySelector('input')
  if (input === null) throw new Error('nowhere to type')
  input.value = text
  input.dispatchEvent(new InputEvent('input', { bubbles: true }))
  await new Promise((resolve) => setTimeout(resolve))
}

const press = (box: HTMLElement): void => box.querySelector('button')?.click()
const status = (box: HTMLElement): string => box.querySelector('[role=status]')?.textContent ?? ''

test('nobody is asked before the press, and then the site that was typed, once', async () => {
  const { answer, asked, box } = show()
  expect(box.textContent).toContain(words.trace)
  await type(box, 'newsroom.example')
  expect(asked).toEqual([])
  press(box)
  await expect.poll(() => status(box)).toBe(words.asking('newsroom.example'))
  press(box)
  answer(true)
  await expect.poll(() => status(box)).toContain(publications.published.title('newsroom.example'))
  expect(asked).toEqual(['https://newsroom.example/.well-known/sealdrop/box.json'])
})

test('an answer that comes after another domain was typed is not shown as if it were of that one', async () => {
  const { answer, asked, box } = show()
  await type(box, 'newsroom.example')
  press(box)
  await expect.poll(() => status(box)).toBe(words.asking('newsroom.example'))
  await type(box, 'other.example')
  await expect.poll(() => status(box)).toBe('')
  press(box)
  await expect.poll(() => status(box)).toBe(words.asking('other.example'))
  answer(true)
  answer(false)
  await expect.poll(() => status(box)).toContain(publications.nothing.title('other.example'))
  expect(status(box)).not.toContain('newsroom.example')
  expect(asked).toHaveLength(2)
})

test('what is no domain asks nobody, and is said at the field, which gets the focus', async () => {
  const { asked, box } = show()
  for (const typed of ['', 'newsroom', '192.168.1.1', '<b>newsroom</b>.example']) {
    await type(box, typed)
    await expect.poll(() => box.querySelector('.error')).toBeNull()
    press(box)
    await expect.poll(() => box.querySelector('.error')?.textContent).toBe(words.domainFault)
    await expect.poll(() => document.activeElement).toBe(box.querySelector('input'))
  }
  expect(asked).toEqual([])
})

test('a look-alike in other letters is shown as networks spell it, with a word on what that means', async () => {
  const { answer, box } = show()
  await type(box, 'nеwsroom.example')
  press(box)
  answer(true)
  await expect.poll(() => status(box)).toContain('Also published by xn--nwsroom-7gg.example')
  expect(status(box)).toContain(words.spelling)
})
