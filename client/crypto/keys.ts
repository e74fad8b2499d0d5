import { formatPublicKey, type PublicKey } from '#protocol/public-key.ts'
import { parseBase64url, toBase64url, type Bytes } from '#protocol/bytes.ts'

/** An Ed25519 key that signs, and its public half. */
export interface SigningKey {
  readonly publicKey: PublicKey
  readonly privateKey: CryptoKey
}

/** A fresh key that the platform keeps and does not give out: it can be stored in IndexedDB, and only used. */
export async function generateSigningKey(): Promise<SigningKey> {
  const generate = (): Promise<CryptoKeyPair> => crypto.subtle.generateKey('Ed25519', false, ['sign', 'verify'])
  // WebKitGTK fails at every 256th, whose seed begins with a zero.
  const pair = await generate().catch(generate).catch(generate)
  const publicKey = formatPublicKey(new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey)))
  return { publicKey, privateKey: pair.privateKey }
}

/** The key of a seed (RFC 8032 §5.1.5). @param seed - 32 bytes. */
export async function signingKeyFromSeed(seed: Bytes): Promise<SigningKey> {
  const publicHalf = await publicHalfIfNeeded()
  if (publicHalf !== undefined && seed[0] === 0) {
    const publicKey = publicHalf(seed)
    const jwk = { kty: 'OKP', crv: 'Ed25519', d: toBase64url(seed), x: toBase64url(publicKey) }
    const privateKey = await crypto.subtle.importKey('jwk', jwk, 'Ed25519', false, ['sign'])
    return { publicKey: formatPublicKey(publicKey), privateKey }
  }
  // WebCrypto derives the public half only by export, so the key is imported twice: once to tell it, once to keep.
  const { x } = await crypto.subtle.exportKey('jwk', await read(seed, true))
  const publicKey = parseBase64url(x ?? '', 32)
  if (publicKey === undefined) throw new TypeError('this platform exports no Ed25519 public key')
  return { publicKey: formatPublicKey(publicKey), privateKey: await read(seed, false) }
}

/**
 * WebKitGTK reads no key whose seed begins with a zero, unless it is told the public half as well. It is tried with a seed that
 * everybody knows: were what computes that half fetched for the one key that needs it, its server would learn of a secret.
 */
async function publicHalfIfNeeded(): Promise<((seed: Bytes) => Bytes) | undefined> {
  try {
    await read(new Uint8Array(32).fill(1, 1), false)
    return undefined
  } catch {
    return (await import('./public-half.ts')).publicHalf
  }
}

function read(seed: Bytes, isExtractable: boolean): Promise<CryptoKey> {
  const pkcs8 = new Uint8Array([...PKCS8_PREFIX, ...seed])
  return crypto.subtle.importKey('pkcs8', pkcs8, 'Ed25519', isExtractable, ['sign'])
}

/** DER of an Ed25519 PrivateKeyInfo up to its seed. RFC 8410 §7. */
const PKCS8_PREFIX = [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20]
