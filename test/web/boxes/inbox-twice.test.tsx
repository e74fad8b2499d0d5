import { afterEach, expect, test, vi } from 'vitest'
import { accessOfReturn } from '#client/box/access.ts'
import { listItems } from '#client/box/inbox.ts'
import { deriveReturn, newReturnCode, type ReturnCode } from '#client/box/return.ts'
import { DropError } from '#protocol/error.ts'
import type { DropId } from '#protocol/id.ts'
import { formatKept, parseKept, type KeptAnswer } from '../../../web/pages/box/inbox/kept-answer.ts'
import { chooseFile } from '../../../web/send/draft.ts'
import { answer, answerFault, inbox as words } from '../../../web/copy/inbox.ts'
import { interrupted } from '../../../web/copy/sending.ts'
import { transfer } from '../../../web/copy/transfer.ts'
import { noise } from '../../kit/bytes.ts'
import { refuses, says, type Reply } from '../../kit/network.ts'
import { inboxStage, PATIENT, type InboxStage } from './support/inbox-stage.tsx'

let stage: InboxStage

/** The action of another tab on the answer. */
let elsewhere: 'nothing' | 'sends' = 'nothing'
let onHeld = (): void => {}

afterEach(() => {
  stage.hide()
  elsewhere = 'nothing'
  onHeld = () => {}
})

/** A letter that can be answered, open on the screen. */
async function openLetter(): Promise<{ code: ReturnCode; drop: DropId }> {
  stage = await inboxStage({
    isLasting: true,
    async ifFree(_, run) {
      if (elsewhere === 'sends') return false
      onHeld()
      await run()
      return true
    },
  })
  const code = newReturnCode()
  const drop = await stage.write({ text: 'A letter' }, { returnCode: code })
  stage.server.hand = (name) => (name === 'limits' ? takes : name === 'upload' ? holds : undefined)
  stage.show()
  await stage.open(drop, 'A letter')
  return { code, drop }
}

async function comeBack(drop: DropId): Promise<void> {
  stage.relock()
  await stage.shows(words.title)
  await stage.open(drop, 'A letter')
}

/** How many answers the holder of a return code finds. */
async function countAnswers(code: ReturnCode): Promise<number> {
  const access = accessOfReturn(await deriveReturn(code))
  return (await listItems(stage.server, access, { order: 'after', seq: 0, most: 10 })).items.length
}

/** Of five parts: more than are under way at once. */
const film = chooseFile(new File([noise(18_000_000, 5)], 'film.mp4', { lastModified: 5 }))

const takes = says({ largest: 100_000_000, time: 1_800_000_000 })

/** Hangs until the client lets go of it. */
const holds: Reply = ({ signal }) =>
  new Promise((_, reject) => {
    const stop = (): void => reject(new DropError('stopped'))
    if (signal?.aborted === true) stop()
    signal?.addEventListener('abort', stop)
  })

async function sendFilm(drop: DropId): Promise<void> {
  stage.type('With a film')
  stage.act.answer.addFiles(drop, [film])
  await stage.shows('film.mp4')
  stage.press(answer.send)
}

/** An answer in parts that has begun to go up. */
async function beginFilm(): Promise<{ code: ReturnCode; drop: DropId }> {
  const letter = await openLetter()
  await sendFilm(letter.drop)
  await stage.shows(answer.uploadingKept)
  await expect.poll(() => stage.server.asked.includes('upload'), PATIENT).toBe(true)
  return letter
}

function change(kind: 'upload' | 'journal', by: (kept: KeptAnswer) => KeptAnswer | undefined): void {
  for (const [what, text] of stage.kept) {
    const kept = parseKept(text)
    if (kept?.kind !== kind) continue
    const next = by(kept)
    if (next === undefined) stage.kept.delete(what)
    else stage.kept.set(what, formatKept(next))
  }
}

/** Chooses the film again, for the answer that was interrupted. */
async function goOn(): Promise<void> {
  await stage.shows(interrupted.title)
  stage.server.hand = (name) => (name === 'limits' ? takes : undefined)
  stage.press('Go on with')
  await stage.shows(interrupted.choose.slice(0, 20))
  stage.chooseAgain(film)
}

