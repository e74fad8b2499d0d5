import { expect, test } from 'vitest'
import { chooseFile, EMPTY_DRAFT } from '../../web/send/draft.ts'
import type { Event, SealedDrop } from '../../web/pages/link/state.ts'
import type { LinkReading } from '../../web/read/link-reading.ts'
import { untaken } from '../../web/read/reading.ts'
import { FIRST_STATE, reduce, wouldLose, type State } from '../../web/pages/link/state.ts'

const after = (...events: Event[]): State => events.reduce(reduce, FIRST_STATE)

const file = chooseFile(new File(['plan'], 'plan.pdf'))
const drop: SealedDrop = {
  link: 'https://drop.example/#sdlink1x',
  passphrase: '',
  needsPassphrase: false,
  expiresAtMs: 1,
  reads: 1,
  isKept: true,
  isHandedOver: false,
  burning: 'no',
}
const typed: Event = { type: 'drafted', draft: { text: 'hello', files: [file], passphrase: 'five words' } }
const message = {
  at: 'opened',
  ack: 'pending',
  taken: [],
  text: 'hi',
  files: [{ name: 'a.txt', type: '', sizeBytes: 1, modifiedAtMs: 0 }],
  reads: 1,
} satisfies LinkReading
const opened = (taken: string[] = []): Event => ({ type: 'read', main: { ...message, taken } })

test.for<Event>([
  { type: 'refused', fault: { at: 'server', code: 'offline' } },
  { type: 'refused', fault: { at: 'size', room: 5 } },
  { type: 'refused', fault: { at: 'file', name: 'plan.pdf' } },
  { type: 'refused', fault: { at: 'passphrase' } },
])('an error while sealing keeps everything that was typed: %o', (event) => {
  const before = after(typed)
  const { draft, main } = reduce(before, event)
  expect(draft).toBe(before.draft)
  expect(main).toMatchObject({ at: 'compose', fault: event.type === 'refused' ? event.fault : undefined })
})

test('what is changed makes an error about it go away', () => {
  const state = after({ type: 'refused', fault: { at: 'message' } }, typed)
  expect(state.main).toEqual({ at: 'compose' })
})

test('work that begins makes the last error go away, and progress goes on replacing itself', () => {
  const state = after(
    { type: 'refused', fault: { at: 'server', code: 'offline' } },
    { type: 'worked', work: { stage: 'sealing' } },
    { type: 'worked', work: { stage: 'sending', bytes: 1, total: 2 } },
  )
  expect(state.main).toMatchObject({ at: 'compose', fault: undefined, work: { stage: 'sending', bytes: 1 } })
})

test('a look at another page loses neither a draft nor an open message', () => {
  const draft = after(typed, { type: 'went', page: 'how' }, { type: 'went', page: 'main' })
  expect(draft.draft.text).toBe('hello')
  const read = after(opened(), { type: 'went', page: 'sent' }, { type: 'went', page: 'main' })
  expect(read.main).toMatchObject({ at: 'opened', text: 'hi' })
})

test('once it is sealed nothing of the draft stays', () => {
  expect(after(typed, { type: 'sealed', drop }).draft).toEqual(EMPTY_DRAFT)
})

test.for<Event>([
  { type: 'handed-over' },
  { type: 'burn', burning: 'burned' },
  { type: 'worked', work: { stage: 'sealing' } },
  { type: 'flowed', flow: 'waiting' },
])('an event that comes late changes nothing on another screen: %o', (event) => {
  const state = after({ type: 'read', main: { at: 'damaged' } })
  expect(reduce(state, event)).toEqual(state)
})

test('the page asks before it is left exactly as long as something would be lost', () => {
  expect(wouldLose(FIRST_STATE)).toBe(false)
  expect(wouldLose(after({ type: 'drafted', draft: { text: ' \n' } }))).toBe(false)
  expect(wouldLose(after(typed))).toBe(true)
  expect(wouldLose(after(typed, { type: 'drafted', draft: { text: '', files: [] } }))).toBe(false)
  expect(wouldLose(after({ type: 'sealed', drop }))).toBe(true)
  expect(wouldLose(after({ type: 'sealed', drop }, { type: 'handed-over' }))).toBe(false)
  expect(wouldLose(after({ type: 'sealed', drop }, { type: 'burn', burning: 'burned' }))).toBe(false)
  expect(wouldLose(after(opened()))).toBe(true)
  expect(wouldLose(after(opened([''])))).toBe(true)
  expect(wouldLose(after(opened(['', 'a.txt'])))).toBe(false)
})

test('a message without a text has nothing to copy', () => {
  expect(untaken({ ...message, text: '' })).toEqual(['a.txt'])
})
