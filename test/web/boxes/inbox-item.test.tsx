import { afterEach, expect, test } from 'vitest'
import { advance } from '#client/box/chain.ts'
import { equalBytes } from '#protocol/bytes.ts'
import { DropError } from '#protocol/error.ts'
import { type DropId } from '#protocol/id.ts'
import { controllerOf } from '../../../web/pages/box/inbox/controller.ts'
import { answer, closedFaults, inbox as words, item as itemWords, readers } from '../../../web/copy/inbox.ts'
import { opened, receiving } from '../../../web/copy/reading.ts'
import { transfer } from '../../../web/copy/transfer.ts'
import { noise } from '../../kit/bytes.ts'
import { sign } from '../../kit/boxes.ts'
import { fileOf } from '../../kit/messages.ts'
import { lost } from '../../kit/network.ts'
import { bytesOf } from '../support/large.ts'
import { inboxStage, strangerKey, PATIENT, type InboxStage } from './support/inbox-stage.tsx'

let stage: InboxStage

afterEach(() => stage.hide())

const rowOf = (drop: DropId): HTMLElement | null => stage.box.querySelector(`[data-drop="${drop}"]`)

async function show(): Promise<void> {
  stage.show()
  await stage.shows(words.title)
}

test('a drop is opened by a press, noted as read, and the way back leads to its row', async () => {
  stage = await inboxStage()
  const drop = await stage.write({ text: 'What I saw', files: [fileOf('photo.jpg', noise(1_000))] })
  await stage.write({ text: 'Another' })
  await show()
  await stage.open(drop, 'What I saw')
  expect(document.activeElement?.tagName).toBe('H2')
  expect(stage.text()).toContain('photo.jpg')
  expect(stage.text()).toContain(readers.known('Ana'))
  expect(stage.text()).toContain(answer.none)
  await expect.poll(() => stage.session.state().reading.items[drop]?.preview).toBe('What I saw')
  stage.press(itemWords.back)
  await expect.poll(() => document.activeElement?.getAttribute('data-drop'), PATIENT).toBe(drop)
  expect(rowOf(drop)?.textContent).toContain('What I saw')
  expect(stage.box.querySelectorAll('.unread')).toHaveLength(1)
  await stage.open(drop, itemWords.markUnread)
  stage.press(itemWords.markUnread)
  await expect.poll(() => stage.box.querySelectorAll('.unread').length, PATIENT).toBe(2)
})

test('a text of markup is text', async () => {
  stage = await inboxStage()
  const drop = await stage.write({ text: '<img src=x onerror=alert(1)><b>hi</b>' })
  await show()
  await stage.open(drop, '<b>hi</b>')
  expect(stage.box.querySelector('img, b')).toBeNull()
})

test('readers whom the box does not list are named by their keys, as a warning', async () => {
  stage = await inboxStage()
  const { card, root } = stage
  const key = await strangerKey()
  const [own] = card.readers
  const { card: other } = await sign(root, {
    epoch: card.epoch,
    readers: [...card.readers, { name: 'Mallory', key, age: own?.age ?? '' }],
  })
  const drop = await stage.write({ text: 'For two' }, { card: other })
  await show()
  await stage.open(drop, 'For two')
  expect(stage.text()).toContain(readers.strangers)
  expect(stage.text()).toContain(key)
  expect(stage.text()).not.toContain('Mallory')
})

test('a reader whom another device of the owner’s has added since is named, and no stranger', async () => {
  stage = await inboxStage()
  const { card, root, server } = stage
  const [own] = card.readers
  const ben = { name: 'Ben', key: await strangerKey(), age: own?.age ?? '' }
  const { card: other, jws } = await sign(root, { epoch: card.epoch, readers: [...card.readers, ben] })
  server.cards.set(root.address, jws)
  const drop = await stage.write({ text: 'For two' }, { card: other })
  await show()
  await stage.open(drop, readers.known('Ana, Ben'))
  expect(stage.text()).not.toContain(readers.strangers)
})

test('on the device of a reader who owns nothing the card says who reads the box', async () => {
  stage = await inboxStage({ readsOnly: true })
  const drop = await stage.write({ text: 'For all' })
  await show()
  await stage.open(drop, 'For all')
  expect(stage.text()).toContain(readers.known('Ana'))
  expect(stage.text()).not.toContain(readers.strangers)
  expect(stage.text()).not.toContain(words.deleteSure)
})

test('a drop that has vanished says so, in its place and in the list', async () => {
  stage = await inboxStage()
  const drop = await stage.write({ text: 'Gone soon' })
  await show()
  await expect.poll(() => rowOf(drop), PATIENT).not.toBeNull()
  stage.server.lists.set(stage.root.address, [])
  await stage.open(drop, itemWords.goneTitle)
  stage.press(itemWords.back)
  await expect.poll(() => rowOf(drop)?.textContent, PATIENT).toContain(words.gone)
})

