import { chacha20poly1305 } from '@noble/ciphers/chacha.js'
import { scryptAsync } from '@noble/hashes/scrypt.js'
import { base64nopad } from '@scure/base'
import { Decrypter, Encrypter, Stanza } from 'age-encryption'
import { joinBytes, utf8, type Bytes } from '#protocol/bytes.ts'
import { DropError } from '#protocol/error.ts'
import { MAX_AGE_HEADER_BYTES } from '#protocol/limits.ts'
import { cipherHere } from './chunks.ts'
import { payloadKey } from './payload.ts'
import { PAYLOAD_NONCE_BYTES, payloadSize } from './sizes.ts'
import { randomBytes, type Random } from './random.ts'

export interface PassphraseOptions {
  /** Told how much of the stretching is done, 0 to 1. */
  readonly onProgress?: ((done: number) => void) | undefined
  /** Of the salt and the payload's nonce; the file key is the library's. */
  readonly random?: Random
  /** log2 of N of scrypt. */
  readonly workFactor?: number
}

/**
 * An age v1 file to a passphrase, which any age program opens. C2SP age.md, scrypt. The library's own recipient for it is
 * left out of the bundles.
 * @param passphrase - as typed: its NFKC form counts.
 */
export async function sealToPassphrase(
  plaintext: Bytes,
  passphrase: string,
  { onProgress, random = randomBytes, workFactor = WORK_FACTOR }: PassphraseOptions = {},
): Promise<Bytes> {
  let fileKey: Bytes | undefined
  const encrypter = new Encrypter()
  encrypter.addRecipient({
    async wrapFileKey(key) {
      fileKey = new Uint8Array(key)
      const salt = random(SALT_BYTES)
      const wrapping = await stretch(passphrase, salt, workFactor, onProgress)
      const body = chacha20poly1305(wrapping, ZERO_NONCE).encrypt(key)
      return [new Stanza([KIND, base64nopad.encode(salt), `${workFactor}`], body)]
    },
  })
  const empty = await encrypter.encrypt(new Uint8Array(0))
  if (fileKey === undefined) throw new TypeError('the library asked no recipient')
  const nonce = random(PAYLOAD_NONCE_BYTES)
  const cipher = await cipherHere(payloadKey(fileKey, nonce))
  // The library sealed the empty payload, under a nonce of its own; ours is sealed under another.
  const header = empty.slice(0, empty.length - payloadSize(0))
  return joinBytes([header, nonce, await cipher.sealRun(plaintext, 0, true)])
}

/**
 * Opens an age file with a passphrase.
 * @throws DropError `open_failed` for a wrong passphrase, a changed byte, any other kind of stanza, more than one, or one
 * that would take minutes: callers must not learn which.
 */
export async function openWithPassphrase(
  sealed: Bytes,
  passphrase: string,
  { onProgress }: Pick<PassphraseOptions, 'onProgress'> = {},
): Promise<Bytes> {
  try {
    const headerBytes = headerLength(sealed)
    const decrypter = new Decrypter()
    decrypter.addIdentity({
      async unwrapFileKey(stanzas) {
        const [stanza, ...others] = stanzas
        if (stanza === undefined || others.length > 0) throw new RangeError('a passphrase stanza stands alone')
        const { salt, workFactor, body } = parseStanza(stanza)
        return chacha20poly1305(await stretch(passphrase, salt, workFactor, onProgress), ZERO_NONCE).decrypt(body)
      },
    })
    const fileKey = new Uint8Array(await decrypter.decryptHeader(sealed.slice(0, headerBytes)))
    const chunks = headerBytes + PAYLOAD_NONCE_BYTES
    if (sealed.length < chunks) throw new RangeError('no nonce')
    const cipher = await cipherHere(payloadKey(fileKey, sealed.slice(headerBytes, chunks)))
    return await cipher.openRun(sealed.subarray(chunks), 0, true)
  } catch (cause) {
    throw new DropError('open_failed', { cause })
  }
}

function parseStanza({ args, body }: Stanza): { salt: Bytes; workFactor: number; body: Uint8Array } {
  const [kind, text = '', digits = '', ...others] = args
  const salt = new Uint8Array(base64nopad.decode(text))
  const isExact = kind === KIND && others.length === 0 && salt.length === SALT_BYTES && body.length === WRAPPED_BYTES
  if (!isExact || !/^[1-9]\d?$/.test(digits)) throw new RangeError('no passphrase stanza')
  // The cost is read from the file: a stranger's could hold up a device for hours.
  if (Number(digits) > MAX_WORK_FACTOR) throw new RangeError('too much work')
  return { salt, workFactor: Number(digits), body }
}

/** Bytes of the header, its MAC line included. No stanza's body can start a line with a dash: base64 has none. */
function headerLength(sealed: Bytes): number {
  const start = new TextDecoder('latin1').decode(sealed.subarray(0, MAX_AGE_HEADER_BYTES))
  const mac = start.indexOf('\n---')
  const end = mac === -1 ? -1 : start.indexOf('\n', mac + 1)
  if (end === -1) throw new RangeError('no age header, or one that is too large')
  return end + 1
}

/** RFC 7914, with the parameters of C2SP age.md. */
async function stretch(
  passphrase: string,
  salt: Bytes,
  workFactor: number,
  onProgress: (done: number) => void = () => {},
): Promise<Bytes> {
  const labelled = joinBytes([utf8('age-encryption.org/v1/scrypt'), salt])
  // The library tells ten thousand times, and drawing each would take longer than the stretching.
  let told = 0
  const tell = (done: number): void => {
    if (done - told < 0.01 && done < 1) return
    told = done
    onProgress(done)
  }
  const cost = { N: 2 ** workFactor, r: 8, p: 1, dkLen: 32, asyncTick: TICK_MS, onProgress: tell }
  return new Uint8Array(await scryptAsync(utf8(passphrase.normalize('NFKC')), labelled, cost))
}

const KIND = 'scrypt'
const SALT_BYTES = 16
const WRAPPED_BYTES = 32
const ZERO_NONCE = new Uint8Array(12)

/** 128 MiB, and a second or two. */
const WORK_FACTOR = 17

/** 1 GiB: what a device may be made to do by a file. */
const MAX_WORK_FACTOR = 20

/** How long it computes before it lets others run, in milliseconds. */
const TICK_MS = 20
