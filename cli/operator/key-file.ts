import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, type KeyObject } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { signingKeyFromSeed, type SigningKey } from '#client/crypto/keys.ts'
import { formatPublicKey, type PublicKey } from '#protocol/public-key.ts'
import { describeSystemError, EXIT, Failure } from '../failure.ts'

/** The key of an operator: it signs what is handed over, and asks a server for it. */
export interface OperatorKey {
  readonly publicKey: PublicKey
  /** RFC 8032: 64 bytes, as `openssl pkeyutl -verify -rawin` checks them. */
  readonly sign: (bytes: Uint8Array) => Uint8Array
  /** As requests are signed with it. */
  readonly signer: () => Promise<SigningKey>
}

/** A new key. @returns PKCS#8 in PEM (RFC 8410 §7), and what is public of it */
export function newOperatorKey(): { readonly pem: string; readonly publicKey: PublicKey } {
  const { privateKey } = generateKeyPairSync('ed25519')
  return { pem: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(), publicKey: publicHalf(privateKey) }
}

/** The public half in PEM: what a stranger checks a signature with. */
export function publicPem(pem: string): string {
  return createPublicKey(pem).export({ format: 'pem', type: 'spki' }).toString()
}

/** @throws Failure for a file that is not the PEM of an Ed25519 key; it repeats nothing of it */
export function readOperatorKey(path: string): OperatorKey {
  const key = parseKey(path)
  return {
    publicKey: publicHalf(key),
    sign: (bytes) => sign(null, bytes, key),
    signer: () =>
      signingKeyFromSeed(new Uint8Array(key.export({ format: 'der', type: 'pkcs8' }).subarray(-SEED_BYTES))),
  }
}

function parseKey(path: string): KeyObject {
  let pem: string
  try {
    pem = readFileSync(path, 'utf8')
  } catch (cause) {
    throw new Failure(`cannot read ${path}: ${describeSystemError(cause)}`, { cause })
  }
  try {
    const key = createPrivateKey(pem)
    if (key.asymmetricKeyType === 'ed25519') return key
  } catch {
    // Its contents are not named: they may be another secret.
  }
  throw new Failure(`${path} is no Ed25519 private key in PEM`, {
    exitCode: EXIT.usage,
    hint: 'sealdrop operator key FILE makes one',
  })
}

function publicHalf(key: KeyObject): PublicKey {
  return formatPublicKey(createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-PUBLIC_KEY_BYTES))
}

/** The last bytes of a PKCS#8 of an Ed25519 key without attributes are its seed, as those of an SPKI are the key. RFC 8410. */
const SEED_BYTES = 32
const PUBLIC_KEY_BYTES = 32
