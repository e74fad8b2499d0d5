import type { Bytes } from '#protocol/bytes.ts'

/** Where ciphertext lies. Keys are random, recorded on a shelf before they are written, and never used twice. */
export interface Store {
  /** @param ttlSeconds - after which the store forgets the bytes by itself, at least 60. */
  put(key: string, bytes: Bytes, ttlSeconds: number): Promise<void>
  /** `undefined` means not there yet, never gone: the store is eventually consistent. */
  read(key: string): Promise<ReadableStream<Uint8Array> | undefined>
  delete(keys: readonly string[]): Promise<void>
}

export function kvStore(kv: KVNamespace): Store {
  return {
    put: (key, bytes, ttlSeconds) => kv.put(key, bytes, { expirationTtl: ttlSeconds }),
    read: async (key) => (await kv.get(key, { type: 'stream', cacheTtl: CACHE_SECONDS })) ?? undefined,
    delete: async (keys) => {
      await Promise.all(keys.map((key) => kv.delete(key)))
    },
  }
}

/** Deletes, and says whether the store has done it. */
export async function tryDelete(store: Store, keys: readonly string[]): Promise<boolean> {
  try {
    if (keys.length > 0) await store.delete(keys)
    return true
  } catch {
    return false
  }
}

/** The least that Workers KV takes: ciphertext must not outlive its burning in a cache for longer than it has to. */
const CACHE_SECONDS = 30
