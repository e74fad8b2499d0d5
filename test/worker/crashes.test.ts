import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { acknowledge, look } from '#client/receive.ts'
import { deposit } from '#client/send.ts'
import { checkDrop, reopenDrop, revokeDrop } from '#client/sender.ts'
import type { DropId } from '#protocol/id.ts'
import { serverVia } from './support/clients.ts'
import { openWhole, lookAndClaim, sealMessage } from '../kit/sealed.ts'
import { travel } from './support/clock.ts'
import { acknowledge as acknowledgeRaw, claim as claimRaw, depositDrop, reopen, revoke, sent } from './support/drops.ts'
import { fuse, storeWith } from './support/faults.ts'
import { dueOf, evict, fireAlarm, rowOf, shelfUses, storeKeys } from './support/inside.ts'
import { ORIGIN } from './support/wire.ts'
import { newReader, repeatedly } from '../kit/people.ts'

const TEXT = 'the password is swordfish'

/** Deposit, claim, open, acknowledge, by clients that ask again; `between` happens before each. */
async function wholeLife(
  server: ReturnType<typeof serverVia>,
  drop: Awaited<ReturnType<typeof sealMessage>>,
  between = async (): Promise<void> => {},
): Promise<void> {
  const { sealed, sender, opener } = drop
  await between()
  await deposit(server, sealed, { sender })
  await between()
  expect((await look(server, opener)).state).toBe('ready')
  const reader = await newReader()
  await between()
  const opened = await openWhole(await lookAndClaim(server, opener, reader), opener)
  expect(opened.text).toBe(TEXT)
  await between()
  expect((await checkDrop(server, sealed.ticket, sender)).state).toBe('claimed')
  await between()
  expect(await acknowledge(server, opener, reader, opened.opened)).toBe(true)
  await between()
  const { state, claims } = await checkDrop(server, sealed.ticket, sender)
  expect(state).toBe('read')
  expect(claims).toMatchObject([{ reader: reader.publicKey, isClaimProved: true, isOpeningProved: true }])
}

/** The rest of a drop: its phase, and bytes in the store that were not there before. */
async function leftOf(dropId: DropId, before: readonly string[]): Promise<unknown> {
  return { phase: (await rowOf(dropId))?.phase, stored: (await storeKeys()).length - before.length }
}

test('an eviction before every request loses nothing', async () => {
  const drop = await sealMessage(ORIGIN)
  const { dropId } = drop.sealed
  const before = await storeKeys()
  await wholeLife(serverVia(), drop, () => evict(dropId))
  expect(await leftOf(dropId, before)).toEqual({ phase: 'read', stored: 0 })
})

test.for([
  ['whichever storage call fails in a whole life', false, 20],
  ['whichever call to the store does its work and then fails', true, 3],
] as const)('%s, nothing is lost and nothing is half-written', async ([, hadEffect, least]) => {
  for (let nth = 1; ; nth++) {
    const blown = fuse(nth, hadEffect)
    const before = await storeKeys()
    const [drop, between] = await onFuse(blown)
    await wholeLife(serverVia(blown.wire), drop, between)
    blown.disarm()
    const { dropId } = drop.sealed
    expect(await leftOf(dropId, before)).toEqual({ phase: 'read', stored: 0 })
    // Where a deletion failed, the alarm comes all the same, and finds nothing to do.
    if ((await dueOf(dropId)) !== (await rowOf(dropId))?.expiresAtMs) await sweep(dropId)
    expect(await leftOf(dropId, before)).toEqual({ phase: 'read', stored: 0 })
    if (blown.count() >= nth) continue
    // A life without any failure: every call has had its turn.
    return expect(nth).toBeGreaterThan(least)
  }
})

/** A drop, and what puts its shelf on the fuse before each request: a failure may have thrown the shelf out of memory. */
async function onFuse(
  fused: ReturnType<typeof fuse>,
): Promise<[Awaited<ReturnType<typeof sealMessage>>, () => Promise<void>]> {
  const drop = await sealMessage(ORIGIN)
  await evict(drop.sealed.dropId)
  let isWrapped = false
  return [
    drop,
    async () => {
      if (!isWrapped) await fused.wrap(drop.sealed.dropId)
      isWrapped = true
    },
  ]
}

test.for(['read', 'revoked'] as const)(
  'a %s drop whose machine died between noting and deleting gives nothing out, and is deleted when it is asked again',
  async (cause) => {
    const drop = await depositDrop()
    const reader = await newReader()
    await claimRaw(drop, reader.publicKey)
    const [blob = ''] = (await rowOf(drop.dropId))?.blobs ?? []
    const end = () => (cause === 'read' ? acknowledgeRaw(drop, reader) : revoke(drop))
    // As after a crash: the row says that it has ended, and nothing was deleted.
    await shelfUses(drop.dropId, storeWith(env.KV, { delete: async () => {} }))
    await end()
    await evict(drop.dropId)
    expect(await storeKeys()).toContain(blob)
    expect((await claimRaw(drop, reader.publicKey)).code).toBe('gone')
    expect((await reopen(drop, reader.publicKey)).json).toMatchObject({ state: cause })
    expect((await end()).status).toBe(200)
    expect(await storeKeys()).not.toContain(blob)
    expect((await sent(drop)).json).toMatchObject({ state: cause })
  },
)

test('a sender whose answers are lost asks again, and gets what it asked for once', async () => {
  const server = serverVia()
  const { sealed, sender, opener } = await sealMessage(ORIGIN)
  await repeatedly(3, () => deposit(server, sealed, { sender }))
  const reader = await newReader()
  await lookAndClaim(server, opener, reader)
  await repeatedly(3, () => reopenDrop(server, sealed.ticket, sender, reader.publicKey))
  expect((await rowOf(sealed.dropId))?.dismissed).toEqual([reader.publicKey])
  const reports = await repeatedly(3, () => revokeDrop(server, sealed.ticket, sender))
  expect(reports.map(({ state }) => state)).toEqual(['revoked', 'revoked', 'revoked'])
})

/** The alarm, as it comes a minute after a deletion failed. */
async function sweep(dropId: DropId): Promise<void> {
  travel(61_000)
  await fireAlarm(dropId)
}