test('a drop of another box is said to be misplaced, one for other keys not to open; neither shows anything', async () => {
  stage = await inboxStage()
  const other = stage
  const foreign = await other.write({ text: 'Meant for others' })
  const sealedForOthers = other.server.parts.get(foreign) ?? []
  stage = await inboxStage()
  const drop = await stage.write({ text: 'Mine' })
  const moved = await stage.write({ text: 'Moved' })
  await show()
  // The bytes of another drop of this box under this one's name.
  const own = stage.server.parts.get(drop) ?? []
  stage.server.parts.set(drop, stage.server.parts.get(moved) ?? [])
  stage.server.parts.set(moved, sealedForOthers)
  await stage.open(drop, itemWords.unreadable.misplaced)
  expect(stage.text()).not.toContain('Moved')
  stage.press(itemWords.back)
  await stage.open(moved, itemWords.unreadable.open_failed)
  stage.press(itemWords.back)
  stage.server.parts.set(drop, own)
  await stage.open(drop, 'Mine')
  expect(Object.keys(stage.session.state().reading.items)).toEqual([drop])
  other.hide()
})

test('a drop whose keys have been deleted here says so, and is not even fetched', async () => {
  stage = await inboxStage()
  const drop = await stage.write({ text: 'Too late' })
  const { session } = stage
  await session.change((state) => ({ ...state, chain: advance(state.chain, state.chain.epoch + 2) }))
  await show()
  await stage.open(drop, itemWords.unreadable.no_keys)
  expect(stage.server.asked).not.toContain('collect')
})

test('a drop in parts can be paused, goes on without fetching twice, and can be stopped', async () => {
  stage = await inboxStage()
  const film = noise(8_600_000, 3)
  const drop = await stage.write({ text: 'The film', files: [fileOf('film.mp4', film)] })
  await show()
  let release = (): void => {}
  const held = new Promise<void>((resolve) => (release = resolve))
  const isSecond = (url: string): boolean => url.endsWith('?n=1')
  stage.server.hand = (name, { url }) =>
    name === 'collect' && isSecond(url)
      ? ({ signal }) =>
          new Promise((_, reject) => {
            signal?.addEventListener('abort', () => reject(new DropError('stopped')))
            release()
          })
      : undefined
  await stage.open(drop, transfer.pause)
  await held
  await stage.shows(transfer.pause)
  stage.press(transfer.pause)
  await stage.shows(transfer.goOn)
  stage.server.hand = () => undefined
  const before = stage.server.exchanges.length
  stage.press(transfer.goOn)
  await stage.shows('The film')
  expect(stage.server.exchanges.slice(before).map(({ url }) => new URL(url).search)).toEqual(['?n=1'])
  stage.press(itemWords.back)
  stage.server.hand = (name) => (name === 'collect' ? lost : undefined)
  await stage.open(drop, transfer.flow.waiting)
  stage.press(receiving.cancel)
  await stage.shows(closedFaults.stopped)
  stage.server.hand = () => undefined
  stage.press(itemWords.open)
  await stage.shows('The film')
  stage.press(opened.saveFile('film.mp4'))
  await expect.poll(() => stage.saved.get('film.mp4')?.size, PATIENT).toBe(film.length)
  expect(equalBytes(await bytesOf(stage.saved.get('film.mp4')), film)).toBe(true)
  expect(stage.said.at(-1)).toBe(opened.saved('film.mp4'))
})

test('an owner deletes the drop on the screen, and nothing of it is kept', async () => {
  stage = await inboxStage()
  const drop = await stage.write({ text: 'Delete me' })
  await show()
  await stage.open(drop, 'Delete me')
  await expect.poll(() => stage.session.state().reading.items[drop]).toBeDefined()
  stage.press(itemWords.delete)
  await stage.shows(words.deleteWarning)
  stage.press(words.deleteSure)
  await stage.shows(words.empty)
  expect(stage.server.lists.get(stage.root.address)).toEqual([])
  expect(stage.session.state().reading.items).toEqual({})
})

test('once the box is locked nothing that was opened is left', async () => {
  stage = await inboxStage()
  const drop = await stage.write({ text: 'Secret' })
  await show()
  await stage.open(drop, 'Secret')
  const desk = controllerOf(stage.session, stage.tools)
  expect(desk.state().shown?.phase).toMatchObject({ text: 'Secret' })
  stage.session.lock()
  stage.hide()
  await expect.poll(() => desk.state().shown, PATIENT).toBeUndefined()
  expect(controllerOf(stage.session, stage.tools)).not.toBe(desk)
})
