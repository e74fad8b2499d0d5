import { DROP_TERMS_FIELD } from '#protocol/api.ts'
import { sha256, toBase64url, type Bytes } from '#protocol/bytes.ts'
import { DropError } from '#protocol/error.ts'
import type { DropId } from '#protocol/id.ts'
import { PART_BYTES } from '#protocol/limits.ts'
import type { PublicKey } from '#protocol/public-key.ts'
import { formatTerms, type Terms } from '#protocol/terms.ts'
import { packMessage, TOKEN_BYTES, type Message } from './archive.ts'
import type { Stretch } from './crypto/argon2.ts'
import { ageRecipient, sealEnvelope } from './crypto/envelope.ts'
import type { SigningKey } from './crypto/keys.ts'
import { randomBytes } from './crypto/random.ts'
import { deriveOpener, formatLink, newLink } from './link.ts'
import { parseCreated, parseJson } from './refused.ts'
import { ask, type Progress, type Server } from './server.ts'

export interface SealOptions {
  /** Origin of the server that will hold it. */
  readonly origin: string
  /** The sender key: fresh for every drop. */
  readonly sender: SigningKey
  readonly ttlSeconds: number
  readonly reads: number
  /** `''` for a link that needs none. */
  readonly passphrase: string
  readonly stretch: Stretch
  /** Milliseconds since 1970. */
  readonly now: number
  readonly onProgress?: (progress: Progress) => void
}

/** A sealed message on the sender's device, ready to be deposited as often as it takes. */
export interface Sealed {
  readonly link: string
  readonly dropId: DropId
  readonly terms: Terms
  /** The age file. */
  readonly ciphertext: Bytes
  /** What the sender keeps: neither the link nor any key that opens is in it. */
  readonly ticket: Ticket
}

/** What a sender keeps of a drop, besides the sender key, to look at it, end it and check its receipts. */
export interface Ticket {
  readonly v: 1
  readonly origin: string
  readonly dropId: DropId
  readonly claim: PublicKey
  /** SHA-256 of the token, base64url: an acknowledgement that names it was made by who opened the whole drop. */
  readonly opened: string
  /** Milliseconds since 1970. */
  readonly sealedAtMs: number
  readonly expiresAtMs: number
  readonly reads: number
  readonly needsPassphrase: boolean
}

/**
 * Seals a message for whoever gets the link.
 * @throws DropError `too_large` if it does not fit one part; nothing has been sent then.
 */
export async function seal(message: Message, options: SealOptions): Promise<Sealed> {
  const { origin, sender, ttlSeconds, reads, passphrase, stretch, now, onProgress } = options
  // Said at once, not after a second of stretching: nothing shrinks on its way into an envelope.
  const least = message.files.reduce((sum, { bytes }) => sum + bytes.length, message.text.length)
  if (least > PART_BYTES) throw new DropError('too_large')
  const secret = newLink(passphrase !== '')
  const opener = await deriveOpener(secret, passphrase, stretch, (done) => onProgress?.({ stage: 'stretching', done }))
  onProgress?.({ stage: 'sealing' })
  const token = randomBytes(TOKEN_BYTES)
  const archive = await packMessage(message, token, now)
  const ciphertext = await sealEnvelope(archive, [await ageRecipient(opener.identity)])
  if (ciphertext.length > PART_BYTES) throw new DropError('too_large')
  const { dropId } = opener
  const locator = opener.locator.publicKey
  const claim = opener.claim.publicKey
  return {
    link: formatLink(origin, secret),
    dropId,
    terms: { ttlSeconds, reads, locator, claim, sender: sender.publicKey },
    ciphertext,
    ticket: {
      v: 1,
      origin,
      dropId,
      claim,
      opened: toBase64url(await sha256(token)),
      sealedAtMs: now,
      expiresAtMs: now + ttlSeconds * 1_000,
      reads,
      needsPassphrase: secret.needsPassphrase,
    },
  }
}

/**
 * Deposits a sealed message. Doing it twice changes nothing.
 * @returns the ticket, with the expiry that the server has set: its clock counts, from when it took the drop.
 * @throws DropError `bad_answer` if whatever answered is no Sealdrop server: then nothing has been deposited
 */
export async function deposit(
  server: Server,
  sealed: Sealed,
  onProgress?: (progress: Progress) => void,
): Promise<Ticket> {
  const { dropId, terms, ciphertext: body, ticket } = sealed
  const fields = { [DROP_TERMS_FIELD]: formatTerms(terms) }
  const created = parseCreated(parseJson(await ask(server, { name: 'create', dropId, body, fields, onProgress })) ?? {})
  if (created?.reads !== terms.reads || created.size !== body.length) throw new DropError('bad_answer')
  return { ...ticket, expiresAtMs: created.expires * 1_000 }
}
