import { parseBase64url, toBase64url, type Bytes } from './bytes.ts'
import { DROP_ID_BYTES } from './limits.ts'

declare const brand: unique symbol

/** Names a drop: 16 bytes, base64url, 22 characters. Travels in the `Drop-Id` field, never in a URL. */
export type DropId = string & { readonly [brand]: 'DropId' }

/** The id in `text`, or `undefined` if it is none. */
export function parseDropId(text: string): DropId | undefined {
  return parseBase64url(text, DROP_ID_BYTES) === undefined ? undefined : (text as DropId)
}

/** @param bytes - 16 bytes. */
export function formatDropId(bytes: Uint8Array): DropId {
  return toBase64url(bytes) as DropId
}

/** The 16 bytes of an id. */
export function dropIdBytes(id: DropId): Bytes {
  const bytes = parseBase64url(id, DROP_ID_BYTES)
  if (bytes === undefined) throw new TypeError('a DropId is made only by its parser')
  return bytes
}
