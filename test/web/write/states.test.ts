import * as fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import type { DropId } from '#protocol/id.ts'
import type { Item } from '#protocol/box-api.ts'
import { FIRST_RETURN, reduceReturn, wouldLoseReturn, type ReturnEvent } from '../../../web/pages/write/return-state.ts'
import {
  firstWriteState,
  reduceWrite,
  wouldLoseLetter,
  type WriteEvent,
  type WriteState,
} from '../../../web/pages/write/write-state.ts'
import { EMPTY_LETTER } from '../../../web/send/to-box.ts'
import { newBox, type TestBox } from '../../kit/boxes.ts'
import { runs } from '../../runs.ts'

let box: TestBox

beforeAll(async () => {
  box = await newBox()
})

const after = (events: readonly WriteEvent[], state = firstWriteState({ address: box.address })): WriteState =>
  events.reduce(reduceWrite, state)

const typed: WriteEvent = { type: 'desk', event: { type: 'drafted', draft: { text: 'typed' } } }
const found = (): WriteEvent => ({
  type: 'found',
  box: { card: box.card, largest: 9 },
  limits: { largest: 9, archive: 9, room: 8 },
  isChanged: false,
})
const sent: WriteEvent = {
  type: 'letter-sent',
  letter: { expiresAtMs: 1, words: ['one', 'two'], hasCode: true },
  keepsDraft: false,
}

test('whatever becomes of its box, a draft goes only by being sent', async () => {
  const losing: fc.Arbitrary<WriteEvent> = fc.constantFrom<WriteEvent>(
    { type: 'looked' },
    { type: 'missed', fault: 'offline' },
    { type: 'card-refused', refusal: { why: 'foreign' } },
    { type: 'card-refused', refusal: { why: 'stale', sinceMs: undefined } },
    { type: 'recalled', isRemembered: true },
    { type: 'code-wanted', wantsCode: true },
    { type: 'code-noted' },
    { type: 'another' },
    { type: 'desk', event: { type: 'refused', fault: { at: 'box-full' } } },
    { type: 'desk', event: { type: 'worked', work: { stage: 'starting' } } },
  )
  fc.assert(
    fc.property(fc.array(losing), (events) => {
      const state = after([found(), typed, ...events, found()])
      expect(state.desk.draft.text).toBe('typed')
      expect(wouldLoseLetter(state)).toBe(true)
    }),
    { numRuns: runs(50, 1_000) },
  )
})

test('the words of a code leave the state when they are written down, and until then leaving is asked about', () => {
  const state = after([found(), typed, sent])
  expect(state.desk.draft).toEqual(EMPTY_LETTER)
  expect(state.main).toMatchObject({ at: 'sent', words: ['one', 'two'] })
  expect(wouldLoseLetter(state)).toBe(true)
  expect(after([{ type: 'card-refused', refusal: { why: 'gone' } }, found(), { type: 'looked' }], state)).toEqual(state)
  const noted = after([{ type: 'code-noted' }], state)
  expect(noted.main).toMatchObject({ at: 'sent', words: undefined, hasCode: true })
  expect(JSON.stringify(noted)).not.toContain('two')
  expect(wouldLoseLetter(noted)).toBe(false)
})

test('a letter of an earlier visit that has been sent leaves the draft that was typed since', () => {
  const state = after([found(), typed, { ...sent, keepsDraft: true }])
  expect(state.desk.draft.text).toBe('typed')
})

test('what was sealed is sealed anew for other keys and for another wish, and not for the same keys again', () => {
  const state = after([found(), typed])
  const { draft } = state.desk
  expect(after([found()], state).desk.draft).toBe(draft)
  expect(after([{ type: 'code-wanted', wantsCode: true }], state).desk.draft).not.toBe(draft)
  const card = { ...box.card, serial: box.card.serial + 1 }
  const renewed: WriteEvent = {
    type: 'found',
    box: { card, largest: 9 },
    limits: { largest: 9, archive: 9, room: 8 },
    isChanged: true,
  }
  expect(after([renewed], state).desk.draft).not.toBe(draft)
})

const unanswered = { expiresAtMs: 1, words: undefined, hasCode: false }

const item: Item = {
  drop: 'a'.repeat(22) as DropId,
  seq: 1,
  size: 1,
  parts: 1,
  arrived: 20_000,
  expires: 1_800_000_000,
}
const opened = { at: 'opened', taken: [], text: 'secret', files: [], from: undefined } as const
const page = { items: [item], more: false, count: 1, bytes: 1, repeated: [] }

test('a code that was good is not in the state any more, and after a done nothing is', () => {
  const events: ReturnEvent[] = [
    { type: 'code-typed', text: 'twelve words' },
    { type: 'code-asked' },
    { type: 'entered', page },
  ]
  const entered = events.reduce(reduceReturn, FIRST_RETURN)
  expect(JSON.stringify(entered)).not.toContain('twelve')
  const read = (
    [
      { type: 'answer-asked', item },
      { type: 'read', phase: opened },
    ] satisfies ReturnEvent[]
  ).reduce(reduceReturn, entered)
  expect(read.opened.has(item.drop)).toBe(true)
  expect(reduceReturn(read, { type: 'forgot' })).toEqual({ ...FIRST_RETURN, main: { at: 'forgotten' } })
})

test('what comes late for a code that is forgotten changes nothing', () => {
  const gone = reduceReturn(FIRST_RETURN, { type: 'forgot' })
  const late: ReturnEvent[] = [
    { type: 'listed', what: 'newer', page },
    { type: 'list-failed', fault: 'offline' },
    { type: 'answer-asked', item },
    { type: 'read', phase: opened },
    { type: 'listed-again' },
    { type: 'box-asked' },
    { type: 'entered', page },
  ]
  for (const event of late) expect(reduceReturn(gone, event)).toEqual(gone)
})

test('a letter that is being written in a thread is asked about before it is left', () => {
  const events: ReturnEvent[] = [
    { type: 'entered', page },
    { type: 'writing-begun', write: firstWriteState({ address: box.address }, true) },
    { type: 'write', event: typed },
  ]
  const state = events.reduce(reduceReturn, FIRST_RETURN)
  expect(wouldLoseReturn(state)).toBe(true)
  const listed = reduceReturn(state, { type: 'listed-again' })
  expect(wouldLoseReturn(listed)).toBe(true)
  expect(reduceReturn(listed, { type: 'writing-resumed' })).toEqual(state)
  const done = reduceReturn(reduceReturn(state, { type: 'write', event: { ...sent, letter: unanswered } }), {
    type: 'listed-again',
  })
  expect(done.write).toBeUndefined()
})
