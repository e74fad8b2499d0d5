import { afterEach, expect, test } from 'vitest'
import { accessOfReturn } from '#client/box/access.ts'
import { collectParts, listItems, openItem } from '#client/box/inbox.ts'
import { deriveReturn, newReturnCode, type ReturnCode } from '#client/box/return.ts'
import { memoryStaging } from '#client/staging.ts'
import { DropError } from '#protocol/error.ts'
import type { DropId } from '#protocol/id.ts'
import { formatKept, parseKept, keptName } from '../../../web/pages/box/inbox/kept-answer.ts'
import { chooseFile, type ChosenFile } from '../../../web/send/draft.ts'
import { listText } from '../../../web/copy/upload-summary.ts'
import { answer, inbox as words, item as itemWords } from '../../../web/copy/inbox.ts'
import { interrupted } from '../../../web/copy/sending.ts'
import { transfer } from '../../../web/copy/transfer.ts'
import { NOW } from '../../kit/boxes.ts'
import { noise } from '../../kit/bytes.ts'
import { refuses, says, type Reply } from '../../kit/network.ts'
import { inboxStage, PATIENT, type InboxStage } from './support/inbox-stage.tsx'

let stage: InboxStage

afterEach(() => stage.hide())

/** A letter that can be answered, open on the screen of a browser that keeps what it is given. */
async function openLetter(): Promise<{ code: ReturnCode; drop: DropId }> {
  stage = await inboxStage({ isLasting: true })
  const code = newReturnCode()
  const drop = await stage.write({ text: 'A letter' }, { returnCode: code })
  stage.show()
  await stage.open(drop, 'A letter')
  return { code, drop }
}

/** After a lock, or when the page has died, back to the same letter. */
async function comeBack(drop: DropId, why: 'lock' | 'crash' = 'lock'): Promise<void> {
  stage.relock(why)
  await stage.shows(words.title)
  await stage.open(drop, 'A letter')
}

/** Texts, and names of files, that the holder of a return code finds. */
async function answersFor(code: ReturnCode): Promise<string[][]> {
  const access = accessOfReturn(await deriveReturn(code))
  const { items } = await listItems(stage.server, access, { order: 'after', seq: 0, most: 10 })
  const opens = items.map((item) => openItem(collectParts(stage.server, access, item, memoryStaging()), access, item))
  return (await Promise.all(opens)).map(({ files, text }) => [text, ...files.map(({ name }) => name)])
}

const typed = (): string | undefined => stage.box.querySelector('textarea')?.value

test('what was typed of an answer is there again after a lock, at the same letter, until it is sent', async () => {
  const { code, drop } = await openLetter()
  stage.type('Thank you, and')
  await expect.poll(() => stage.isGuarded(), PATIENT).toBe(true)
  stage.tick()
  // It lies on the device: nothing is lost by leaving.
  await expect.poll(() => stage.isGuarded(), PATIENT).toBe(false)
  stage.type('Thank you, and tell us more')
  // A moment before the lock, and not kept yet.
  stage.relock()
  await stage.shows(words.drafted)
  expect(stage.isGuarded()).toBe(false)
  await stage.open(drop, 'A letter')
  await expect.poll(typed, PATIENT).toBe('Thank you, and tell us more')
  expect(stage.text()).toContain(answer.restored)
  stage.press(answer.send)
  await stage.shows('Your answer is there')
  expect(await answersFor(code)).toEqual([['Thank you, and tell us more']])
  await expect.poll(() => stage.kept.size, PATIENT).toBe(0)
  stage.press(itemWords.back)
  await stage.shows(words.answered)
  expect(stage.text()).not.toContain(words.drafted)
})

test('a page that dies loses no more than the last half second of an answer', async () => {
  const { drop } = await openLetter()
  stage.type('Nearly all')
  stage.tick()
  await expect.poll(() => stage.kept.size, PATIENT).toBe(1)
  stage.type('Nearly all of it')
  await comeBack(drop, 'crash')
  await expect.poll(typed, PATIENT).toBe('Nearly all')
})

