import { parseBoxAddress } from '#protocol/address.ts'
import { parseDropId } from '#protocol/id.ts'
import { bytesOf, isWhole, listOf, recordOf, textOf } from '#protocol/json.ts'
import { MAX_BOX_READERS } from '#protocol/limits.ts'
import { parseSafeKey } from '#protocol/public-key.ts'
import { isRecipient } from '#protocol/recipient.ts'
import type { Addressee, Letterhead, Reply } from './layout.ts'

/**
 * The letterhead in a drop's `meta.json`; `undefined` if it has none, as drops for links do. Shape only: whether it is true
 * is for `openItem` to say. docs/protocol.md §3.2.
 * @throws RangeError for a member that is there and has another shape
 */
export function parseLetterhead(meta: Readonly<Record<string, unknown>>): Letterhead | undefined {
  const { to, reply, from } = meta
  if (to === undefined && reply === undefined && from === undefined) return undefined
  return {
    to: parseAddressee(to) ?? refuse(),
    ...(reply === undefined ? {} : { reply: parseReply(reply) ?? refuse() }),
    ...(from === undefined ? {} : { from: textOf(from, parseBoxAddress) ?? refuse() }),
  }
}

function parseAddressee(value: unknown): Addressee | undefined {
  const { box: address, drop: id, serial, readers: keys } = recordOf(value) ?? {}
  const box = textOf(address, parseBoxAddress)
  const drop = textOf(id, parseDropId)
  // Counted first: a key takes a while to check.
  const readers = Array.isArray(keys) && keys.length > MAX_BOX_READERS ? undefined : listOf(keys, parseSafeKey)
  const isRead = box !== undefined && drop !== undefined && isWhole(serial) && readers !== undefined
  return isRead ? { box, drop, serial, readers } : undefined
}

function parseReply(value: unknown): Reply | undefined {
  const { key: text, age, proof } = recordOf(value) ?? {}
  const key = parseSafeKey(text)
  if (key === undefined || typeof age !== 'string' || !isRecipient(age)) return undefined
  return typeof proof === 'string' && bytesOf(proof, SIGNATURE_BYTES) !== undefined ? { key, age, proof } : undefined
}

function refuse(): never {
  throw new RangeError('not a letterhead')
}

/** RFC 8032 §5.1.6. */
const SIGNATURE_BYTES = 64
