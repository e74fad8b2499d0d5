import type { BoxAddress } from '#protocol/address.ts'
import { sha256, toBase64url } from '#protocol/bytes.ts'
import type { Card } from '#protocol/card.ts'
import { DropError } from '#protocol/error.ts'
import { formatDropId } from '#protocol/id.ts'
import { DROP_ID_BYTES } from '#protocol/limits.ts'
import { formatPublicKey } from '#protocol/public-key.ts'
import type { BoxTerms } from '#protocol/terms.ts'
import { type Message } from '../archive.ts'
import { archiveSize, type Described, type Letterhead, TOKEN_BYTES } from '../layout.ts'
import { cipherHere, type CipherFor } from '../crypto/chunks.ts'
import type { SigningKey } from '../crypto/keys.ts'
import { newPaddedHeader, stanzasFor } from '../crypto/padded-header.ts'
import { randomBytes } from '../crypto/random.ts'
import { headerSize, PAYLOAD_NONCE_BYTES, payloadSize } from '../crypto/sizes.ts'
import { makeSealer, planMessage } from '../seal-parts.ts'
import { keptOf, sealedWith, type Sealed } from '../sealed.ts'
import type { Progress } from '../server.ts'

/** The terms of any drop to an address. */
export interface Posting {
  /** Origin of the server that holds the box. */
  readonly origin: string
  readonly ttlSeconds: number
  /** The sender key: fresh for every drop. */
  readonly sender: SigningKey
  /** Milliseconds since 1970. */
  readonly now: number
  /** Bytes of ciphertext of the largest drop that the server takes, where it is known. */
  readonly largest?: number | undefined
  readonly cipherFor?: CipherFor | undefined
  readonly onProgress?: ((progress: Progress) => void) | undefined
}

/** The recipients of a drop, and its letterhead. */
export interface LetterPlan {
  readonly letterhead: Letterhead
  /** `age1pq1…`, of all who can open it. */
  readonly recipients: readonly string[]
  /** Makes the error for a key of theirs that is not sound. */
  readonly notSound: (cause: unknown) => DropError
  /** The link by which one writes there. */
  readonly link: string
  /** 16 bytes, base64url. */
  readonly invitation?: string | undefined
}

/** Seals a message for an address. @throws DropError `too_large`, and what `notSound` makes */
export async function sealLetter(
  { text, files }: Message,
  { letterhead, recipients, notSound, link, invitation }: LetterPlan,
  { origin, ttlSeconds, sender, now, largest = Infinity, cipherFor = cipherHere, onProgress }: Posting,
): Promise<Sealed<BoxTerms>> {
  const { box, drop: dropId } = letterhead.to
  const message = { text, files, letterhead }
  const token = randomBytes(TOKEN_BYTES)
  const plan = await planMessage(message, token, now)
  if (sealedSize(plan.size, recipients.length) > largest) throw new DropError('too_large')
  onProgress?.({ stage: 'sealing' })
  const { header, fileKey } = await newPaddedHeader(recipients).catch((cause: unknown) => {
    throw notSound(cause)
  })
  const key = { header, fileKey, nonce: randomBytes(PAYLOAD_NONCE_BYTES) }
  const ticket = {
    v: 1,
    origin,
    dropId,
    opened: toBase64url(await sha256(token)),
    sealedAtMs: now,
    expiresAtMs: now + ttlSeconds * 1_000,
    reads: 0,
    needsPassphrase: false,
  } as const
  return sealedWith<BoxTerms>(makeSealer(key, plan, cipherFor), {
    v: 1,
    link,
    dropId,
    terms: { ttlSeconds, box, sender: sender.publicKey },
    invitation,
    letterhead,
    ticket,
    ...key,
    token,
    sealedAtMs: now,
    ...keptOf(message),
  })
}

/**
 * The ciphertext of a drop for a box, in bytes, to the byte.
 * @param textBytes - of UTF-8. @param takesAnswers - whether the sender takes a return code.
 */
export function boxDropSize(textBytes: number, files: readonly Described[], card: Card, takesAnswers: boolean): number {
  const { box, serial } = card
  const readers = card.readers.map((reader) => reader.key)
  const to = { box, drop: ANY_DROP, serial, readers }
  const letterhead = takesAnswers ? { to, reply: ANY_REPLY } : { to }
  return sealedSize(archiveSize(textBytes, files, letterhead), readers.length)
}

/** The same for an answer. @param from - the box that answers. */
export function answerSize(textBytes: number, files: readonly Described[], from: BoxAddress): number {
  return sealedSize(archiveSize(textBytes, files, answerLetterhead(from)), 1)
}

/** A letterhead as long as that of any answer of a box: enough to count by. */
export function answerLetterhead(from: BoxAddress): Letterhead {
  // All addresses are equally long.
  return { to: { box: from, drop: ANY_DROP, serial: 0, readers: [] }, from }
}

function sealedSize(archiveBytes: number, recipients: number): number {
  return headerSize(stanzasFor(recipients)) + payloadSize(archiveBytes)
}

const ANY_DROP = formatDropId(new Uint8Array(DROP_ID_BYTES))

/** As long as every other. */
const ANY_REPLY = {
  key: formatPublicKey(new Uint8Array(32)),
  age: 'age1pq1'.padEnd(1_959, 'q'),
  proof: toBase64url(new Uint8Array(64)),
}