test('files that were chosen for an answer are named after a lock, until they are chosen again', async () => {
  const { code, drop } = await openLetter()
  const map = chooseFile(new File(['x'], 'map.txt', { lastModified: 5 }))
  stage.act.answer.addFiles(drop, [map])
  await stage.shows('map.txt')
  expect(stage.isGuarded()).toBe(true)
  await comeBack(drop)
  await stage.shows(answer.wanted(listText(['map.txt']), 1))
  // Nor are they forgotten by the next lock.
  stage.type('See the map')
  await comeBack(drop)
  await stage.shows(answer.wanted(listText(['map.txt']), 1))
  stage.act.answer.addFiles(drop, [map])
  await expect.poll(() => stage.text(), PATIENT).not.toContain('were chosen for it')
  await expect.poll(() => stage.text(), PATIENT).not.toContain('was chosen for it')
  stage.press(answer.send)
  await stage.shows('Your answer is there')
  expect(await answersFor(code)).toEqual([['See the map', 'map.txt']])
  await expect.poll(() => stage.kept.size, PATIENT).toBe(0)
})

test('an answer is discarded after a question, and leaves nothing on the device', async () => {
  const { drop } = await openLetter()
  stage.type('Rather not')
  stage.tick()
  await expect.poll(() => stage.kept.size, PATIENT).toBe(1)
  stage.press(answer.discard)
  await stage.shows(answer.discardQuestion)
  stage.press(answer.keep)
  await expect.poll(() => stage.text(), PATIENT).not.toContain(answer.discardQuestion)
  expect(typed()).toBe('Rather not')
  stage.press(answer.discard)
  await stage.shows(answer.discardQuestion)
  stage.press(answer.discardSure)
  await expect.poll(typed, PATIENT).toBe('')
  await expect.poll(() => document.activeElement?.tagName, PATIENT).toBe('TEXTAREA')
  expect(stage.said).toContain(answer.discarded)
  await expect.poll(() => stage.kept.size, PATIENT).toBe(0)
  await comeBack(drop)
  expect(typed()).toBe('')
})

test('text that is taken out again leaves nothing on the device', async () => {
  await openLetter()
  stage.type('Something')
  stage.tick()
  await expect.poll(() => stage.kept.size, PATIENT).toBe(1)
  stage.type('')
  stage.tick()
  await expect.poll(() => stage.kept.size, PATIENT).toBe(0)
})

test('an answer that was begun goes with its letter: deleted, or expired', async () => {
  const { drop } = await openLetter()
  stage.type('Too late')
  stage.press(itemWords.delete)
  await stage.shows(words.deleteSure)
  stage.press(words.deleteSure)
  await stage.shows(words.title)
  stage.relock()
  await stage.shows(words.title)
  expect(stage.kept.size).toBe(0)
  const old = { kind: 'draft', drop, atMs: NOW - 31 * 86_400_000, text: 'old', ttlSeconds: 86_400, files: [] } as const
  await stage.session.change((state) => ({ ...state, reading: { items: {} } }))
  stage.kept.set(keptName(old), formatKept(old))
  stage.relock()
  await expect.poll(() => stage.kept.size, PATIENT).toBe(0)
})

const film: ChosenFile = chooseFile(new File([noise(8_600_000, 5)], 'film.mp4', { lastModified: 5 }))

/** The server's limits are asked for before anything is sealed. */
const takes = says({ largest: 100_000_000, time: 1_800_000_000 })

/** Hangs until the client lets go of it. */
const holds: Reply = ({ signal }) =>
  new Promise((_, reject) => signal?.addEventListener('abort', () => reject(new DropError('stopped'))))

/** An answer in parts, of which the first has arrived. */
async function breakOff(): Promise<{ code: ReturnCode; drop: DropId }> {
  const letter = await openLetter()
  stage.server.hand = (name, { url }) =>
    name === 'limits' ? takes : name === 'upload' && url.endsWith('n=1') ? holds : undefined
  stage.type('With a film')
  stage.act.answer.addFiles(letter.drop, [film])
  await stage.shows('film.mp4')
  stage.press(answer.send)
  await stage.shows(answer.uploadingKept)
  await expect.poll(() => stage.server.asked.filter((name) => name === 'upload').length, PATIENT).toBe(2)
  await expect.poll(() => Array.from(stage.kept.keys()).some((what) => what.startsWith('journal')), PATIENT).toBe(true)
  return letter
}

/** The drop that is on its way. */
function uploadId(): DropId | undefined {
  const kept = Array.from(stage.kept.values(), parseKept).find((each) => each?.kind === 'upload')
  return kept?.kind === 'upload' ? kept.unfinished.dropId : undefined
}

