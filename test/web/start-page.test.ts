import { expect, test } from 'vitest'
import { startPage } from '../../web/start-page.tsx'
import { memoryStore } from '../../web/platform/store.ts'
import { compose } from '../../web/copy/compose.ts'
import { page } from '../../web/copy/page.ts'
import { open as openWords } from '../../web/copy/reading.ts'
import { boxWords } from '../../web/copy/boxes.ts'
import { lost } from '../kit/network.ts'
import { answer, sealed, serve, stage, take } from './support/stage.ts'

test('a room that could not be loaded, and is asked for twice in a row, is there once', async () => {
  const root = document.createElement('div')
  document.body.append(root)
  let lists = 0
  const { tools } = stage(async (exchange) => lost(exchange), {
    store: async () => ({ ...memoryStore(), vaults: async () => (lists++, []) }),
    device: { fragment: () => 'boxes' },
  })
  const { promise, resolve } = Promise.withResolvers<void>()
  let asked = 0
  await startPage(root, tools, () => (asked++ === 0 ? Promise.reject(new TypeError('offline')) : promise))
  expect(root.textContent).toContain(page.notLoaded)
  const again = root.querySelector('button')
  again?.click()
  again?.click()
  resolve()
  await expect.poll(() => root.textContent).toContain(boxWords.empty)
  expect(lists).toBe(1)
  root.remove()
})

/** Things that the main page can hold when it is left, each with its way there. */
const HELD: Readonly<Record<string, (root: HTMLElement) => Promise<string>>> = {
  'a message that was opened and is gone': async (root) => {
    await expect.poll(() => root.textContent).toContain(openWords.button)
    press(root, openWords.button)
    await expect.poll(() => root.textContent).toContain('the code is 4471')
    return 'the code is 4471'
  },
  'a link that has just been sealed': async (root) => {
    write(root, 'hello')
    press(root, compose.seal)
    await expect.poll(() => root.textContent).toContain('#sdlink1')
    return '#sdlink1'
  },
  'a message that is typed': async (root) => {
    write(root, 'hello')
    return 'hello'
  },
}

test.for(Object.keys(HELD))(
  '%s is not shown again to whoever goes back: the page is empty, and loaded anew',
  async (name) => {
    const root = document.createElement('div')
    document.body.append(root)
    const drop = await sealed()
    const deliver = serve(drop.ciphertext, () => answer(200, { burned: true }))
    let loads = 0
    const { tools } = stage(
      async (exchange) => (exchange.url.endsWith('/drops') ? take(exchange, 1_700_090_000) : deliver(exchange)),
      {
        device: { fragment: () => (name.includes('opened') ? drop.fragment : ''), reload: () => void loads++ },
      },
    )
    await startPage(root, tools, async () => {})
    const secret = await HELD[name]?.(root)
    const shown = (): string =>
      `${root.textContent} ${Array.from(root.querySelectorAll('textarea, input'), (field) => (field as HTMLInputElement).value).join(' ')}`
    expect(shown()).toContain(secret)
    dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))
    expect(shown().trim()).toBe('')
    expect(loads).toBe(0)
    dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))
    expect(loads).toBe(1)
    root.remove()
  },
)

function write(root: HTMLElement, text: string): void {
  const field = root.querySelector('textarea')
  if (field === null) throw new Error('nowhere to type')
  field.value = text
  field.dispatchEvent(new InputEvent('input', { bubbles: true }))
}

function press(root: HTMLElement, name: string): void {
  const button = Array.from(root.querySelectorAll('button')).find((each) => each.textContent?.startsWith(name))
  if (button === undefined) throw new Error(`no button ${name}`)
  button.click()
}
