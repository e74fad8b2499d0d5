import { expect, test } from 'vitest'
import { advance, identityAt } from '#client/box/chain.ts'
import { forgetExpired } from '#client/box/forget.ts'
import { createBox, publish } from '#client/box/owner.ts'
import { formatState } from '#client/box/state.ts'
import { openEnvelope, sealEnvelope } from '#client/crypto/envelope.ts'
import { epochAt, firstNeededEpoch } from '#protocol/epoch.ts'
import { toBase64url, utf8 } from '#protocol/bytes.ts'
import { boxServer } from './support/box-server.ts'
import { newState, NOW, WEEK } from './support/states.ts'

/** All that a server was ever given: the cards, and a drop that was sealed by that of each week. */
async function history(weeks: number) {
  const fresh = await newState()
  const server = boxServer(fresh.box, NOW)
  const first = await publish(server, fresh, NOW)
  const drops = await Promise.all(
    server
      .cards()
      .slice(0, weeks)
      .map(async ({ epoch, readers }) => {
        const file = await sealEnvelope(
          utf8(`epoch ${epoch}`),
          readers.map(({ age }) => age),
        )
        return { epoch, file, chainKey: toBase64url(advance(first.chain, epoch).key) }
      }),
  )
  const now = NOW + (weeks - 1) * WEEK
  server.now = now
  return { first, server, drops, now, state: await forgetExpired(server, first, now) }
}

test('a state of one day opens what its keys cover, and with every file at hand nothing of an epoch deleted before', async () => {
  const { first, state, drops, now } = await history(9)
  const needed = firstNeededEpoch(now)
  const deleted = drops.filter(({ epoch }) => epoch < needed)
  const covered = drops.filter(({ epoch }) => epoch >= needed)
  expect([deleted.length, covered.length]).toEqual([3, 6])

  for (const { epoch, file } of drops) {
    expect(await openEnvelope(file, identityAt(first.chain, epoch) ?? '')).toBeInstanceOf(Uint8Array)
  }
  for (const { epoch, file } of covered) {
    expect(await openEnvelope(file, identityAt(state.chain, epoch) ?? '')).toBeInstanceOf(Uint8Array)
  }
  const epochs = Array.from({ length: 40 }, (_, n) => epochAt(NOW) - 10 + n)
  const identities = epochs.map((epoch) => identityAt(state.chain, epoch)).filter((each) => each !== undefined)
  expect(identities).toHaveLength(epochs.filter((epoch) => epoch >= needed).length)
  for (const { file } of deleted) {
    for (const identity of identities) {
      await expect(openEnvelope(file, identity)).rejects.toMatchObject({ code: 'open_failed' })
    }
  }
  // And nothing that is kept holds what the others were derived from.
  const kept = formatState(state)
  for (const { epoch, chainKey } of drops) {
    expect([epoch, kept.includes(chainKey)]).toEqual([epoch, epoch === needed])
  }
})

test('the phrase leads to no key of an epoch', async () => {
  const { first, drops } = await history(2)
  const { origin, name, phrase, terms, reader } = first
  const { state: restored } = await createBox({ origin, name, readerName: reader.name, terms, now: NOW, phrase })
  expect([restored.box, restored.chain.epoch]).toEqual([first.box, epochAt(NOW)])
  for (const { epoch, file } of drops) {
    const opened = openEnvelope(file, identityAt(restored.chain, epoch) ?? '')
    await expect(opened).rejects.toMatchObject({ code: 'open_failed' })
  }
})

test('keys are deleted with a publication', async () => {
  const { first, server, now } = await history(9)
  const state = await publish(server, first, now)
  expect(state.chain).toEqual(advance(first.chain, firstNeededEpoch(now)))
  expect(await forgetExpired(server, state, now)).toBe(state)
})
