import { beforeEach, expect, test } from 'vitest'
import type { SealedDraftText } from '#client/box/sealed-draft.ts'
import type { Vault } from '#client/box/vault.ts'
import { generateSigningKey } from '#client/crypto/keys.ts'
import { formatBoxAddress } from '#protocol/address.ts'
import { formatDropId } from '#protocol/id.ts'
import { draftStoreOf } from '../../../web/platform/draft-store.ts'
import { memoryStore, openStore, type Store, type StoredReader } from '../../../web/platform/store.ts'

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
  expect(await store.uploads()).toMatchObject([{ unfinished: { dropId: DROP }, sentPart: 0.5 }])
  expect(await store.vaults()).toEqual([])
  await store.keepVault(vault('Tips'))
  expect(await (await openStore()).vaults()).toEqual([vault('Tips')])
})

test('a tab with the page of before, in the middle of a write, lets go of the database and loses nothing', async () => {
  const request = indexedDB.open('sealdrop', 3)
  request.onupgradeneeded = () => {
    for (const name of ['readers', 'sent', 'uploads', 'journal', 'vaults', 'known'])
      request.result.createObjectStore(name)
  }
  const old = await settled(request)
  old.onversionchange = () => old.close()
  const writing = old.transaction('vaults', 'readwrite').objectStore('vaults')
  for (let n = 0; n < 300; n++) writing.put(vault(`${n}`), ADDRESS)

  const store = await openStore()
  expect(store.isLasting).toBe(true)
  expect(await store.vaults()).toEqual([vault('299')])
  const slip: SealedDraftText = { name: 'a', sealed: new Uint8Array([1]) }
  await draftStoreOf(store).keep(ADDRESS, slip)
  expect(await draftStoreOf(store).of(ADDRESS)).toEqual([slip])
  // From now on the old tab is told that its attempts fail.
  expect(() => old.transaction('vaults', 'readwrite')).toThrow('closing')
})

test.for<[string, () => Promise<Store>]>([
  ['the database', openStore],
  ['memory', async () => memoryStore()],
])(
  '%s keeps one vault, what lies beside it, and one serial for each address, and forgets only what it is told to',
  async ([, open]) => {
    const store = await open()
    for (const each of [vault('Tips'), vault('Letters', OTHER), vault('News tips')]) await store.keepVault(each)
    expect((await store.vaults()).map(({ name }) => name).toSorted()).toEqual(['Letters', 'News tips'])
    const slip = (name: string, byte: number): SealedDraftText => ({ name, sealed: new Uint8Array([byte]) })
    const slips = draftStoreOf(store)
    for (const [box, each] of [
      [ADDRESS, slip('a', 1)],
      [ADDRESS, slip('b', 2)],
      [ADDRESS, slip('a', 3)],
      [OTHER, slip('a', 4)],
    ] as const)
      await slips.keep(box, each)
    const ofAddress = (await slips.of(ADDRESS)).toSorted((x, y) => x.name.localeCompare(y.name))
    expect(ofAddress).toEqual([slip('a', 3), slip('b', 2)])
    await slips.forget(ADDRESS, 'b')
    await slips.forget(OTHER, 'b')
    expect(await slips.of(ADDRESS)).toEqual([slip('a', 3)])
    await store.forgetVault(ADDRESS)
    await slips.forgetAll(ADDRESS)
    expect(await store.vaults()).toEqual([vault('Letters', OTHER)])
    expect([await slips.of(ADDRESS), await slips.of(OTHER)]).toEqual([[], [slip('a', 4)]])

    expect(await store.knownSerial(ADDRESS)).toBeUndefined()
    await store.rememberBox(ADDRESS, 4)
    await store.rememberBox(ADDRESS, 5)
    await store.rememberBox(OTHER, 1)
    await store.forgetBox(OTHER)
    expect([await store.knownSerial(ADDRESS), await store.knownSerial(OTHER)]).toEqual([5, undefined])
  },
)

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
