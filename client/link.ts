import { bech32m } from '@scure/base'
import { utf8, type Bytes } from '#protocol/bytes.ts'
import { formatDropId, type DropId } from '#protocol/id.ts'
import { DROP_ID_BYTES, LINK_SECRET_BYTES } from '#protocol/limits.ts'
import { LINK_PREFIX } from '#protocol/misplaced-code.ts'
import type { Stretch } from './crypto/argon2.ts'
import { ageIdentityFromSeed, type AgeIdentity } from './crypto/envelope.ts'
import { hkdfExpand, hkdfExtract } from './crypto/kdf.ts'
import { signingKeyFromSeed, type SigningKey } from './crypto/keys.ts'
import { randomBytes, type Random } from './crypto/random.ts'
import { findCode, findCodes } from './pasted.ts'
import { parseUrl } from './platform.ts'

/** The secret of a link. An object, so that it is not printed or joined to a string by accident. docs/protocol.md §2. */
export interface LinkSecret {
  /** 24 random bytes. */
  readonly bytes: Bytes
  readonly needsPassphrase: boolean
}

/** The part of a link that needs no passphrase: where the drop is, and the key that proves possession of the link. */
export interface Location {
  readonly dropId: DropId
  readonly locator: SigningKey
}

/** The key to a drop: link and passphrase together. */
export interface Opener extends Location {
  readonly claim: SigningKey
  readonly identity: AgeIdentity
}

export function newLink(needsPassphrase: boolean, random: Random = randomBytes): LinkSecret {
  return { bytes: random(LINK_SECRET_BYTES), needsPassphrase }
}

/** The one-time URL. Its path is the same for every drop. @param origin - `https://drop.example` */
export function formatLink(origin: string, secret: LinkSecret): string {
  const data = new Uint8Array([secret.needsPassphrase ? NEEDS_PASSPHRASE : 0, ...secret.bytes])
  return `${origin}/#${bech32m.encode(LINK_PREFIX, bech32m.toWords(data))}`
}

/** The secret in a code, or `undefined` if a character is wrong, missing or too many, white space too. docs/protocol.md §2.1. */
export function parseFragment(code: string): LinkSecret | undefined {
  try {
    const { prefix, words } = bech32m.decode(code as `${string}1${string}`)
    const [flags = 0, ...bytes] = bech32m.fromWords(words)
    if (prefix !== LINK_PREFIX || bytes.length !== LINK_SECRET_BYTES || (flags & ~NEEDS_PASSPHRASE) !== 0)
      return undefined
    return { bytes: new Uint8Array(bytes), needsPassphrase: flags === NEEDS_PASSPHRASE }
  } catch {
    return undefined
  }
}

/** The origin and the secret in a whole link, or `undefined` if it is damaged. */
export function parseLink(link: string): { origin: string; secret: LinkSecret } | undefined {
  const url = parseUrl(link)
  const secret = url === undefined ? undefined : parseFragment(fragmentOf(link))
  if (url === undefined || secret === undefined || !/^https?:$/.test(url.protocol)) return undefined
  return { origin: url.origin, secret }
}

/** The text behind the first `#`, as it stands there: a URL parser would take white space away, and encode. */
export function fragmentOf(link: string): string {
  const at = link.indexOf('#')
  return at < 0 ? '' : link.slice(at + 1)
}

/** The link in a text as people send it: `findCode`. `origin` where the text has it. */
export function readLink(
  text: string,
): { readonly origin: string | undefined; readonly secret: LinkSecret } | undefined {
  const found = findCode(text, [LINK_PREFIX], parseFragment)
  return found && { origin: found.origin, secret: found.code }
}

/** How many different links, or codes of links, are in a text. */
export function countLinks(text: string): number {
  return findCodes(text, [LINK_PREFIX], parseFragment).length
}

export async function locate(secret: LinkSecret): Promise<Location> {
  const prk = linkKey(secret)
  const dropId = formatDropId(hkdfExpand(prk, 'id', DROP_ID_BYTES))
  return { dropId, locator: await signingKeyFromSeed(hkdfExpand(prk, 'locator', 32)) }
}

/**
 * Derives everything that a link and its passphrase open.
 * @param passphrase - as typed; ignored by a link that needs none.
 */
export async function deriveOpener(
  secret: LinkSecret,
  passphrase: string,
  stretch: Stretch,
  onProgress?: (done: number) => void,
): Promise<Opener> {
  const prk = linkKey(secret)
  const salt = hkdfExpand(prk, 'passphrase', PASSPHRASE_SALT_BYTES)
  const stretched = secret.needsPassphrase
    ? await stretch(utf8(passphrase.normalize('NFKC')), salt, onProgress)
    : new Uint8Array(0)
  const prk2 = hkdfExtract(prk, stretched)
  return {
    ...(await locate(secret)),
    claim: await signingKeyFromSeed(hkdfExpand(prk2, 'claim', 32)),
    identity: ageIdentityFromSeed(hkdfExpand(prk2, 'age', 32)),
  }
}

function linkKey(secret: LinkSecret): Bytes {
  return hkdfExtract(utf8('sealdrop/v1/link'), secret.bytes)
}

/** Bit 0 of the flags. docs/protocol.md §2.1. */
const NEEDS_PASSPHRASE = 1

const PASSPHRASE_SALT_BYTES = 16
