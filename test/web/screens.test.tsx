import { render } from 'preact'
import type { DropId } from '#protocol/id.ts'
import { afterEach, expect, test } from 'vitest'
import { App } from '../../web/pages/link/app.tsx'
import type { LinkActions } from '../../web/pages/link/actions.ts'
import { chooseFile } from '../../web/send/draft.ts'
import { makeActions } from '../../web/pages/link/make-actions.ts'
import type { Proof } from '../../web/read/link-reading.ts'
import type { Device } from '../../web/platform/device.ts'
import { compose } from '../../web/copy/compose.ts'
import { sealed as sealedWords } from '../../web/copy/sealed.ts'
import { page as words } from '../../web/copy/page.ts'
import { stage, take, type Stage } from './support/stage.ts'

let root: HTMLElement | undefined

afterEach(() => {
  if (root !== undefined) render(null, root)
  root?.remove()
})

/** The whole page over a server that takes what is deposited. */
function show(device: Partial<Device> = {}): Stage & { act: LinkActions; box: HTMLElement } {
  const box = document.createElement('div')
  root = box
  document.body.append(box)
  const draw = (): void => render(<App act={act} device={set.tools.device} state={set.state()} />, box)
  const set = stage(async (exchange) => take(exchange, 1_700_090_000), { device, onChange: () => draw() })
  const act = makeActions(set.tools)
  draw()
  return { ...set, act, box }
}

/** A screen whose code is fetched first takes a while on a busy machine. */
const PATIENT = { timeout: 30_000 }

/** Effects run after the next frame, or in a turn after a timer where there is none. */
const effects = async (): Promise<void> => {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setTimeout(resolve, 50))
}

const button = (box: HTMLElement, name: string): HTMLButtonElement | undefined =>
  Array.from(box.querySelectorAll('button')).find((each) => each.textContent?.includes(name))

const status = (box: HTMLElement): string => box.querySelector('.unseen[role=status]')?.textContent ?? '?'

async function seal({ act, box }: { act: LinkActions; box: HTMLElement }, text = 'hello'): Promise<void> {
  act.draft({ text })
  await act.seal()
  await expect.poll(() => button(box, sealedWords.copyLink), PATIENT).toBeDefined()
}

test('a browser that refuses the clipboard is told of to the eye and to the ear, until a copy succeeds', async () => {
  let isRefused = true
  const shown = show({ copy: async () => !isRefused })
  const { box, state } = shown
  await seal(shown)
  button(box, sealedWords.copyLink)?.click()
  await expect.poll(() => box.querySelector('p.error')?.textContent, PATIENT).toBe(words.copyFailed)
  expect(box.querySelector('p.error')?.checkVisibility()).toBe(true)
  expect(status(box)).toBe(words.copyFailed)
  expect(state().main).toMatchObject({ isHandedOver: false })
  isRefused = false
  button(box, sealedWords.copyLink)?.click()
  await expect.poll(() => box.querySelector('p.error'), PATIENT).toBeNull()
})

test('after another message was sealed nobody hears again that the last link was copied', async () => {
  const shown = show()
  const { act, box } = shown
  await seal(shown)
  button(box, sealedWords.copyLink)?.click()
  await expect.poll(() => status(box), PATIENT).toBe(sealedWords.linkCopied)
  act.anew()
  expect(status(box)).toBe('')
  await seal(shown, 'another')
  expect(status(box)).toBe('')
})

test('the same announcement twice in a row is heard twice', async () => {
  const { act, box } = show()
  await act.copy('x', 'Copied it.')
  const first = box.querySelector('.unseen[role=status]')?.firstElementChild
  await act.copy('x', 'Copied it.')
  const second = box.querySelector('.unseen[role=status]')?.firstElementChild
  expect(second?.textContent).toBe('Copied it.')
  expect(second).not.toBe(first)
})

test('hiding the QR code does not count as handing the link over, showing it does', async () => {
  const shown = show()
  const { box, state, tools } = shown
  await seal(shown)
  button(box, sealedWords.showQr)?.click()
  expect(state().main).toMatchObject({ isHandedOver: true })
  const { main } = state()
  if (main.at === 'sealed') tools.dispatch({ type: 'sealed', drop: { ...main, isHandedOver: false } })
  await expect.poll(() => button(box, sealedWords.hideQr), PATIENT).toBeDefined()
  button(box, sealedWords.hideQr)?.click()
  await expect.poll(() => button(box, sealedWords.showQr), PATIENT).toBeDefined()
  expect(state().main).toMatchObject({ isHandedOver: false })
})

test('the heading follows the number of readers, and leaves the focus where it is', async () => {
  const { act, box } = show()
  const heading = (): string | null | undefined => box.querySelector('h1')?.textContent
  expect(heading()).toBe('Leave a message only one person can open')
  await effects()
  box.querySelector<HTMLElement>('#reads')?.focus()
  act.draft({ reads: '5' })
  expect(heading()).toBe('Leave a message only 5 people can open')
  await effects()
  expect(document.activeElement?.id).toBe('reads')
})

