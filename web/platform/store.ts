import type { DropReport } from '#client/sender.ts'
import type { SigningKey } from '#client/crypto/keys.ts'
import type { SealedDraftText } from '#client/box/sealed-draft.ts'
import type { Vault } from '#client/box/vault.ts'
import type { PartHashes } from '#client/seal-parts.ts'
import type { Ticket, Unfinished } from '#client/sealed.ts'
import type { BoxAddress } from '#protocol/address.ts'
import type { DropId } from '#protocol/id.ts'
import type { PublicKey } from '#protocol/public-key.ts'
import { within } from './within.ts'

/**
 * Everything that this browser keeps. No link, no passphrase and no key that opens is ever in it, but for an upload in parts, until it
 * ends: docs/decisions/0010-an-upload-keeps-its-link.md.
 */
export interface Store {
  /** `false` where the browser keeps nothing: stored data then ends with the page. */
  readonly isLasting: boolean
  /** The reader key with which this browser claims a drop. */
  reader(dropId: DropId): Promise<StoredReader | undefined>
  keepReader(dropId: DropId, reader: StoredReader): Promise<void>
  forgetReader(dropId: DropId): Promise<void>
  /**
   * Removes the reader keys of drops that have expired: for good, so the clock of this device alone does not say so.
   * @param timeBy - given when each of them expires, the time by which they are judged; in milliseconds since 1970
   */
  forgetOldReaders(timeBy: (ends: readonly number[]) => Promise<number>): Promise<void>
  /** The drops for which it keeps reader keys. */
  readerIds(): Promise<DropId[]>
  sent(): Promise<StoredSent[]>
  keepSent(drop: StoredSent): Promise<void>
  forgetSent(dropId: DropId): Promise<void>
  /** The uploads that have not come to their end. */
  uploads(): Promise<KeptUpload[]>
  keepUpload(upload: StoredUpload): Promise<void>
  /** The record of a part: on the disk before the part is sealed. */
  keepHashes(dropId: DropId, n: number, hashes: PartHashes): Promise<void>
  /** Notes how much has gone out, from 0 to 1. */
  noteSentPart(dropId: DropId, part: number): Promise<void>
  forgetUpload(dropId: DropId): Promise<void>
  /** The vaults of this device's boxes, sealed. */
  vaults(): Promise<Vault[]>
  keepVault(vault: Vault): Promise<void>
  forgetVault(address: BoxAddress): Promise<void>
  /** The drafts that are kept beside vaults, for `boxes/draft-store.ts`: only the owner of a box needs that code. */
  readonly slips: RunOnShelf | Map<string, SealedDraftText>
  /** The largest serial of a box that a sender has seen, if this browser was asked to remember the box. */
  knownSerial(address: BoxAddress): Promise<number | undefined>
  rememberBox(address: BoxAddress, serial: number): Promise<void>
  forgetBox(address: BoxAddress): Promise<void>
}

export interface StoredReader {
  readonly key: SigningKey
  readonly expiresAtMs: number
  /** The drop was whole, and the server has been told. All that has come in lies on this device. */
  readonly whole?: StoredWhole
}

export interface StoredWhole {
  readonly parts: number
  readonly sizeBytes: number
  readonly reads: number
  /** The claim key, by which a passphrase is known to be right without the server. */
  readonly claim: PublicKey
}

/** A drop as its sender knows it. Its sender key is stored with it. */
export interface SentDrop {
  readonly ticket: Ticket
  readonly known?: Known | undefined
}

/** The last answer of the server, and its time. `gone`: it holds nothing; what it said before stays. */
export interface Known {
  readonly atMs: number
  readonly isGone: boolean
  readonly report?: DropReport | undefined
}

export interface StoredSent extends SentDrop {
  readonly sender: SigningKey
}

/** Everything that going on with an upload after a crash takes. The link secret and the file key are in it. */
export interface StoredUpload {
  /** Its hashes are those of the time when it was begun; later ones are kept apart. */
  readonly unfinished: Unfinished
  readonly sender: SigningKey
  /** When the server removes it, milliseconds since 1970. */
  readonly untilMs: number
  /** The return code that was made for it, if one was: it has not been shown yet. */
  readonly returnWords?: readonly string[] | undefined
}

export interface KeptUpload extends StoredUpload {
  /** From 0 to 1. */
  readonly sentPart: number
}

/**
 * Does one thing to one shelf of the browser's database, on the disk when it resolves.
 * @throws DOMException where the database refuses, is full or never answers
 */
export type RunOnShelf = <T>(
  name: Shelf,
  mode: IDBTransactionMode,
  act: (shelf: IDBObjectStore) => IDBRequest<T>,
) => Promise<T>

