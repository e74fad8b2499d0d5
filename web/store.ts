import type { SigningKey } from '#client/crypto/keys.ts'
import type { DropId } from '#protocol/id.ts'
import type { SentDrop } from './sent-list.ts'

/** What this browser keeps. No link, no passphrase and no key that opens is ever in it. */
export interface Store {
  /** `false` where the browser keeps nothing: what is stored then ends with the page. */
  readonly isLasting: boolean
  /** The reader key with which this browser claims a drop. */
  reader(dropId: DropId): Promise<StoredReader | undefined>
  keepReader(dropId: DropId, reader: StoredReader): Promise<void>
  forgetReader(dropId: DropId): Promise<void>
  /** Removes the reader keys of drops that have expired. @param now - milliseconds since 1970. */
  forgetOldReaders(now: number): Promise<void>
  sent(): Promise<StoredSent[]>
  keepSent(drop: StoredSent): Promise<void>
  forgetSent(dropId: DropId): Promise<void>
}

export interface StoredReader {
  readonly key: SigningKey
  readonly expiresAtMs: number
}

export interface StoredSent extends SentDrop {
  readonly sender: SigningKey
}

/** The browser's database, or one that ends with the page where there is none. */
export async function openStore(): Promise<Store> {
  try {
    return databaseStore(await openDatabase())
  } catch {
    return memoryStore()
  }
}

export function memoryStore(): Store {
  const readers = new Map<DropId, StoredReader>()
  const sent = new Map<DropId, StoredSent>()
  return {
    isLasting: false,
    reader: async (dropId) => readers.get(dropId),
    keepReader: async (dropId, reader) => void readers.set(dropId, reader),
    forgetReader: async (dropId) => void readers.delete(dropId),
    forgetOldReaders: async (now) => {
      for (const [dropId, { expiresAtMs }] of readers) if (expiresAtMs < now) readers.delete(dropId)
    },
    sent: async () => [...sent.values()],
    keepSent: async (drop) => void sent.set(drop.ticket.dropId, drop),
    forgetSent: async (dropId) => void sent.delete(dropId),
  }
}

function databaseStore(database: IDBDatabase): Store {
  const run = <T>(name: Shelf, mode: IDBTransactionMode, act: (shelf: IDBObjectStore) => IDBRequest<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      // Strict: a reader key must be on the disk before the claim is posted.
      const transaction = database.transaction(name, mode, { durability: 'strict' })
      const request = act(transaction.objectStore(name))
      transaction.oncomplete = () => resolve(request.result)
      transaction.onabort = () => reject(transaction.error)
    })
  return {
    isLasting: true,
    reader: (dropId) => run('readers', 'readonly', (shelf) => shelf.get(dropId)),
    keepReader: async (dropId, reader) =>
      void (await run('readers', 'readwrite', (shelf) => shelf.put(reader, dropId))),
    forgetReader: (dropId) => run('readers', 'readwrite', (shelf) => shelf.delete(dropId)),
    forgetOldReaders: async (now) => {
      const ids = await run('readers', 'readonly', (shelf) => shelf.getAllKeys())
      for (const id of ids) {
        const reader: StoredReader | undefined = await run('readers', 'readonly', (shelf) => shelf.get(id))
        if (reader !== undefined && reader.expiresAtMs < now)
          await run('readers', 'readwrite', (shelf) => shelf.delete(id))
      }
    },
    sent: () => run('sent', 'readonly', (shelf) => shelf.getAll()),
    keepSent: async (drop) => void (await run('sent', 'readwrite', (shelf) => shelf.put(drop, drop.ticket.dropId))),
    forgetSent: (dropId) => run('sent', 'readwrite', (shelf) => shelf.delete(dropId)),
  }
}

type Shelf = 'readers' | 'sent'

function openDatabase(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    // A database that never answers must not hold up the page.
    let isLate = false
    const timer = setTimeout(() => {
      isLate = true
      reject(new Error('the database does not answer'))
    }, PATIENCE_MS)
    const request = indexedDB.open('sealdrop', 1)
    request.onupgradeneeded = () => {
      for (const name of ['readers', 'sent'] satisfies Shelf[]) request.result.createObjectStore(name)
    }
    request.onsuccess = () => {
      clearTimeout(timer)
      // Nobody waits for it any more, and it would stand in the way of a newer one.
      if (isLate) request.result.close()
      else resolve(request.result)
    }
    request.onerror = () => reject(request.error)
    request.onblocked = () => reject(new Error('another tab holds an older database'))
  })
}

/** How long a database may take to open, in milliseconds: it takes a few, and a few hundred on a busy machine. */
const PATIENCE_MS = 4_000