test('a passphrase that is too long says how long one may be, and one that is missing asks for one', async () => {
  const { act, box } = show()
  act.draft({ text: 'x', passphrase: 'é'.repeat(2_049) })
  await act.seal()
  expect(box.querySelector('#passphrase-error')?.textContent).toContain('4,096')
  act.draft({ passphrase: '' })
  await act.seal()
  expect(box.querySelector('#passphrase-error')?.textContent).toContain('Type a passphrase')
})

test('a passphrase that everybody tries first seals nothing, and one that is easy to guess is said to be', async () => {
  const { act, box, state } = show()
  const hint = (): string | null | undefined => box.querySelector('.strength')?.textContent
  act.draft({ text: 'x', passphrase: '1234' })
  await act.seal()
  await expect.poll(() => box.querySelector('#passphrase-error')?.textContent, PATIENT).toContain('try that first')
  await expect.poll(hint, PATIENT).toContain('the first that anybody tries')
  act.draft({ passphrase: 'mein Mond' })
  await expect.poll(hint, PATIENT).toContain('Easy to guess')
  act.draft({ passphrase: 'correct horse' })
  expect(hint()).toBe('')
  await act.seal()
  expect(state().main.at).toBe('sealed')
})

test('too many files are refused with the number that fits', async () => {
  const { act, box } = show()
  act.addFiles(Array.from({ length: 998 }, (_, index) => chooseFile(new File([], `${index}`))))
  expect(box.querySelector('[role=alert]')?.textContent).toContain('997')
  expect(button(box, compose.seal)).toBeDefined()
})

test.for<[Proof, string]>([
  [{ atMs: 1, isOpened: true, isMine: true }, 'This browser opened it'],
  [{ atMs: 1, isOpened: false, isMine: true }, 'This browser claimed it'],
  [{ atMs: 1, isOpened: true, isMine: false }, 'Somebody who had the link opened it'],
  [{ atMs: 1, isOpened: false, isMine: false }, 'Somebody who had the link claimed it'],
])('what is gone is said to be opened or claimed as the proof has it: %o', async ([proof, sentence]) => {
  const { box, tools } = show()
  tools.dispatch({ type: 'read', main: { at: 'gone', cause: 'gone', proofs: [proof] } })
  await expect.poll(() => box.querySelector('.notice')?.textContent, PATIENT).toContain(sentence)
})

test('while the server confirms what is all sent, no time is said to be left', async () => {
  const { box, tools } = show()
  const cargo = { dropId: 'd' as DropId, files: [], hasText: true, needsPassphrase: false }
  const carried = { stage: 'sending', bytes: 9, total: 10, pace: { bytesPerSecond: 1, secondsLeft: 1 } } as const
  tools.dispatch({ type: 'sending', upload: { cargo, isKept: true, carried } })
  await expect.poll(() => box.textContent, PATIENT).toContain('less than 10 seconds left')
  tools.dispatch({ type: 'carried', carried: { ...carried, bytes: 10 } })
  expect(box.textContent).toContain('The server is confirming it.')
  expect(box.textContent).not.toContain('left')
})

test('who has stopped receiving is not told that the link is still for whoever comes first', async () => {
  const { box, tools } = show()
  const waiting = { expiresAtMs: 1_900_000_000_000, reads: 1, sizeBytes: 18_000_000, needsPassphrase: false }
  tools.dispatch({ type: 'read', main: { at: 'open', waiting } })
  await expect.poll(() => box.textContent, PATIENT).toContain('for whoever comes first')
  tools.dispatch({ type: 'read', main: { at: 'open', waiting, note: 'cancelled' } })
  expect(box.textContent).not.toMatch(/whoever comes first|So far nobody has|binds it/)
  expect(box.textContent).toContain('It is bound to this browser')
})

test('the button of a saved file is called what it shows', async () => {
  const { box, tools } = show()
  const files = [{ name: 'a.txt', type: '', sizeBytes: 1, modifiedAtMs: 0 }]
  const opened = { at: 'opened', ack: 'burned', text: '', files, reads: 1 } as const
  tools.dispatch({ type: 'read', main: { ...opened, taken: [] } })
  await expect.poll(() => button(box, 'Save')?.ariaLabel, PATIENT).toBe('Save a.txt')
  tools.dispatch({ type: 'read', main: { ...opened, taken: ['a.txt'] } })
  expect(button(box, 'Saved')?.ariaLabel).toBe('Saved. Save a.txt again')
})

test('a drop that only this device takes for expired can be checked and burned', async () => {
  const shown = show({ clock: () => 1_900_000_000_000 })
  const { act, box } = shown
  await seal(shown)
  await act.sent.list()
  shown.tools.dispatch({ type: 'went', page: 'sent' })
  await expect.poll(() => box.querySelector('.badge')?.textContent, PATIENT).toBe('Expired by the clock of this device')
  expect(button(box, 'Check now')).toBeDefined()
  expect(button(box, 'Burn it now')).toBeDefined()
})
