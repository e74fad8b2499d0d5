import { verifySignature, type RequestDescriptor } from 'http-message-sig'
import { parseDictionary } from 'structured-headers'
import type { BoxAddress } from './address.ts'
import {
  BOX_ADDRESS_FIELD,
  BOX_READER_FIELD,
  DROP_ID_FIELD,
  DROP_READER_FIELD,
  QUERIED_REQUESTS,
  REQUESTS,
} from './api.ts'
import type { RequestName, Role, SignatureRecord } from './api.ts'
import { toBase64, type Bytes } from './bytes.ts'
import type { DropId } from './id.ts'
import { MAX_CREATED_SECONDS } from './limits.ts'
import { isNonce } from './nonce.ts'
import { publicKeyBytes, type PublicKey } from './public-key.ts'

/** What a signature covers: enough of a request to rebuild its signature base (RFC 9421 §2.5). */
interface Covered {
  readonly name: RequestName
  /** Host and port that the signer addressed. */
  readonly authority: string
  /** The query with its `?`, or `''`. */
  readonly query: string
  /** The `Content-Digest` of the body as recomputed, or `''` for a request without one. */
  readonly digest: string
  readonly signatureInput: string
  readonly signature: string
}

/** A signed request about a drop. */
export interface SignedRequest extends Covered {
  readonly dropId: DropId
  /** The reader key that the request is made for, where a reader signs. */
  readonly reader?: PublicKey | undefined
}

/** A signed request about a box. */
export interface SignedBoxRequest extends Covered {
  readonly box: BoxAddress
  /** The key that signs: the box's root key, or that of one of its readers. */
  readonly boxReader: PublicKey
  /** The drop in the box, where it is about one. */
  readonly dropId?: DropId | undefined
}

/** A request of the operator's: what it is about stands in its body. */
export type SignedOperatorRequest = Covered

/** What is signed. */
export type Unsigned =
  | Omit<SignedOperatorRequest, 'signature' | 'signatureInput'>
  | Omit<SignedRequest, 'signature' | 'signatureInput'>
  | Omit<SignedBoxRequest, 'signature' | 'signatureInput'>

/** A signature that verified. */
export interface Proof {
  readonly nonce: string
  /** Seconds since 1970, by the signer's clock. */
  readonly created: number
  readonly record: SignatureRecord
}

/** The `tag` of a signature: one per purpose, so that none can stand for another (RFC 9421 §7.2.7). */
export function signatureTag(name: RequestName, role: Role): string {
  return `sealdrop-${name}-${role}`
}

/** The components that a request's signatures cover, in order: this set exactly. docs/protocol.md §5.1. */
export function signatureComponents(name: RequestName): readonly string[] {
  const { method, names } = REQUESTS[name]
  const [subject, ...others] = names.map((field) => field.toLowerCase())
  const components = ['@method', '@authority', '@path', ...(subject === undefined ? [] : [subject])]
  if (QUERIED_REQUESTS.has(name)) components.push('@query')
  components.push(...others)
  if (method !== 'GET') components.push('content-digest')
  return components
}

/** The request as RFC 9421 sees it. The scheme is not covered: TLS may end before the worker. */
export function describeRequest(request: Unsigned): RequestDescriptor {
  const { method, path } = REQUESTS[request.name]
  const named: readonly (readonly [name: string, value: string | undefined])[] = [
    [DROP_ID_FIELD, 'dropId' in request ? request.dropId : undefined],
    [DROP_READER_FIELD, 'reader' in request ? request.reader : undefined],
    [BOX_ADDRESS_FIELD, 'box' in request ? request.box : undefined],
    [BOX_READER_FIELD, 'box' in request ? request.boxReader : undefined],
    ['Content-Digest', request.digest === '' ? undefined : request.digest],
  ]
  const fields = named.flatMap(([name, value]) => (value === undefined ? [] : [{ name, value }]))
  return { kind: 'request', method, targetUri: `https://${request.authority}${path}${request.query}`, fields }
}

/** The labels in a Signature-Input field, or `undefined` if it cannot be parsed. */
export function signatureLabels(signatureInput: string): readonly string[] | undefined {
  try {
    return [...parseDictionary(signatureInput).keys()]
  } catch {
    return undefined
  }
}

/**
 * Checks the signature of one role: exact components, exact parameters, Ed25519, the tag of this purpose.
 * Says nothing about freshness: the caller judges nonce and created.
 * @returns the proof, or `undefined` for whatever is wrong with it.
 */
export async function verifyRequest(
  request: SignedRequest | SignedBoxRequest | SignedOperatorRequest,
  role: Role,
  key: PublicKey,
): Promise<Proof | undefined> {
  const message = describeRequest(request)
  const signed = [
    { name: 'Signature-Input', value: request.signatureInput },
    { name: 'Signature', value: request.signature },
  ]
  try {
    const { parameters, components, signature } = await verifySignature(
      { ...message, fields: [...message.fields, ...signed] },
      {
        label: role,
        policy: {
          algorithms: [ALGORITHM],
          requiredComponents: signatureComponents(request.name),
          requiredParameters: PARAMETERS,
          // Freshness is judged by nonce and created together, by the caller: the library is given no clock.
          now: 0,
          clockSkew: Number.MAX_SAFE_INTEGER,
        },
        resolveVerifier: () => ed25519Verifier(key),
      },
    )
    const { created, nonce, tag } = parameters
    if (created === undefined || nonce === undefined || !isNonce(nonce)) return undefined
    // Whoever reads a receipt shows this time; a nonce of the server's would let any number through.
    if (created < 0 || created > MAX_CREATED_SECONDS) return undefined
    if (tag !== signatureTag(request.name, role)) return undefined
    // One spelling only: a receipt keeps created and nonce, and the rest must be known from docs/protocol.md.
    const names = components.map(({ name }) => name)
    if (names.join() !== signatureComponents(request.name).join()) return undefined
    if (Object.keys(parameters).join() !== PARAMETERS.join()) return undefined
    return { nonce, created, record: { created, nonce, signature: toBase64(signature) } }
  } catch {
    return undefined
  }
}

/** The fields that a record stands for, so that it can be verified again. */
export function signatureFields(
  name: RequestName,
  role: Role,
  record: SignatureRecord,
): Pick<SignedRequest, 'signature' | 'signatureInput'> {
  const components = signatureComponents(name).map((component) => `"${component}"`)
  const { created, nonce, signature } = record
  const parameters = `created=${created};nonce="${nonce}";alg="${ALGORITHM}";tag="${signatureTag(name, role)}"`
  return { signatureInput: `${role}=(${components.join(' ')});${parameters}`, signature: `${role}=:${signature}:` }
}

/** RFC 9421 §6.2.2. */
export const ALGORITHM = 'ed25519'

/** Parameters of every signature, in order. docs/protocol.md §5.1. */
const PARAMETERS = ['created', 'nonce', 'alg', 'tag']

async function ed25519Verifier(publicKey: PublicKey): Promise<{
  algorithm: string
  verify(data: Uint8Array, signature: Uint8Array): Promise<boolean>
}> {
  const key = await crypto.subtle.importKey('raw', publicKeyBytes(publicKey), 'Ed25519', false, ['verify'])
  return {
    algorithm: ALGORITHM,
    verify: (data, signature) => crypto.subtle.verify('Ed25519', key, copy(signature), copy(data)),
  }
}

/** The library hands out bytes of any buffer; WebCrypto's types want an ArrayBuffer's. */
function copy(bytes: Uint8Array): Bytes {
  return new Uint8Array(bytes)
}
