import { expect, test } from 'vitest'
import { identityAt } from '#client/box/chain.ts'
import { forgetExpired } from '#client/box/forget.ts'
import { publish, renew } from '#client/box/owner.ts'
import { epochAt, firstNeededEpoch } from '#protocol/epoch.ts'
import { lost, refuses, says } from '../../kit/network.ts'
import { published } from './support/published.ts'
import { DAY, dropIdOf, NOW, WEEK } from './support/states.ts'

const present = epochAt(NOW)

test('keys are deleted when everything that they seal has expired, and not before', async () => {
  const [server, state] = await published()
  server.now = NOW + 4 * WEEK
  expect(await forgetExpired(server, state, NOW + 4 * WEEK)).toBe(state)
  server.now = NOW + 8 * WEEK
  const later = await forgetExpired(server, state, NOW + 8 * WEEK)
  expect(later.chain.epoch).toBe(firstNeededEpoch(NOW + 8 * WEEK))
  expect(identityAt(later.chain, later.chain.epoch - 1)).toBeUndefined()
  expect(identityAt(later.chain, present + 10)).toBe(identityAt(state.chain, present + 10))
  expect(await forgetExpired(server, later, NOW + 8 * WEEK)).toBe(later)
})

test('a clock that is weeks ahead deletes no key that is still needed, and publishes no card', async () => {
  const [server, state] = await published()
  const ahead = NOW + 26 * WEEK
  for (const wrong of [forgetExpired, publish, renew])
    await expect(wrong(server, state, ahead)).rejects.toMatchObject({ code: 'clock_wrong' })
  expect(server.asked).not.toContain('publish')
  // With the clock put right it goes on as if nothing had been.
  const later = NOW + 7 * WEEK
  server.now = later
  const renewed = await renew(server, state, later)
  expect([renewed.chain.epoch, server.cards().length]).toEqual([firstNeededEpoch(later), 14])
})

test('of two clocks that nearly agree the earlier one counts', async () => {
  const [server, state] = await published()
  // The last hour in which the key of this week may be needed.
  const last = (present + 1) * WEEK + 2_851_200_000 - DAY / 24
  server.now = last
  expect(await forgetExpired(server, state, last + DAY / 2)).toBe(state)
  await expect(forgetExpired(server, state, last + 2 * DAY)).rejects.toMatchObject({ code: 'clock_wrong' })
  server.now = last + DAY / 2
  expect((await forgetExpired(server, state, last + DAY / 2)).chain.epoch).toBe(present + 1)
  expect(await forgetExpired(server, state, last)).toBe(state)
})

test('keys are deleted after a long absence, though no card holds any more', async () => {
  const [server, state] = await published()
  server.now = NOW + 60 * WEEK
  expect((await forgetExpired(server, state, server.now)).chain.epoch).toBe(firstNeededEpoch(server.now))
  const renewed = await renew(server, state, server.now)
  expect([renewed.chain.epoch, server.cards()[0]?.epoch]).toEqual([firstNeededEpoch(server.now), present + 60])
})

test('a server that does not tell the time has no key deleted', async () => {
  const [server, state] = await published()
  server.now = NOW + 8 * WEEK
  for (const answer of [says({ largest: 1 }), says({ largest: 1, time: '1' }), lost]) {
    server.hand = () => answer
    await expect(forgetExpired(server, state, server.now)).rejects.toMatchObject({ name: 'DropError' })
  }
})

test('notes of expired messages stay for ever, though the inbox is unlocked every day', async () => {
  const [server, state] = await published()
  const note = { readAtMs: NOW, preview: 'tip', expiresAtMs: NOW + DAY, sealedTo: [] }
  const [over, lasting] = [dropIdOf('AAAAAAAAAAAAAAAAAAAAAA'), dropIdOf('AQEBAQEBAQEBAQEBAQEBAQ')]
  const items = { [over]: note, [lasting]: { ...note, expiresAtMs: NOW + 2 * DAY } }
  const before = { ...state, reading: { items } }
  const kept = async (now: number): Promise<string[]> =>
    Object.keys((await forgetExpired(server, before, now)).reading.items)
  server.now = NOW + 1.5 * DAY
  expect(await kept(server.now)).toEqual([lasting])
  // By the earlier of both clocks, and by none that is far off.
  expect(await kept(NOW + DAY / 2)).toEqual([over, lasting])
  expect(await kept(NOW + 2.4 * DAY)).toEqual([lasting])
  await expect(kept(NOW + 3 * DAY)).rejects.toMatchObject({ code: 'clock_wrong' })
  server.hand = () => lost
  expect(await kept(server.now)).toEqual([over, lasting])
})

test('a device whose server was far ahead, too, begins again with the present week', async () => {
  const [server, state] = await published()
  server.now = NOW + 10 * WEEK
  const ahead = await forgetExpired(server, state, server.now)
  expect(ahead.chain.epoch).toBeGreaterThan(present)
  server.now = NOW
  const again = await publish(server, { ...ahead, backedUpAtMs: NOW }, NOW)
  expect([server.cards()[0]?.epoch, again.chain.epoch]).toEqual([present, present])
  // A backup of before does not open what is sealed from now on.
  expect(again.backedUpAtMs).toBeUndefined()
})

test('a server that could not tell the time had old keys kept in silence', async () => {
  const [server, state] = await published()
  const later = NOW + 8 * WEEK
  server.now = later
  for (const answer of [says({ largest: 1 }), lost, refuses('internal')]) {
    server.hand = () => answer
    await expect(forgetExpired(server, state, later)).rejects.toMatchObject({ name: 'DropError' })
    // Where nothing is due nobody is told anything.
    expect(await forgetExpired(server, state, NOW)).toBe(state)
  }
  const dated = (ms: number): Record<string, string> => ({ Date: new Date(ms).toUTCString() })
  for (const answer of [says({ largest: 1 }, dated(later)), says('busy', dated(later), 502)]) {
    server.hand = () => answer
    expect((await forgetExpired(server, state, later)).chain.epoch).toBe(firstNeededEpoch(later))
  }
  server.hand = () => says({ largest: 1 }, dated(NOW))
  await expect(forgetExpired(server, state, later)).rejects.toMatchObject({ code: 'clock_wrong' })
  // An answer that a cache has kept since then tells nothing of now.
  server.hand = () => says({ largest: 1 }, { ...dated(later), Age: '0' })
  const fresh = { ...server }
  await expect(forgetExpired(fresh, state, later)).rejects.toMatchObject({ code: 'bad_answer' })
})
