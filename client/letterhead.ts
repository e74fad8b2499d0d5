import { parseBoxAddress } from '#protocol/address.ts'
import { parseBase64url } from '#protocol/bytes.ts'
import { parseDropId } from '#protocol/id.ts'
import { MAX_BOX_READERS } from '#protocol/limits.ts'
import { isSafeKey, parsePublicKey, type PublicKey } from '#protocol/public-key.ts'
import { isRecipient } from '#protocol/recipient.ts'
import type { Addressee, Letterhead, Reply } from './layout.ts'

/**
 * The letterhead in a drop's `meta.json`; `undefined` if it has none, as drops for links do. Shape only: whether it is true
 * is for `openItem` to say. docs/protocol.md §3.2.
 * @throws RangeError for a member that is there and has another shape
 */
export function parseLetterhead(meta: object): Letterhead | undefined {
  const { to, reply, from } = { to: undefined, reply: undefined, from: undefined, ...meta }
  if (to === undefined && reply === undefined && from === undefined) return undefined
  return {
    to: parseAddressee(to),
    ...(reply === undefined ? {} : { reply: parseReply(reply) }),
    ...(from === undefined ? {} : { from: parseBoxAddress(textOf(from)) ?? refuse() }),
  }
}

function parseAddressee(value: unknown): Addressee {
  const { box, drop, serial, readers } = fields(value)
  if (typeof serial !== 'number' || !Number.isSafeInteger(serial) || serial < 0) return refuse()
  if (!Array.isArray(readers) || readers.length > MAX_BOX_READERS) return refuse()
  return {
    box: parseBoxAddress(textOf(box)) ?? refuse(),
    drop: parseDropId(textOf(drop)) ?? refuse(),
    serial,
    readers: readers.map(parseKey),
  }
}

function parseReply(value: unknown): Reply {
  const { key, age, proof } = fields(value)
  const isWhole = isRecipient(textOf(age)) && parseBase64url(textOf(proof), SIGNATURE_BYTES) !== undefined
  return isWhole ? { key: parseKey(key), age: textOf(age), proof: textOf(proof) } : refuse()
}

function parseKey(value: unknown): PublicKey {
  const key = parsePublicKey(textOf(value))
  return key !== undefined && isSafeKey(key) ? key : refuse()
}

function fields(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : refuse()
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : refuse()
}

function refuse(): never {
  throw new RangeError('not a letterhead')
}

/** RFC 8032 §5.1.6. */
const SIGNATURE_BYTES = 64
