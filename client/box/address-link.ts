import { bech32m } from '@scure/base'
import { boxAddressBytes, formatBoxAddress, parseTypedAddress, type BoxAddress } from '#protocol/address.ts'
import type { Bytes } from '#protocol/bytes.ts'
import { INVITATION_BYTES } from '#protocol/limits.ts'
import { ADDRESS_PREFIX, INVITATION_PREFIX } from '#protocol/misplaced-code.ts'
import { fragmentOf } from '../link.ts'
import { findCode } from '../pasted.ts'
import { isWeb, parseUrl } from '../platform.ts'

/** Where somebody may write, and by what right. */
export interface WriteTarget {
  /** Only of a whole link. */
  readonly origin?: string
  readonly address: BoxAddress
  /** The secret of an invitation: 16 bytes. */
  readonly invitation?: Bytes
}

/** The link that opens the page at a box. @param origin - `https://drop.example` */
export function formatBoxLink(origin: string, address: BoxAddress): string {
  return `${origin}/#${address}`
}

/**
 * The link of an invitation: anyone with it may write as often as it allows.
 * @param secret - 16 bytes. docs/protocol.md §13.8
 */
export function formatInvitation(origin: string, address: BoxAddress, secret: Bytes): string {
  const data = new Uint8Array([VERSION, ...boxAddressBytes(address), ...secret])
  return `${origin}/#${bech32m.encode(INVITATION_PREFIX, bech32m.toWords(data))}`
}

/**
 * Reads an address, an invitation, or a link with either, in the one spelling of each. The forms that people send:
 * `readWriteTarget`.
 * @returns `undefined` if a character is wrong or missing
 */
export function parseWriteTarget(text: string): WriteTarget | undefined {
  const url = parseUrl(text)
  const isLink = url !== undefined && isWeb(url)
  const code = isLink ? fragmentOf(text) : text
  const address = parseTypedAddress(code)
  const target = address === undefined ? parseInvitation(code) : { address }
  if (target === undefined) return undefined
  return isLink ? { origin: url.origin, ...target } : target
}

/** The address or the invitation in a text as people send it: `findCode`. */
export function readWriteTarget(text: string): WriteTarget | undefined {
  const found = findCode(text, [ADDRESS_PREFIX, INVITATION_PREFIX], parseWriteTarget)
  return found?.origin === undefined ? found?.code : { origin: found.origin, ...found.code }
}

function parseInvitation(code: string): { address: BoxAddress; invitation: Bytes } | undefined {
  try {
    const { prefix, words } = bech32m.decode(code as `${string}1${string}`)
    const [version, ...bytes] = bech32m.fromWords(words)
    if (prefix !== INVITATION_PREFIX || version !== VERSION || bytes.length !== HASH_BYTES + INVITATION_BYTES)
      return undefined
    const address = formatBoxAddress(new Uint8Array(bytes.slice(0, HASH_BYTES)))
    return { address, invitation: new Uint8Array(bytes.slice(HASH_BYTES)) }
  } catch {
    return undefined
  }
}

const VERSION = 0
const HASH_BYTES = 32
