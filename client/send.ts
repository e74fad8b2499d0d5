import type { ServerLimits } from '#protocol/api.ts'
import { sha256, toBase64url, type Bytes } from '#protocol/bytes.ts'
import { DropError } from '#protocol/error.ts'
import type { DropId } from '#protocol/id.ts'
import type { PublicKey } from '#protocol/public-key.ts'
import type { BoxTerms, DropTerms } from '#protocol/terms.ts'
import { createdForm, LIMITS } from './answers.ts'
import { type Message } from './archive.ts'
import { type Letterhead, TOKEN_BYTES } from './layout.ts'
import type { Stretch } from './crypto/argon2.ts'
import { cipherHere, type CipherFor } from './crypto/chunks.ts'
import { ageRecipient, newHeader } from './crypto/envelope.ts'
import type { SigningKey } from './crypto/keys.ts'
import { randomBytes } from './crypto/random.ts'
import { HEADER_BYTES, PAYLOAD_NONCE_BYTES, payloadSize } from './crypto/sizes.ts'
import { deriveOpener, formatLink, newLink } from './link.ts'
import { makeSealer, planMessage, type EnvelopeKey, type Journal, type PartHashes, type Sealer } from './seal-parts.ts'
import { ask, type Progress, type Server } from './server.ts'
import { FileFault, type Source } from './source.ts'
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

/** A message that is ready to be deposited as often as it takes: its parts are sealed when they are asked for. */
export interface Sealed<T extends DropTerms | BoxTerms = DropTerms | BoxTerms> extends Sealer {
  /** What opens the drop; of a drop for a box, the link by which one writes to it. */
  readonly link: string
  readonly dropId: DropId
  readonly terms: T
  /** The secret of an invitation to a box: 16 bytes, base64url. */
  readonly invitation?: string | undefined
  /** What the sender keeps: neither the link nor any key that opens is in it. */
  readonly ticket: Ticket
  /** What goes on after a crash, as of now. Only a drop in parts needs it kept. */
  readonly unfinished: Unfinished
}

/** What a sender keeps of a drop, besides the sender key, to look at it, end it and check its receipts. */
export interface Ticket {
  readonly v: 1
  readonly origin: string
  readonly dropId: DropId
  /** What claims prove; a drop for a box is not claimed. */
  readonly claim?: PublicKey
  /** SHA-256 of the token, base64url: an acknowledgement that names it was made by who opened the whole drop. */
  readonly opened: string
  /** Milliseconds since 1970. */
  readonly sealedAtMs: number
  readonly expiresAtMs: number
  /** 0 for a drop that went into a box. */
  readonly reads: number
  readonly needsPassphrase: boolean
}

/**
 * Everything that is needed, besides the files and the sender key, to go on with a drop in parts after a crash. It holds
 * the link and the file key: whoever has it can open the drop. It is kept only until the drop is finished or cancelled.
 */
export interface Unfinished<T extends DropTerms | BoxTerms = DropTerms | BoxTerms> extends EnvelopeKey {
  readonly v: 1
  readonly link: string
  readonly dropId: DropId
  readonly terms: T
  readonly invitation?: string | undefined
  readonly letterhead?: Letterhead | undefined
  readonly ticket: Ticket
  /** 32 bytes. docs/protocol.md §3.2. */
  readonly token: Bytes
  /** Milliseconds since 1970. */
  readonly sealedAtMs: number
  readonly text: string
  /** The files in their order, with the names under which they were given. */
  readonly files: readonly UnfinishedFile[]
  /** By part; `undefined` for one that was never sealed. */
  readonly hashes: readonly (PartHashes | undefined)[]
}

export interface UnfinishedFile {
  readonly name: string
  readonly type: string
  /** Milliseconds since 1970. */
  readonly modifiedAtMs: number
  /** Bytes. */
  readonly size: number
}

export interface DepositOptions {
  readonly sender: SigningKey
  readonly onProgress?: ((progress: Progress) => void) | undefined
  /** Pauses: the same drop may be deposited again later, and what the server has is not sent again. */
  readonly signal?: AbortSignal | undefined
  /** Without one a drop in parts cannot go on after a crash. */
  readonly journal?: Journal | undefined
}

/** What a server takes. @throws DropError `offline`, `bad_answer` */
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

/** What is kept of a message beside its files. */
export function keptOf({ text, files }: Message): Pick<Unfinished, 'text' | 'files'> {
  const described = files.map(({ name, type, modifiedAtMs, source }) => ({
    name,
    type,
    modifiedAtMs,
    size: source.size,
  }))
  return { text, files: described }
}

/**
 * Goes on with a drop in parts after a crash.
 * @param sources - the files of `unfinished.files`, in their order.
 * @throws FileFault `file_changed` for a file that has another size now
 */
export async function goOn(
  unfinished: Unfinished,
  sources: readonly Source[],
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

/** A sealed message: its sealer, and what goes on after a crash but the hashes, which the sealer has. */
export function sealedWith<T extends DropTerms | BoxTerms>(
  sealer: Sealer,
  start: Omit<Unfinished<T>, 'hashes'>,
): Sealed<T> {
  const { link, dropId, terms, invitation, ticket } = start
  return {
    size: sealer.size,
    parts: sealer.parts,
    hashes: sealer.hashes,
    partSize: (n) => sealer.partSize(n),
    sealPart: (n, journal) => sealer.sealPart(n, journal),
    digestPart: (n, part, journal) => sealer.digestPart(n, part, journal),
    checkPart: (n) => sealer.checkPart(n),
    digest: (n) => sealer.digest(n),
    isRead: (n) => sealer.isRead(n),
    link,
    dropId,
    terms,
    invitation,
    ticket,
    get unfinished() {
      return { ...start, hashes: [...sealer.hashes] }
    },
  }
}

/**
 * Deposits a sealed message. Doing it twice changes nothing; after it was stopped or failed, doing it again goes on.
 * @returns the ticket, with the expiry that the server has set: its clock counts, from when it took the drop.
 * @throws DropError `bad_answer` if whatever answered is no Sealdrop server: then nothing has been deposited; `offline`,
 * `try_later`, `stopped`: the server may hold some of it; FileFault; Refused
 */
export async function deposit(server: Server, sealed: Sealed, options: DepositOptions): Promise<Ticket> {
  // Loaded only here: who sends a few words need not wait for this code.
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
