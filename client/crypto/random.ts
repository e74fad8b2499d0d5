import type { Bytes } from '#protocol/bytes.ts'

/** A source of random bytes. Tests and vectors pass their own. */
export type Random = (length: number) => Bytes

/** The platform's cryptographic randomness, at most 65,536 bytes a call (Web Cryptography §10.1.1). */
export const randomBytes: Random = (length) => crypto.getRandomValues(new Uint8Array(length))
