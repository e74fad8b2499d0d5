import { STORE_SETTLES_SECONDS } from '#protocol/limits.ts'
import type { Place } from '../answer.ts'
import type { Env } from '../env.ts'
import { storeOf } from './store.ts'

/** Whether what was written then, in milliseconds since 1970, must be there by now: a store takes a while to show it. */
export function isSettled(env: Env, writtenMs: number, now: number = Date.now()): boolean {
  return now - writtenMs >= Number(env.STORE_SETTLES_SECONDS ?? STORE_SETTLES_SECONDS) * 1_000
}

/** Whether ciphertext that has to be there is not. A store that does not answer says nothing. */
export async function isLost(env: Env, { blobs, writtenMs }: Place): Promise<boolean> {
  if (!isSettled(env, writtenMs)) return false
  const reads = await Promise.allSettled(blobs.map((blob) => isThere(env, blob)))
  return reads.some((read) => read.status === 'fulfilled' && !read.value)
}

/** By a read that is broken off: a list of keys may name what can be read no more. */
async function isThere(env: Env, blob: string): Promise<boolean> {
  const body = await storeOf(env, blob).read(blob)
  await body?.cancel()
  return body !== undefined
}
