import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { env, exports } from 'cloudflare:workers'
import { signRequest, type Signers } from '#client/crypto/sign.ts'
import { randomBytes } from '#client/crypto/random.ts'
import type { BoxAddress } from '#protocol/address.ts'
import {
  BOX_ADDRESS_FIELD,
  BOX_READER_FIELD,
  DROP_ID_FIELD,
  DROP_READER_FIELD,
  REQUESTS,
  type RequestName,
} from '#protocol/api.ts'

import { toBase64url, type Bytes } from '#protocol/bytes.ts'
import { contentDigest } from '#protocol/content-digest.ts'
import type { DropId } from '#protocol/id.ts'
import { parseProblemCode } from '#protocol/error.ts'
import type { PublicKey } from '#protocol/public-key.ts'
import worker from '../../../worker/main.ts'

export const ORIGIN = 'https://sealdrop.example'

/** Carries a request to a worker. */
export type Wire = (request: Request) => Promise<Response>

/** The worker as it is deployed. */
export const directly: Wire = (request) => exports.default.fetch(request)

/** The worker with something else in place of one of its bindings; its shelves are the real ones. */
export function withBindings(bindings: Partial<Cloudflare.Env>): Wire {
  return async (request) => {
    const context = createExecutionContext()
    const response = await worker.fetch!(request as never, { ...env, ...bindings }, context)
    await waitOnExecutionContext(context)
    return response
  }
}

/** One request, and what a test wants to be different about it. */
export interface Asking {
  readonly name: RequestName
  /** Missing only where a request is about a box alone. */
  readonly dropId?: DropId
  readonly box?: BoxAddress
  readonly boxReader?: PublicKey
  readonly signers?: Signers
  readonly reader?: PublicKey
  readonly body?: Bytes
  readonly query?: string
  readonly nonce?: string
  readonly createdMs?: number
  /** In place of that of the contract. */
  readonly method?: 'HEAD'
  /** Set last; `null` takes a field away. */
  readonly fields?: Readonly<Record<string, string | null>>
  readonly origin?: string
  readonly via?: Wire
}

/** Changes of a test to a request that a helper makes. */
export type Changes = Partial<Asking>

/** An answer, read to its end. */
export interface Reply {
  readonly status: number
  readonly headers: Headers
  readonly body: Bytes
  /** The code of a problem; `undefined` for a success. */
  readonly code: string | undefined
  readonly json: Readonly<Record<string, unknown>>
}

export async function requestOf(asking: Asking): Promise<Request> {
  const { name, dropId, box, boxReader, signers, reader, query = '', origin = ORIGIN, fields = {} } = asking
  const { method: ofContract, path } = REQUESTS[name]
  const { method = ofContract } = asking
  const body = ofContract !== 'GET' ? (asking.body ?? new Uint8Array(0)) : undefined
  const headers = new Headers()
  if (dropId !== undefined) headers.set(DROP_ID_FIELD, dropId)
  if (box !== undefined) headers.set(BOX_ADDRESS_FIELD, box)
  if (boxReader !== undefined) headers.set(BOX_READER_FIELD, boxReader)
  // A request that crosses no wire does not get the field by itself.
  if (body !== undefined) headers.set('Content-Length', `${body.length}`)
  if (reader !== undefined) headers.set(DROP_READER_FIELD, reader)
  const digest = body === undefined ? '' : await contentDigest(body)
  if (digest !== '') headers.set('Content-Digest', digest)
  if (signers !== undefined) {
    const authority = new URL(origin).host
    const created = Math.floor((asking.createdMs ?? Date.now()) / 1_000)
    const signed = await signRequest(
      { name, method: asking.method, authority, query, digest, ...subjectOf(asking) },
      signers,
      asking.nonce ?? newNonce(),
      created,
    )
    headers.set('Signature-Input', signed.signatureInput)
    headers.set('Signature', signed.signature)
  }
  for (const [field, value] of Object.entries(fields)) {
    if (value === null) headers.delete(field)
    else headers.set(field, value)
  }
  return new Request(`${origin}${path}${query}`, { method, headers, ...(body === undefined ? {} : { body }) })
}

function subjectOf({
  dropId,
  box,
  boxReader,
  reader,
}: Asking):
  | { box: BoxAddress; boxReader: PublicKey; dropId: DropId | undefined }
  | { dropId: DropId; reader: PublicKey | undefined }
  | undefined {
  if (box !== undefined && boxReader !== undefined) return { box, boxReader, dropId }
  // The subject of an operator's request is in the body.
  return dropId === undefined ? undefined : { dropId, reader }
}

export async function send(asking: Asking): Promise<Reply> {
  return read(await (asking.via ?? directly)(await requestOf(asking)))
}

/** Reads an answer to its end. */
export async function read(response: Response): Promise<Reply> {
  const { status, headers } = response
  const body = new Uint8Array(await response.arrayBuffer())
  const isJson = body.length > 0 && headers.get('Content-Type')?.endsWith('json') === true
  const json = isJson ? (JSON.parse(new TextDecoder().decode(body)) as Record<string, unknown>) : {}
  return { status, headers, body, json, code: parseProblemCode(json['type']) }
}

export function newNonce(): string {
  return toBase64url(randomBytes(18))
}
