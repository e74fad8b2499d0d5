import { expect, test } from 'vitest'
import type { DropReport } from '#client/sender.ts'
import type { Ticket } from '#client/sealed.ts'
import { formatDropId } from '#protocol/id.ts'
import type { PublicKey } from '#protocol/public-key.ts'
import { listedStatusOf, isLive, listReduce, NO_LIST, type ListedStatus } from '../../web/pages/link/sent-list.ts'
import type { SentDrop } from '../../web/platform/store.ts'

const dropId = formatDropId(new Uint8Array(16))
const NOW = 1_000_000

function dropWith(state: DropReport['state'] | 'gone' | undefined, expiresAtMs = NOW + 1): SentDrop {
  const ticket: Ticket = {
    v: 1,
    origin: 'https://drop.example',
    dropId,
    claim: '' as PublicKey,
    opened: '',
    sealedAtMs: 0,
    expiresAtMs,
    reads: 1,
    needsPassphrase: false,
  }
  if (state === undefined) return { ticket }
  if (state === 'gone') return { ticket, known: { atMs: 1, isGone: true } }
  const report: DropReport = { state, expires: 0, reads: 1, size: 1, parts: 1, triesLeft: 10, claims: [] }
  return { ticket, known: { atMs: 1, isGone: false, report } }
}

test.for<[SentDrop, ListedStatus]>([
  [dropWith(undefined), 'unknown'],
  [dropWith('uploading'), 'uploading'],
  [dropWith('ready'), 'waiting'],
  [dropWith('claimed'), 'claimed'],
  [dropWith('read'), 'read'],
  [dropWith('revoked'), 'burned'],
  [dropWith('locked'), 'locked'],
  [dropWith('deleted'), 'deleted'],
  [dropWith('gone'), 'gone'],
  [dropWith(undefined, NOW), 'expired'],
  [dropWith('ready', NOW), 'expired'],
  [dropWith('claimed', NOW), 'expired'],
  [dropWith('read', NOW), 'read'],
  [dropWith('revoked', NOW), 'burned'],
  [dropWith('gone', NOW), 'expired'],
])('how a drop fares is told without asking anybody (%#)', ([drop, fate]) => {
  expect(listedStatusOf(drop, NOW)).toBe(fate)
})

test.for<[DropReport['state'] | 'gone' | undefined, boolean]>([
  [undefined, true],
  ['ready', true],
  ['claimed', true],
  ['read', false],
  ['revoked', false],
  ['locked', false],
  ['deleted', false],
])('a clock that is wrong takes nothing away: after %s it can be checked and burned: %s', ([state, isOffered]) => {
  expect(isLive(dropWith(state, NOW + 1))).toBe(isOffered)
  expect(isLive(dropWith(state, NOW - 1_000_000))).toBe(isOffered)
})

test('a drop of which something said once that it is gone could not be burned any more', () => {
  expect(isLive(dropWith('gone', NOW + 1))).toBe(true)
  // Said after its time had passed.
  expect(isLive(dropWith('gone', 1))).toBe(false)
})

test('a list that could not be read says so, until it can', () => {
  const missed = listReduce(NO_LIST, { type: 'list-missed' })
  expect(missed).toMatchObject({ isMissed: true, drops: undefined })
  expect(listReduce(missed, { type: 'listed', drops: [] })).toMatchObject({ isMissed: false, drops: [] })
})

test('the newest comes first', () => {
  const old = dropWith(undefined)
  const young: SentDrop = { ticket: { ...old.ticket, sealedAtMs: 5 } }
  expect(listReduce(NO_LIST, { type: 'listed', drops: [old, young] }).drops).toEqual([young, old])
})

test('a question goes away when it is acted upon, and a failure when it is tried again', () => {
  const asked = listReduce(
    { ...NO_LIST, drops: [dropWith(undefined)], failed: [dropId] },
    { type: 'list-asked', asking: { to: 'burn', dropId } },
  )
  const worked = listReduce(asked, { type: 'list-worked', dropIds: [dropId] })
  expect(worked).toMatchObject({ asking: undefined, busy: [dropId], failed: [] })
  expect(listReduce(worked, { type: 'list-failed', dropId })).toMatchObject({ busy: [], failed: [dropId] })
})

test('what is forgotten is gone from the list', () => {
  const list = listReduce(NO_LIST, { type: 'listed', drops: [dropWith('ready')] })
  expect(listReduce(list, { type: 'list-forgot', dropIds: [dropId] }).drops).toEqual([])
})
