import { expect, test } from 'vitest'
import { announceKeys } from '#client/box/joining.ts'
import { deleteItems } from '#client/box/inbox.ts'
import { publish, removeReader, renew } from '#client/box/owner.ts'
import { invite, uninvite } from '#client/box/invitations.ts'
import { deriveReaderKey } from '#client/box/reader-keys.ts'
import { sha256, toBase64url } from '#protocol/bytes.ts'
import { formatDropId } from '#protocol/id.ts'
import { boxServer } from '../../kit/box-server.ts'
import { newBox } from '../../kit/boxes.ts'
import { refuses, says } from '../../kit/network.ts'
import type { BoxServer } from './support/box-server.ts'
import { published, withReader } from './support/published.ts'
import { NOW } from './support/states.ts'

// Something in between says that it was done, in the very form of the server, and passes nothing on.

/** Answers one request, and only that. */
function swallow(server: BoxServer, name: string, body: object): void {
  server.hand = (request) => (request === name ? says(body) : undefined)
}

const order = { label: 'press', items: 3, bytes: 1_000, lifeSeconds: 86_400 }

test('a portal that took the publication for itself had a box told as published that was not there', async () => {
  const [server, state] = await published()
  server.hand = (name) => (name === 'publish' ? says({}) : name === 'card' ? refuses('gone') : undefined)
  await expect(publish(server, { ...state, serial: 0 }, NOW)).rejects.toMatchObject({ code: 'not_done' })
})

test('cards that were not renewed, though something said so, are not told as renewed', async () => {
  const [server, state] = await published()
  const before = server.published()
  swallow(server, 'publish', {})
  await expect(renew(server, state, NOW + 1_000)).rejects.toMatchObject({ code: 'not_done' })
  expect(server.published()).toBe(before)
})

test('a reader who was told to be removed was still sealed to', async () => {
  const [server, state, ana] = await withReader()
  const { publicKey } = await deriveReaderKey(ana.reader.seed)
  swallow(server, 'publish', {})
  await expect(removeReader(server, state, publicKey, NOW)).rejects.toMatchObject({ code: 'not_done' })
  server.hand = undefined
  await removeReader(server, state, publicKey, NOW)
  expect(server.cards()[0]?.readers.map(({ name }) => name)).toEqual(['Office'])
})

test('an invitation is neither made nor ended by an answer that does not list what is there', async () => {
  const [server, state] = await published()
  swallow(server, 'invite', { invitations: [] })
  await expect(invite(server, state, order)).rejects.toMatchObject({ code: 'not_done' })
  server.hand = undefined
  const made = await invite(server, state, order)
  const hash = toBase64url(await sha256(made.state.invitations[0]?.secret ?? new Uint8Array(0)))
  swallow(server, 'invite', { invitations: [...server.invitations.values()] })
  await expect(uninvite(server, made.state, hash)).rejects.toMatchObject({ code: 'not_done' })
  server.hand = undefined
  expect((await uninvite(server, made.state, hash)).invitations).toEqual([])
})

test('keys that a reader announced to nobody are not taken to be announced', async () => {
  const [server, , ana] = await withReader()
  swallow(server, 'keys', { keys: [] })
  await expect(announceKeys(server, ana, NOW)).rejects.toMatchObject({ code: 'not_done' })
  expect(server.announced.size).toBe(0)
  server.hand = undefined
  await announceKeys(server, ana, NOW)
  expect(server.announced.size).toBe(1)
})

test('drops that something said to have deleted lay in the box as before', async () => {
  const { address, root } = await newBox()
  const server = boxServer()
  const drop = formatDropId(new Uint8Array(16).fill(1))
  server.parts.set(drop, [new Uint8Array(20)])
  server.lists.set(address, [{ drop, seq: 1, size: 20, parts: 1, arrived: 1, expires: 1_900_000_000 }])
  server.hand = (name) => (name === 'delete' ? says({ deleted: 1 }) : undefined)
  await expect(deleteItems(server, root.key, address, [drop])).rejects.toMatchObject({ code: 'not_done' })
  server.hand = () => undefined
  expect(await deleteItems(server, root.key, address, [drop])).toBe(1)
  expect(server.lists.get(address)).toEqual([])
})
