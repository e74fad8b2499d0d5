import { argon2idAsync } from '@noble/hashes/argon2.js'
import type { Bytes } from '#protocol/bytes.ts'
import { nodeArgon2id } from './node-argon2.ts'

/**
 * Turns a passphrase into key material, slowly. A browser runs it off the main thread.
 * @param passphrase - UTF-8 of the NFKC form. @param salt - 16 bytes. @param onProgress - told the part done, 0 to 1.
 */
export type Stretch = (passphrase: Bytes, salt: Bytes, onProgress?: (done: number) => void) => Promise<Bytes>

/** Argon2id (RFC 9106) with the parameters of docs/protocol.md §2.3: 32 bytes. Never takes them from a server. */
export const stretch: Stretch = async (passphrase, salt, onProgress = () => {}) => {
  onProgress(0)
  const tag = await nodeArgon2id(passphrase, salt, ARGON2ID)
  if (tag === undefined) return stretchInTurns(passphrase, salt, onProgress)
  onProgress(1)
  return tag
}

/** The same in JavaScript, wherever it runs. */
export const stretchInTurns: Stretch = async (passphrase, salt, onProgress = () => {}) =>
  new Uint8Array(await argon2idAsync(passphrase, salt, { ...ARGON2ID, onProgress, asyncTick: TICK_MS }))

/** RFC 9106 §3.1: memory in KiB, passes, lanes, bytes of tag. */
const ARGON2ID = { m: 65_536, t: 3, p: 1, dkLen: 32 }

/** How long it computes before it lets others run, in milliseconds. */
const TICK_MS = 20