/** The browser's database, or one that ends with the page where there is none. */
export async function openStore(): Promise<Store> {
  try {
    return databaseStore(runOn(await openDatabase()))
  } catch {
    return memoryStore()
  }
}

export function memoryStore(): Store {
  const readers = new Map<DropId, StoredReader>()
  const sent = new Map<DropId, StoredSent>()
  const uploads = new Map<DropId, KeptUpload>()
  const vaults = new Map<BoxAddress, Vault>()
  const known = new Map<BoxAddress, number>()
  const change = (dropId: DropId, by: (upload: KeptUpload) => KeptUpload): void => {
    const upload = uploads.get(dropId)
    if (upload !== undefined) uploads.set(dropId, by(upload))
  }
  return {
    isLasting: false,
    reader: async (dropId) => readers.get(dropId),
    keepReader: async (dropId, reader) => void readers.set(dropId, reader),
    forgetReader: async (dropId) => void readers.delete(dropId),
    forgetOldReaders: async (timeBy) => {
      const now = await timeBy(Array.from(readers.values(), ({ expiresAtMs }) => expiresAtMs))
      for (const [dropId, { expiresAtMs }] of readers) if (expiresAtMs <= now) readers.delete(dropId)
    },
    readerIds: async () => [...readers.keys()],
    sent: async () => [...sent.values()],
    keepSent: async (drop) => void sent.set(drop.ticket.dropId, drop),
    forgetSent: async (dropId) => void sent.delete(dropId),
    uploads: async () => [...uploads.values()],
    keepUpload: async (upload) => void uploads.set(upload.unfinished.dropId, { ...upload, sentPart: 0 }),
    keepHashes: async (dropId, n, hashes) =>
      change(dropId, (upload) => ({ ...upload, unfinished: withHashes(upload.unfinished, [[n, hashes]]) })),
    noteSentPart: async (dropId, sentPart) => change(dropId, (upload) => ({ ...upload, sentPart })),
    forgetUpload: async (dropId) => void uploads.delete(dropId),
    vaults: async () => [...vaults.values()],
    keepVault: async (vault) => void vaults.set(vault.box, vault),
    forgetVault: async (address) => void vaults.delete(address),
    slips: new Map(),
    knownSerial: async (address) => known.get(address),
    rememberBox: async (address, serial) => void known.set(address, serial),
    forgetBox: async (address) => void known.delete(address),
  }
}

function runOn(first: IDBDatabase): RunOnShelf {
  let database = first
  const run: RunOnShelf = (name, mode, act) =>
    within(
      ANSWER_MS,
      () =>
        new Promise((resolve, reject) => {
          // Strict: a reader key must be on the disk before the claim is posted.
          const transaction = database.transaction(name, mode, { durability: 'strict' })
          const request = act(transaction.objectStore(name))
          transaction.oncomplete = () => resolve(request.result)
          transaction.onabort = () => reject(transaction.error ?? new DOMException('broken off', 'AbortError'))
        }),
    )
  return async (...order) => {
    try {
      return await run(...order)
    } catch (error) {
      // Browsers close a database by themselves, after a page was asleep.
      if (!(error instanceof DOMException && error.name === 'InvalidStateError')) throw error
      database = await openDatabase()
      return run(...order)
    }
  }
}

