import { beforeEach, expect, test } from 'vitest'
import type { Vault } from '#client/box/vault.ts'
import { generateSigningKey } from '#client/crypto/keys.ts'
import { formatBoxAddress } from '#protocol/address.ts'
import { formatDropId } from '#protocol/id.ts'
import { memoryStore, openStore, type Store, type StoredReader } from '../../../web/store.ts'

const ADDRESS = formatBoxAddress(new Uint8Array(32).fill(7))
const OTHER = formatBoxAddress(new Uint8Array(32).fill(8))
const DROP = formatDropId(new Uint8Array(16))

const vault = (name: string, box = ADDRESS): Vault => ({ v: 1, box, name, slots: [], state: 'c2VhbGVk' })

beforeEach(async () => {
  await settled(indexedDB.deleteDatabase('sealdrop'))
})

test('a database of version 2 keeps all it holds when boxes come to it', async () => {
  const reader: StoredReader = { key: await generateSigningKey(), expiresAtMs: 9 }
  const old = await openVersion2()
  const transaction = old.transaction(['readers', 'sent', 'uploads', 'journal'], 'readwrite')
  transaction.objectStore('readers').put(reader, DROP)
  transaction.objectStore('sent').put({ ticket: { dropId: DROP } }, DROP)
  transaction.objectStore('uploads').put({ unfinished: { dropId: DROP, hashes: [] }, untilMs: 9 }, DROP)
  transaction.objectStore('journal').put(0.5, [DROP, 'sent'])
  await new Promise<void>((resolve) => (transaction.oncomplete = () => resolve()))
  old.close()

  const store = await openStore()
  expect(store.isLasting).toBe(true)
  expect((await store.reader(DROP))?.key.publicKey).toBe(reader.key.publicKey)
  expect(await store.sent()).toEqual([{ ticket: { dropId: DROP } }])
  expect(await store.uploads(8)).toMatchObject([{ unfinished: { dropId: DROP }, sentPart: 0.5 }])
  expect(await store.vaults()).toEqual([])
  await store.keepVault(vault('Tips'))
  expect(await (await openStore()).vaults()).toEqual([vault('Tips')])
})

test.for<[string, () => Promise<Store>]>([
  ['the database', openStore],
  ['memory', async () => memoryStore()],
])('%s keeps one vault and one serial for each address, and forgets only what it is told to', async ([, open]) => {
  const store = await open()
  for (const each of [vault('Tips'), vault('Letters', OTHER), vault('News tips')]) await store.keepVault(each)
  expect((await store.vaults()).map(({ name }) => name).toSorted()).toEqual(['Letters', 'News tips'])
  await store.forgetVault(ADDRESS)
  expect(await store.vaults()).toEqual([vault('Letters', OTHER)])

  expect(await store.knownSerial(ADDRESS)).toBeUndefined()
  await store.rememberBox(ADDRESS, 4)
  await store.rememberBox(ADDRESS, 5)
  await store.rememberBox(OTHER, 1)
  await store.forgetBox(OTHER)
  expect([await store.knownSerial(ADDRESS), await store.knownSerial(OTHER)]).toEqual([5, undefined])
})

/** As the page made it before there were boxes. */
async function openVersion2(): Promise<IDBDatabase> {
  const request = indexedDB.open('sealdrop', 2)
  request.onupgradeneeded = () => {
    for (const name of ['readers', 'sent', 'uploads', 'journal']) request.result.createObjectStore(name)
  }
  return settled(request)
}

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}
