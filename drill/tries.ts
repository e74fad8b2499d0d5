import { createDecipheriv, createHash } from 'node:crypto'
import { hybridKey, openStanza } from '../reference/age.ts'
import { expand, extract } from '../reference/kdf.ts'
import { ed25519Key, rawPublicKey } from '../reference/keys.ts'
import { ciphertextsOf, type Ciphertext, type Locks } from './locks.ts'

/** Something stored that a value opens or identifies. */
export interface KeyHit {
  /** The kind of key that the value is: `file key`, `secret of a link`, … */
  readonly as: string
  /** A store key, or the stored value. */
  readonly what: string
}

/**
 * Tries a value of 16, 24 or 32 bytes as every kind of key of its length.
 * @param effort - `quick` leaves out the slow kinds: identities, keys of payloads, and most secrets from which keys are derived
 */
export function tryAsKey(value: Uint8Array, locks: Locks, effort: 'quick' | 'whole'): readonly KeyHit[] {
  if (value.length === 16) return asFileKeyOrCode(value, locks, effort)
  if (value.length === 24) return asLinkSecret(value, locks, effort)
  return value.length === 32 ? asSecret(value, locks, effort) : []
}

function asFileKeyOrCode(value: Uint8Array, locks: Locks, effort: 'quick' | 'whole'): readonly KeyHit[] {
  const quick = [...asFileKey(value, locks), ...asPreimage(value, locks)]
  return effort === 'quick' ? quick : [...quick, ...asReturnCode(value, locks)]
}

function asFileKey(value: Uint8Array, locks: Locks): KeyHit[] {
  return ciphertextsOf(value, locks).map(({ key }) => ({ as: 'file key', what: key }))
}

/** An address follows from the entropy of a return code. docs/protocol.md §13.2. */
function asReturnCode(value: Uint8Array, locks: Locks): KeyHit[] {
  const secret = extract('sealdrop/v1/return', value)
  return [
    ...named('entropy of a return code', addressOf(publicOf(expand(secret, 'root', 32))), locks),
    ...asIdentity(expand(secret, 'age', 32), locks, 'entropy of a return code'),
  ]
}

/** A secret whose hash is stored: an invitation's, or a token. */
function asPreimage(value: Uint8Array, locks: Locks): KeyHit[] {
  return named('secret whose hash is stored', createHash('sha256').update(value).digest(), locks)
}

/** docs/protocol.md §2.2, without a passphrase. The id gives a link with one away, too. */
function asLinkSecret(value: Uint8Array, locks: Locks, effort: 'quick' | 'whole'): KeyHit[] {
  const prk = extract('sealdrop/v1/link', value)
  return [
    ...named('secret of a link', expand(prk, 'id', 16), locks),
    ...(effort === 'whole' ? asIdentity(expand(extract(prk, EMPTY), 'age', 32), locks, 'secret of a link') : []),
  ]
}

/** 32 bytes may be a seed, or a secret from which keys are derived: docs/protocol.md §2.2, §13.1, §13.2. */
function asSecret(value: Uint8Array, locks: Locks, effort: 'quick' | 'whole'): KeyHit[] {
  const own = publicOf(value)
  const quick = [
    ...named('seed of a stored public key', own, locks),
    ...named('seed of a root key', addressOf(own), locks),
    ...named('key of a link', expand(value, 'id', 16), locks),
    ...asPreimage(value, locks),
  ]
  if (effort === 'quick') return quick
  const box = extract('sealdrop/v1/box', value)
  return [
    ...quick,
    ...named('key of a link and its passphrase', publicOf(expand(value, 'claim', 32)), locks),
    ...named('secret of a reader', publicOf(expand(extract('sealdrop/v1/reader', value), 'key', 32)), locks),
    ...named('key of a reader', publicOf(expand(value, 'key', 32)), locks),
    ...named('secret of a box', addressOf(publicOf(expand(value, 'root', 32))), locks),
    ...named('entropy of a phrase', addressOf(publicOf(expand(box, 'root', 32))), locks),
    ...asIdentity(value, locks, 'age identity'),
    ...asIdentity(expand(value, 'sealdrop/v1/age', 32), locks, 'key of a chain'),
    ...asIdentity(expand(value, 'age', 32), locks, 'key of a link and its passphrase'),
    ...asPayloadKey(value, locks),
  ]
}

function asIdentity(seed: Uint8Array, { ciphertexts }: Locks, as: string): KeyHit[] {
  const key = hybridKey(seed)
  const opened = ciphertexts.filter(({ stanzas }) => stanzas.some((stanza) => openStanza(key, stanza) !== undefined))
  return opened.map((each) => ({ as, what: each.key }))
}

function asPayloadKey(value: Uint8Array, { ciphertexts }: Locks): KeyHit[] {
  return ciphertexts.filter((each) => opensChunk(value, each)).map(({ key }) => ({ as: 'key of a payload', what: key }))
}

/** Opens the first chunk. C2SP age.md, Payload. @param payloadKey - 32 bytes. */
function opensChunk(payloadKey: Uint8Array, { chunk, isOnlyChunk }: Ciphertext): boolean {
  const nonce = new Uint8Array(12)
  nonce[11] = isOnlyChunk ? 1 : 0
  const cipher = createDecipheriv('chacha20-poly1305', payloadKey, nonce, { authTagLength: 16 })
  try {
    cipher.setAuthTag(chunk.subarray(-16))
    cipher.update(chunk.subarray(0, -16))
    cipher.final()
    return true
  } catch {
    return false
  }
}

function named(as: string, name: Uint8Array, { names }: Locks): KeyHit[] {
  const hex = Buffer.from(name).toString('hex')
  return names.has(hex) ? [{ as, what: `what is stored as ${hex.slice(0, 8)}…` }] : []
}

/** The Ed25519 public key of a seed. */
function publicOf(seed: Uint8Array): Uint8Array {
  return rawPublicKey(ed25519Key(seed))
}

/** docs/protocol.md §13.1. */
function addressOf(root: Uint8Array): Uint8Array {
  return createHash('sha256').update('sealdrop/v1/box').update(root).digest()
}

const EMPTY = new Uint8Array(0)