const typed = (): string | undefined => stage.box.querySelector('textarea')?.value
const elsewhereText = answerFault({ at: 'elsewhere' }, 0, 0)

test('an answer that has arrived is not offered again after a lock that came before it was noted', async () => {
  const { code, drop } = await openLetter()
  stage.type('Once')
  stage.tick()
  await expect.poll(() => stage.kept.size, PATIENT).toBe(1)
  // The vault takes its time.
  void stage.session.change(() => new Promise(() => {})).catch(() => {})
  stage.press(answer.send)
  await expect.poll(() => countAnswers(code), PATIENT).toBe(1)
  await expect.poll(() => stage.kept.size, PATIENT).toBe(0)
  await comeBack(drop)
  expect(typed()).toBe('')
})

test('an answer whose box is locked while it is sealed is not sent', async () => {
  const { drop } = await openLetter()
  let hasLocked = false
  onHeld = () => {
    if (!hasLocked) stage.relock()
    hasLocked = true
  }
  await sendFilm(drop)
  await expect.poll(() => hasLocked, PATIENT).toBe(true)
  await stage.shows(words.title)
  await stage.open(drop, 'A letter')
  await expect.poll(typed, PATIENT).toBe('With a film')
  expect(stage.server.asked).not.toContain('begin')
  expect([...stage.kept.values()].map((text) => parseKept(text)?.kind)).toEqual(['draft'])
})

test('an answer that another tab is sending is not offered here, and no other in parts goes beside it', async () => {
  const { drop } = await beginFilm()
  elsewhere = 'sends'
  await comeBack(drop)
  expect(typed()).toBe('')
  expect(stage.text()).not.toContain(interrupted.title)
  const before = stage.server.asked.filter((name) => name === 'begin').length
  await sendFilm(drop)
  await stage.shows(elsewhereText)
  expect(typed()).toBe('With a film')
  expect(stage.server.asked.filter((name) => name === 'begin')).toHaveLength(before)
})

test('an answer that another tab has ended since it was found here is neither sent nor taken back', async () => {
  const { code, drop } = await beginFilm()
  await comeBack(drop)
  await stage.shows(interrupted.title)
  change('upload', () => undefined)
  const before = stage.server.asked.length
  await goOn()
  await stage.shows(elsewhereText)
  expect(typed()).toBe('With a film')
  expect(stage.server.asked.slice(before)).not.toContain('begin')
  expect(stage.server.asked.slice(before)).not.toContain('revoke')
  expect(await countAnswers(code)).toBe(0)
})

test('what another tab has sealed of an answer since it was found here is not sealed otherwise', async () => {
  const { code, drop } = await beginFilm()
  await comeBack(drop)
  await stage.shows(interrupted.title)
  const other = { plaintext: new Uint8Array(32), ciphertext: undefined }
  change('journal', (kept) =>
    kept.kind === 'journal' ? { ...kept, unfinished: { ...kept.unfinished, hashes: [other, other, other] } } : kept,
  )
  await goOn()
  await stage.shows('was changed while it was being sent')
  expect(await countAnswers(code)).toBe(0)
})

test('an answer that lies on the device goes no further where its hashes cannot be kept', async () => {
  const { code, drop } = await beginFilm()
  stage.press(transfer.pause)
  await stage.shows(transfer.goOn)
  const full = vi.spyOn(stage.kept, 'set').mockImplementation(() => {
    throw new Error('full')
  })
  stage.server.hand = (name) => (name === 'limits' ? takes : undefined)
  stage.press(transfer.goOn)
  await stage.shows(answerFault({ at: 'server', code: 'broken' }, 0, 0))
  expect(await countAnswers(code)).toBe(0)
  full.mockRestore()
  await stage.act.answer.upload(drop).goOn()
  await stage.shows('Your answer is there')
  expect(await countAnswers(code)).toBe(1)
})

test('an answer that is cancelled while the server cannot be told says so', async () => {
  await beginFilm()
  stage.server.hand = (name) => (name === 'revoke' ? refuses('too_large') : name === 'upload' ? holds : undefined)
  stage.press(transfer.cancel)
  await stage.shows(answer.cancelQuestion)
  stage.press(answer.cancelSure)
  await stage.shows(answerFault({ at: 'upload-left' }, 0, 0))
  expect(typed()).toBe('With a film')
})