function databaseStore(run: RunOnShelf): Store {
  return {
    isLasting: true,
    reader: (dropId) => run('readers', 'readonly', (shelf) => shelf.get(dropId)),
    async keepReader(dropId, reader) {
      await run('readers', 'readwrite', (shelf) => shelf.put(reader, dropId))
      // A drop is claimed on the strength of it.
      const kept: StoredReader | undefined = await run('readers', 'readonly', (shelf) => shelf.get(dropId))
      if (kept?.key.publicKey !== reader.key.publicKey || !(kept.key.privateKey instanceof CryptoKey))
        throw new DOMException('not kept', 'DataError')
    },
    forgetReader: (dropId) => run('readers', 'readwrite', (shelf) => shelf.delete(dropId)),
    forgetOldReaders: async (timeBy) => {
      const ends = new Map<IDBValidKey, number>()
      for (const id of await run('readers', 'readonly', (shelf) => shelf.getAllKeys())) {
        const reader: StoredReader | undefined = await run('readers', 'readonly', (shelf) => shelf.get(id))
        if (reader !== undefined) ends.set(id, reader.expiresAtMs)
      }
      const now = await timeBy([...ends.values()])
      for (const [id, endMs] of ends) if (endMs <= now) await run('readers', 'readwrite', (shelf) => shelf.delete(id))
    },
    readerIds: async () => (await run('readers', 'readonly', (shelf) => shelf.getAllKeys())) as DropId[],
    sent: () => run('sent', 'readonly', (shelf) => shelf.getAll()),
    keepSent: async (drop) => void (await run('sent', 'readwrite', (shelf) => shelf.put(drop, drop.ticket.dropId))),
    forgetSent: (dropId) => run('sent', 'readwrite', (shelf) => shelf.delete(dropId)),
    async uploads() {
      const all: StoredUpload[] = await run('uploads', 'readonly', (shelf) => shelf.getAll())
      return Promise.all(all.map(withJournal))
    },
    keepUpload: async (upload) =>
      void (await run('uploads', 'readwrite', (shelf) => shelf.put(upload, upload.unfinished.dropId))),
    keepHashes: async (dropId, n, hashes) =>
      void (await run('journal', 'readwrite', (shelf) => shelf.put(hashes, [dropId, n]))),
    noteSentPart: async (dropId, part) =>
      void (await run('journal', 'readwrite', (shelf) => shelf.put(part, [dropId, SENT_PART]))),
    forgetUpload,
    vaults: () => run('vaults', 'readonly', (shelf) => shelf.getAll()),
    keepVault: async (vault) => void (await run('vaults', 'readwrite', (shelf) => shelf.put(vault, vault.box))),
    forgetVault: (address) => run('vaults', 'readwrite', (shelf) => shelf.delete(address)),
    slips: run,
    knownSerial: (address) => run('known', 'readonly', (shelf) => shelf.get(address)),
    rememberBox: async (address, serial) =>
      void (await run('known', 'readwrite', (shelf) => shelf.put(serial, address))),
    forgetBox: (address) => run('known', 'readwrite', (shelf) => shelf.delete(address)),
  }

  async function forgetUpload(dropId: DropId): Promise<void> {
    await run('uploads', 'readwrite', (shelf) => shelf.delete(dropId))
    await run('journal', 'readwrite', (shelf) => shelf.delete(journalOf(dropId)))
  }

  async function withJournal(upload: StoredUpload): Promise<KeptUpload> {
    const range = journalOf(upload.unfinished.dropId)
    const keys = await run('journal', 'readonly', (shelf) => shelf.getAllKeys(range))
    const entries = await Promise.all(
      keys.map(async (key): Promise<[unknown, PartHashes | number]> => [
        Array.isArray(key) ? key[1] : undefined,
        await run('journal', 'readonly', (shelf) => shelf.get(key)),
      ]),
    )
    const hashes = entries.flatMap(([n, value]): [number, PartHashes][] =>
      typeof n === 'number' && typeof value === 'object' ? [[n, value]] : [],
    )
    const sentPart = entries.find(([n]) => n === SENT_PART)?.[1]
    return {
      ...upload,
      unfinished: withHashes(upload.unfinished, hashes),
      sentPart: typeof sentPart === 'number' ? sentPart : 0,
    }
  }
}

/** Everything that is kept apart of one upload: an array sorts behind whatever it begins with. */
function journalOf(dropId: DropId): IDBKeyRange {
  return IDBKeyRange.bound([dropId], [dropId, []])
}

function withHashes(unfinished: Unfinished, later: readonly (readonly [number, PartHashes])[]): Unfinished {
  const hashes = [...unfinished.hashes]
  for (const [n, known] of later) hashes[n] = known
  return { ...unfinished, hashes }
}

/** Names in the journal how much has gone out, beside the numbers of the parts. */
const SENT_PART = 'sent'

/**
 * `journal`: by drop and part, so that a hash is written without the rest of its upload. `vaults` and `known`: by address,
 * since version 3. `slips`: by address and name, since version 4.
 */
type Shelf = (typeof SHELVES)[number]

const SHELVES = ['readers', 'sent', 'uploads', 'journal', 'vaults', 'known', 'slips'] as const

function openDatabase(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    // A database that never answers must not hold up the page.
    let isLate = false
    const timer = setTimeout(() => {
      isLate = true
      reject(new Error('the database does not answer'))
    }, PATIENCE_MS)
    const request = indexedDB.open('sealdrop', 4)
    request.onupgradeneeded = () => {
      const { objectStoreNames } = request.result
      for (const name of SHELVES) if (!objectStoreNames.contains(name)) request.result.createObjectStore(name)
    }
    request.onsuccess = () => {
      clearTimeout(timer)
      const database = request.result
      // A tab with a newer version of this page must not wait for this one.
      database.onversionchange = () => database.close()
      // Nobody waits for it any more, and it would stand in the way of a newer one.
      if (isLate) database.close()
      else resolve(database)
    }
    request.onerror = () => reject(request.error)
    request.onblocked = () => {
      isLate = true
      reject(new Error('another tab holds an older database'))
    }
  })
}

/** How long a database may take for one thing, in milliseconds. */
const ANSWER_MS = 15_000

/** How long a database may take to open, in milliseconds: it takes a few, and a few hundred on a busy machine. */
const PATIENCE_MS = 4_000
