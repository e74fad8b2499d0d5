import { DEFAULT_LARGEST_ON_KV, DEFAULT_LARGEST_ON_R2, STORE_SETTLES_SECONDS } from '#protocol/limits.ts'
import type { Bytes } from '#protocol/bytes.ts'
import type { ExpectedBlobs } from '../drops/rpc.ts'
import type { Env } from '../env.ts'
import { SCHEMA } from './schema.ts'

/** A store's statement about a key, without its bytes. */
export interface BlobHead {
  readonly isPresent: boolean
  /** Times in milliseconds since 1970, where the store keeps them. */
  readonly sizeBytes?: number
  readonly uploadedMs?: number
  readonly expiresMs?: number
}

/** A store of ciphertext. Keys are random, recorded on a shelf before they are written, and never used twice. */
export interface BlobStore {
  readonly name: string
  /** @param ttlSeconds - after which the store forgets the bytes by itself, at least 60; R2 cannot. */
  put(key: string, bytes: Bytes | ReadableStream<Uint8Array>, ttlSeconds: number): Promise<void>
  /** `undefined` means not there yet, never gone: KV is eventually consistent. */
  read(key: string): Promise<ReadableStream<Uint8Array> | undefined>
  head(key: string): Promise<BlobHead>
  /** @returns the keys that are deleted now; a store that refuses the others is asked again later. */
  delete(keys: readonly string[]): Promise<readonly string[]>
}

/** The store that a key was made for: drops outlive a change of the setting. */
export function storeOf(env: Env, key: string): BlobStore {
  return key.startsWith(ON_R2) ? r2Store(env.R2) : kvStore(env.KV)
}

/** A new key for a drop of one part: it goes to KV. */
export function newKey(): string {
  return `${ON_KV}${crypto.randomUUID()}`
}

/** A new key for one part of several: to R2 where there is one, else to KV. */
export function newPartKey(env: Env): string {
  return env.R2 === undefined ? newKey() : `${ON_R2}${crypto.randomUUID()}`
}

/**
 * Bytes of ciphertext of the largest drop that this server takes.
 * @throws TypeError when the operator has set something else than a number: better no answer than a wrong limit.
 */
export function largestOf(env: Env): number {
  const [set, otherwise] =
    env.R2 === undefined ? [env.LARGEST_ON_KV, DEFAULT_LARGEST_ON_KV] : [env.LARGEST_ON_R2, DEFAULT_LARGEST_ON_R2]
  if (set === undefined) return otherwise
  if (!/^[1-9]\d{0,14}$/.test(set)) throw new TypeError('LARGEST_ON_KV or LARGEST_ON_R2 is no number of bytes')
  return Number(set)
}

/** Deletes from both stores. Never fails. @returns the deleted keys. */
export async function deleteBlobs(env: Env, keys: readonly string[]): Promise<ReadonlySet<string>> {
  const onR2 = keys.filter((key) => key.startsWith(ON_R2))
  const onKv = keys.filter((key) => !key.startsWith(ON_R2))
  const deleted = await Promise.all([r2Store(env.R2).delete(onR2), kvStore(env.KV).delete(onKv)])
  return new Set(deleted.flat())
}

/** Whether ciphertext that was written then, in milliseconds since 1970, must be visible by now: a store takes a while. */
export function isSettled(env: Env, writtenMs: number, now: number = Date.now()): boolean {
  return now - writtenMs >= Number(env.STORE_SETTLES_SECONDS ?? STORE_SETTLES_SECONDS) * 1_000
}

/** Whether ciphertext that has to be there is missing. A store that does not answer proves nothing. */
export async function isLost(env: Env, { blobs, writtenMs }: ExpectedBlobs): Promise<boolean> {
  if (!isSettled(env, writtenMs)) return false
  const reads = await Promise.allSettled(blobs.map((blob) => isThere(env, blob)))
  return reads.some((read) => read.status === 'fulfilled' && !read.value)
}

/** Starts to read and stops: a list of keys may name some that can no longer be read. */
async function isThere(env: Env, blob: string): Promise<boolean> {
  const body = await storeOf(env, blob).read(blob)
  await body?.cancel()
  return body !== undefined
}

function kvStore(kv: KVNamespace): BlobStore {
  return {
    name: SCHEMA.stores.kv.name,
    put: async (key, bytes, ttlSeconds) => {
      const options: KvOptions<typeof SCHEMA.stores.kv.fields> = { expirationTtl: ttlSeconds }
      await kv.put(key, bytes, options)
    },
    read: async (key) => (await kv.get(key, { type: 'stream', cacheTtl: CACHE_SECONDS })) ?? undefined,
    head: async (key) => {
      const [found] = (await kv.list({ prefix: key, limit: 1 })).keys
      if (found?.name !== key) return { isPresent: false }
      return found.expiration === undefined
        ? { isPresent: true }
        : { isPresent: true, expiresMs: found.expiration * 1_000 }
    },
    delete: async (keys) => {
      const deleted: string[] = []
      for (let at = 0; at < keys.length; at += CONNECTIONS) {
        const run = keys.slice(at, at + CONNECTIONS)
        const ends = await Promise.allSettled(run.map((key) => kv.delete(key)))
        deleted.push(...run.filter((_, index) => ends[index]?.status === 'fulfilled'))
        // A failing store is not pressed.
        if (deleted.length < at + run.length) break
      }
      return deleted
    },
  }
}

/** @param bucket - missing when the operator took the binding away: then its content cannot be reached. */
function r2Store(bucket: R2Bucket | undefined): BlobStore {
  return {
    name: SCHEMA.stores.r2.name,
    put: async (key, bytes) => {
      if (bucket === undefined) throw new TypeError('R2 is not bound')
      await bucket.put(key, bytes)
    },
    read: async (key) => (await bucket?.get(key))?.body,
    head: async (key) => {
      // Without the binding nothing can be said about the key.
      if (bucket === undefined) throw new TypeError('R2 is not bound')
      const found = await bucket.head(key)
      if (found === null) return { isPresent: false }
      return { isPresent: true, sizeBytes: found.size, uploadedMs: found.uploaded.getTime() }
    },
    delete: async (keys) => {
      if (bucket === undefined || keys.length === 0) return []
      try {
        await bucket.delete([...keys])
        return keys
      } catch {
        return []
      }
    },
  }
}

const ON_KV = SCHEMA.stores.kv.prefix
const ON_R2 = SCHEMA.stores.r2.prefix

/** The options of a KV write: only declared fields. */
type KvOptions<F> = ('expiration' extends keyof F ? { readonly expirationTtl: number } : unknown) &
  ('metadata' extends keyof F ? { readonly metadata: unknown } : unknown)

/** The least that Workers KV takes: a cache must not keep ciphertext after its burning for longer than necessary. */
const CACHE_SECONDS = 30

/** Connections that a worker may have open at once. https://developers.cloudflare.com/workers/platform/limits/ */
const CONNECTIONS = 6
