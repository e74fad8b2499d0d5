import { MAX_NONCE_CHARACTERS, MIN_NONCE_CHARACTERS } from './limits.ts'

/** Whether a text has the shape of a nonce: base64url, 22 to 64 characters. docs/protocol.md §5.1. */
export function isNonce(text: string): boolean {
  return NONCE.test(text)
}

const NONCE = new RegExp(`^[\\w-]{${MIN_NONCE_CHARACTERS},${MAX_NONCE_CHARACTERS}}$`)