test.for(['lock', 'crash'] as const)(
  'an answer in parts goes on after a %s, once, and leaves nothing behind',
  async (why) => {
    const { code, drop } = await breakOff()
    await comeBack(drop, why)
    await stage.shows(interrupted.title)
    stage.server.hand = (name) => (name === 'limits' ? takes : undefined)
    stage.press('Go on with')
    await stage.shows(interrupted.choose.slice(0, 20))
    const other = chooseFile(new File([noise(8_600_000, 6)], 'film.mp4', { lastModified: 6 }))
    stage.chooseAgain(other)
    await stage.shows('is not what it was then')
    expect(await answersFor(code)).toEqual([])
    stage.chooseAgain(film)
    await stage.shows('Your answer is there')
    expect(await answersFor(code)).toEqual([['With a film', 'film.mp4']])
    expect(stage.session.state().reading.items[drop]?.answers?.map(({ text }) => text)).toEqual(['With a film'])
    await expect.poll(() => stage.kept.size, PATIENT).toBe(0)
    expect(stage.isGuarded()).toBe(false)
  },
)

test('an answer in parts is cancelled after a lock, and its text is in the form again', async () => {
  const { code, drop } = await breakOff()
  await comeBack(drop)
  await stage.shows(interrupted.title)
  stage.press('Cancel it')
  await stage.shows(interrupted.cancelQuestion)
  stage.press(interrupted.cancelSure)
  await expect.poll(typed, PATIENT).toBe('With a film')
  expect(stage.server.asked).toContain('revoke')
  await stage.shows(answer.wanted(listText(['film.mp4']), 1))
  expect(stage.text()).not.toContain(interrupted.title)
  stage.tick()
  await expect.poll(uploadId, PATIENT).toBeUndefined()
  stage.server.hand = (name) => (name === 'limits' ? takes : undefined)
  stage.press(answer.send)
  await stage.shows('Your answer is there')
  expect(await answersFor(code)).toEqual([['With a film']])
  await expect.poll(() => stage.kept.size, PATIENT).toBe(0)
})

test('an answer in parts that the server has ended says so, and everything is in the form again', async () => {
  const { code, drop } = await breakOff()
  await comeBack(drop)
  await stage.shows(interrupted.title)
  const ended: Reply = refuses('gone')
  stage.server.hand = (name) => (name === 'limits' ? takes : name === 'begin' ? ended : undefined)
  stage.press('Go on with')
  await stage.shows(interrupted.choose.slice(0, 20))
  stage.chooseAgain(film)
  await stage.shows('The server has nothing of this answer any more')
  expect(typed()).toBe('With a film')
  expect(stage.text()).toContain('film.mp4')
  await expect.poll(uploadId, PATIENT).toBeUndefined()
  stage.server.hand = (name) => (name === 'limits' ? takes : undefined)
  stage.press(answer.send)
  await stage.shows('Your answer is there')
  expect(await answersFor(code)).toEqual([['With a film', 'film.mp4']])
  await expect.poll(() => stage.kept.size, PATIENT).toBe(0)
})

test('while one answer is on its way another one can be sent', async () => {
  const { code, drop } = await breakOff()
  const other = await stage.write({ text: 'Another letter' }, { returnCode: code })
  stage.press(itemWords.back)
  await stage.shows(words.title)
  stage.tick()
  await stage.open(other, 'Another letter')
  stage.type('Meanwhile')
  stage.press(answer.send)
  await stage.shows('Your answer is there')
  expect(await answersFor(code)).toEqual([['Meanwhile']])
  stage.press(itemWords.back)
  await stage.open(drop, 'A letter')
  await stage.shows(transfer.pause)
  stage.press(transfer.pause)
  await stage.shows(transfer.goOn)
  stage.server.hand = (name) => (name === 'limits' ? takes : undefined)
  stage.press(transfer.goOn)
  await stage.shows('Your answer is there')
  expect(await answersFor(code)).toEqual([['Meanwhile'], ['With a film', 'film.mp4']])
})

test('what cannot be read costs no draft that can', async () => {
  const { drop } = await openLetter()
  stage.type('Still here')
  for (const bad of ['{}', '[]', 'null', 'x', '{"v":2}', '{"v":1,"kind":"draft"}']) stage.kept.set(bad, bad)
  await comeBack(drop)
  await expect.poll(typed, PATIENT).toBe('Still here')
})
