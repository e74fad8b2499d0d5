import { sealedWith, keptOf, type DepositOptions, type Sealed, type Ticket, type Unfinished } from './sealed.ts'
import type { ServerLimits } from '#protocol/api.ts'
import { sha256, toBase64url, type Bytes } from '#protocol/bytes.ts'
import { DropError } from '#protocol/error.ts'
import type { DropTerms } from '#protocol/terms.ts'
import { createdForm, LIMITS } from './answers.ts'
import { type Message } from './archive.ts'
import { TOKEN_BYTES } from './layout.ts'
import type { Stretch } from './crypto/argon2.ts'
import { cipherHere, type CipherFor } from './crypto/chunks.ts'
import { ageRecipient, newHeader } from './crypto/envelope.ts'
import type { SigningKey } from './crypto/keys.ts'
import { randomBytes } from './crypto/random.ts'
import { HEADER_BYTES, PAYLOAD_NONCE_BYTES, payloadSize } from './crypto/sizes.ts'
import { deriveOpener, formatLink, newLink } from './link.ts'
import { makeSealer, planMessage } from './seal-parts.ts'
import { ask, type Progress, type Server } from './server.ts'
import { FileFault, type ByteSource } from './source.ts'
import { readsOf, termsFields } from './terms-fields.ts'

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
  /** Bytes of ciphertext of the largest drop that the server takes, where it is known. */
  readonly largest?: number | undefined
  readonly cipherFor?: CipherFor | undefined
  readonly onProgress?: ((progress: Progress) => void) | undefined
}

/** The limits of a server. @throws DropError `offline`, `bad_answer` */
export async function fetchLimits(server: Server): Promise<ServerLimits> {
  return ask(server, { name: 'limits' }, LIMITS)
}

/**
 * Makes link, keys and envelope of a message. Reads no file.
 * @throws DropError `too_large` if it has too many files, or more bytes than `largest`
 */
export async function seal(message: Message, options: SealOptions): Promise<Sealed<DropTerms>> {
  const { origin, sender, ttlSeconds, reads, passphrase, stretch, now, largest = Infinity, onProgress } = options
  const token = randomBytes(TOKEN_BYTES)
  const plan = await planMessage(message, token, now)
  // Said at once, not after a second of stretching.
  if (HEADER_BYTES + payloadSize(plan.size) > largest) throw new DropError('too_large')
  const secret = newLink(passphrase !== '')
  const opener = await deriveOpener(secret, passphrase, stretch, (done) => onProgress?.({ stage: 'stretching', done }))
  onProgress?.({ stage: 'sealing' })
  const { header, fileKey } = await newHeader([await ageRecipient(opener.identity)])
  const key = { header, fileKey, nonce: randomBytes(PAYLOAD_NONCE_BYTES) }
  const { dropId } = opener
  const locator = opener.locator.publicKey
  const claim = opener.claim.publicKey
  const terms = { ttlSeconds, reads, locator, claim, sender: sender.publicKey }
  const ticket: Ticket = {
    v: 1,
    origin,
    dropId,
    claim,
    opened: toBase64url(await sha256(token)),
    sealedAtMs: now,
    expiresAtMs: now + ttlSeconds * 1_000,
    reads,
    needsPassphrase: secret.needsPassphrase,
  }
  const sealer = makeSealer(key, plan, options.cipherFor ?? cipherHere)
  const link = formatLink(origin, secret)
  return sealedWith<DropTerms>(sealer, {
    v: 1,
    link,
    dropId,
    terms,
    ticket,
    ...key,
    token,
    sealedAtMs: now,
    ...keptOf(message),
  })
}

/**
 * Goes on with a drop in parts after a crash.
 * @param sources - the files of `unfinished.files`, in their order.
 * @throws FileFault `file_changed` for a file that has another size now
 */
export async function goOn(
  unfinished: Unfinished,
  sources: readonly ByteSource[],
  { cipherFor = cipherHere }: Pick<SealOptions, 'cipherFor'> = {},
): Promise<Sealed> {
  const { hashes, ...rest } = unfinished
  const files = rest.files.map((file, index) => {
    const source = sources[index]
    if (source?.size !== file.size) throw new FileFault('file_changed', file.name)
    return { ...file, source }
  })
  const plan = await planMessage({ text: rest.text, files, letterhead: rest.letterhead }, rest.token, rest.sealedAtMs)
  return sealedWith(makeSealer(rest, plan, cipherFor, hashes), rest)
}

/**
 * Deposits a sealed message. Doing it twice changes nothing; after it was stopped or failed, doing it again goes on.
 * @returns the ticket, with the expiry that the server has set: its clock counts, from when it took the drop.
 * @throws DropError `bad_answer` if whatever answered is no Sealdrop server: then nothing has been deposited; `offline`,
 * `try_later`, `stopped`: the server may hold some of it; FileFault; Refused
 */
export async function deposit(server: Server, sealed: Sealed, options: DepositOptions): Promise<Ticket> {
  // Loaded only here: sending a few words need not wait for this code.
  if (sealed.parts > 1) return (await import('./upload.ts')).depositParts(server, sealed, options)
  return depositWhole(server, { ...pick(sealed), body: await sealed.sealPart(0) }, options)
}

/** A drop of one part, as it goes out. */
export interface Whole extends Pick<Sealed, 'dropId' | 'terms' | 'invitation' | 'ticket'> {
  /** Ciphertext. */
  readonly body: Bytes
}

function pick({ dropId, terms, invitation, ticket }: Sealed): Omit<Whole, 'body'> {
  return { dropId, terms, invitation, ticket }
}

/** As `deposit`, of a drop of one part that was sealed before, in whatever life. */
export async function depositWhole(
  server: Server,
  whole: Whole,
  { onProgress, signal }: Pick<DepositOptions, 'onProgress' | 'signal'>,
): Promise<Ticket> {
  const { body, dropId, terms, ticket } = whole
  const fields = termsFields(whole)
  const form = createdForm({ reads: readsOf(terms), size: body.length, parts: 1 }, 201)
  const { expires } = await ask(server, { name: 'create', dropId, body, fields, onProgress, signal }, form)
  return { ...ticket, expiresAtMs: expires * 1_000 }
}
