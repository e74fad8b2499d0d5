import { verifySignature, type RequestDescriptor } from 'http-message-sig'
import type { BoxAddress } from './address.ts'
import { BOX_ADDRESS_FIELD, BOX_READER_FIELD, DROP_ID_FIELD, DROP_READER_FIELD, REQUESTS } from './api.ts'
import type { RequestName, Role, SignatureRecord } from './api.ts'
import type { Bytes } from './bytes.ts'
import type { DropId } from './id.ts'
import { publicKeyBytes, type PublicKey } from './public-key.ts'
import { ALGORITHM, isRecordOf, signatureComponents, signatureFields, type Signatures } from './signature-input.ts'

/** The content that a signature covers: enough of a request to rebuild its signature base (RFC 9421 §2.5). */
interface Covered<N extends RequestName> {
  readonly name: N
  /** If it is not the contract's: HEAD in place of GET (RFC 9110 §9.3.2). */
  readonly method?: 'HEAD' | undefined
  /** Host and port that the signer addressed. */
  readonly authority: string
  /** The query with its `?`, or `''`. */
  readonly query: string
  /** The `Content-Digest` of the body as recomputed, or `''` for a request without one. */
  readonly digest: string
  readonly signatures: Signatures
}

/** A signed request about a drop. */
export interface SignedRequest<N extends RequestName = RequestName> extends Covered<N> {
  readonly dropId: DropId
  /** The reader key of the request, if a reader signs. */
  readonly reader?: PublicKey | undefined
}

/** A signed request about a box. */
export interface SignedBoxRequest<N extends RequestName = RequestName> extends Covered<N> {
  readonly box: BoxAddress
  /** The key that signs: the box's root key, or one of its readers'. */
  readonly boxReader: PublicKey
  /** The drop in the box, if the request is about one. */
  readonly dropId?: DropId | undefined
}

/** A request of the operator's. Its subject is in its body. */
export type SignedOperatorRequest = Covered<RequestName>

/** The content of a signature. */
export type Unsigned =
  | Omit<SignedOperatorRequest, 'signatures'>
  | Omit<SignedRequest, 'signatures'>
  | Omit<SignedBoxRequest, 'signatures'>

/** The request for RFC 9421. The scheme is not covered: TLS may end before the worker. */
export function describeRequest(request: Unsigned): RequestDescriptor {
  const { method: ofContract, path } = REQUESTS[request.name]
  const { method = ofContract } = request
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

/**
 * Verifies the signature of one role: Ed25519, over this request, for this purpose. Freshness is not checked: the caller judges
 * nonce and created.
 * @returns the record to store; `undefined` if there is no valid signature.
 */
export async function verifyRequest(
  request: SignedRequest | SignedBoxRequest | SignedOperatorRequest,
  role: Role,
  key: PublicKey,
): Promise<SignatureRecord | undefined> {
  const record = request.signatures[role]
  // A record may come from a file: its own parameters must be the signed ones.
  if (record === undefined || !isRecordOf(record, request.name, role)) return undefined
  const message = describeRequest(request)
  const { signatureInput, signature } = signatureFields(request.name, role, record)
  const signed = [
    { name: 'Signature-Input', value: signatureInput },
    { name: 'Signature', value: signature },
  ]
  try {
    await verifySignature(
      { ...message, fields: [...message.fields, ...signed] },
      {
        label: role,
        policy: {
          algorithms: [ALGORITHM],
          requiredComponents: signatureComponents(request.name),
          requiredParameters: ['created', 'nonce', 'tag'],
          // The caller judges freshness by nonce and created together: the library gets no clock.
          now: 0,
          clockSkew: Number.MAX_SAFE_INTEGER,
        },
        resolveVerifier: () => ed25519Verifier(key),
      },
    )
    return record
  } catch {
    return undefined
  }
}

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

/** The library returns bytes of any buffer; WebCrypto's types require an ArrayBuffer's. */
function copy(bytes: Uint8Array): Bytes {
  return new Uint8Array(bytes)
}
