import { Decrypter, Encrypter, identityToRecipient } from 'age-encryption'
import { bech32 } from '@scure/base'
import { joinBytes, type Bytes } from '#protocol/bytes.ts'
import { DropError } from '#protocol/error.ts'
import { MAX_AGE_HEADER_BYTES, MAX_AGE_STANZAS } from '#protocol/limits.ts'
import { cipherHere } from './chunks.ts'
import { payloadKey } from './payload.ts'
import { PAYLOAD_NONCE_BYTES, payloadSize } from './sizes.ts'
import { randomBytes } from './random.ts'

/** An age identity of the hybrid kind: `AGE-SECRET-KEY-PQ-1…`. It opens; stock age takes it as it is. */
export type AgeIdentity = string

/** The identity of a seed. C2SP age.md, MLKEM768-X25519. @param seed - 32 bytes. */
export function ageIdentityFromSeed(seed: Bytes): AgeIdentity {
  return bech32.encode('AGE-SECRET-KEY-PQ-'.toLowerCase(), bech32.toWords(seed), false).toUpperCase()
}

/** The recipient, `age1pq1…`, that an identity opens for. */
export function ageRecipient(identity: AgeIdentity): Promise<string> {
  return identityToRecipient(identity)
}

/** An age v1 file to hybrid recipients, all at once. docs/protocol.md §3.1. */
export async function sealEnvelope(plaintext: Bytes, recipients: readonly string[]): Promise<Bytes> {
  const { header, fileKey } = await newHeader(recipients)
  const nonce = randomBytes(PAYLOAD_NONCE_BYTES)
  const cipher = await cipherHere(payloadKey(fileKey, nonce))
  return joinBytes([header, nonce, await cipher.sealRun(plaintext, 0, true)])
}

/**
 * Opens an age v1 file, all at once.
 * @throws DropError `open_failed` for a wrong identity, a changed byte, a file that is cut or too long, a header that is
 * too large, a passphrase stanza: callers must not learn which.
 */
export async function openEnvelope(sealed: Bytes, identity: AgeIdentity): Promise<Bytes> {
  const { fileKey, headerBytes } = await openHeader(sealed, [identity])
  const chunks = headerBytes + PAYLOAD_NONCE_BYTES
  try {
    if (sealed.length < chunks) throw new RangeError('no nonce')
    const cipher = await cipherHere(payloadKey(fileKey, sealed.slice(headerBytes, chunks)))
    return await cipher.openRun(sealed.subarray(chunks), 0, true)
  } catch (cause) {
    throw new DropError('open_failed', { cause })
  }
}

/**
 * A header for hybrid recipients, and the fresh file key that it wraps. docs/protocol.md §3.1.
 * @throws TypeError for no recipient, one of another kind, or more than a client would open
 */
export async function newHeader(recipients: readonly string[]): Promise<{ header: Bytes; fileKey: Bytes }> {
  // The library would write a file that nobody can open, and would mix in recipients without post-quantum protection.
  if (recipients.length === 0 || !recipients.every((each) => each.startsWith('age1pq1'))) {
    throw new TypeError('an envelope has at least one recipient, and hybrid ones only')
  }
  if (recipients.length > MAX_AGE_STANZAS) throw new TypeError('more recipients than a client would open')
  const encrypter = new Encrypter()
  for (const recipient of recipients) encrypter.addRecipient(recipient)
  let fileKey: Bytes | undefined
  // A recipient that writes no stanza and keeps the file key: so the library makes the header, and we the payload.
  encrypter.addRecipient({
    wrapFileKey(key) {
      fileKey = new Uint8Array(key)
      return []
    },
  })
  const empty = await encrypter.encrypt(new Uint8Array(0))
  if (fileKey === undefined) throw new TypeError('the library asked no recipient')
  // The library sealed the empty payload, under a nonce of its own; ours is sealed under another.
  return { header: new Uint8Array(empty.slice(0, empty.length - payloadSize(0))), fileKey }
}

/**
 * Opens the header of an age file. docs/protocol.md §3.4.
 * @param start - the first bytes of the file: the whole header, and whatever comes after it. More than
 * MAX_AGE_HEADER_BYTES are never looked at.
 * @param identities - all that may open it: whichever does.
 * @returns the file key (16 bytes), and the bytes of the header: where the payload begins
 * @throws DropError `open_failed` for a wrong identity, a changed byte, a header that is cut, too large or has too many
 * stanzas, a passphrase stanza: callers must not learn which.
 */
export async function openHeader(
  start: Bytes,
  identities: readonly AgeIdentity[],
): Promise<{ fileKey: Bytes; headerBytes: number }> {
  try {
    const headerBytes = headerLength(start)
    const decrypter = new Decrypter()
    for (const identity of identities) decrypter.addIdentity(identity)
    return { fileKey: new Uint8Array(await decrypter.decryptHeader(start.slice(0, headerBytes))), headerBytes }
  } catch (cause) {
    throw new DropError('open_failed', { cause })
  }
}

/** Bytes of the header, its MAC line included. Checked before any stanza is tried: a thousand cost seconds of CPU. */
function headerLength(sealed: Bytes): number {
  const start = new TextDecoder('latin1').decode(sealed.subarray(0, MAX_AGE_HEADER_BYTES))
  // No stanza's body can start a line with a dash: base64 has none.
  const mac = start.indexOf('\n---')
  const end = mac === -1 ? -1 : start.indexOf('\n', mac + 1)
  if (end === -1) throw new RangeError('no age header, or one that is too large')
  if (start.slice(0, mac).split('\n-> ').length - 1 > MAX_AGE_STANZAS) throw new RangeError('too many stanzas')
  // A passphrase stanza stands alone in a file (C2SP age.md, scrypt), and no drop is sealed with one.
  if (start.slice(0, mac).includes('\n-> scrypt ')) throw new RangeError('a passphrase stanza')
  return end + 1
}
