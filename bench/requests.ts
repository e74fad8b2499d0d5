import { createHash } from 'node:crypto'
import { Agent, request } from 'node:http'
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
import { formatDigest } from '#protocol/content-digest.ts'
import type { DropId } from '#protocol/id.ts'
import type { PublicKey } from '#protocol/public-key.ts'
import { randomBytes } from '#client/crypto/random.ts'
import { signRequest, type Signers } from '#client/crypto/sign.ts'

/** A request that is ready to be sent, any number of times. */
export interface PreparedRequest {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Bytes | undefined
}

/** A request before it is signed. */
export interface RequestSpec {
  readonly name: RequestName
  readonly dropId?: DropId
  readonly box?: BoxAddress
  readonly boxReader?: PublicKey
  readonly reader?: PublicKey
  readonly signers?: Signers
  readonly query?: string
  readonly body?: Bytes
  readonly fields?: Readonly<Record<string, string>>
}

/** Signs and formats a request. The cost of signing belongs to the client and is kept out of the measurement. */
export async function prepareRequest(origin: string, order: RequestSpec): Promise<PreparedRequest> {
  const { name, dropId, box, boxReader, reader, signers, query = '', fields = {} } = order
  const { method, path } = REQUESTS[name]
  const body = method === 'GET' ? undefined : (order.body ?? new Uint8Array(0))
  const digest = body === undefined ? '' : formatDigest(new Uint8Array(createHash('sha256').update(body).digest()))
  const named = [
    [DROP_ID_FIELD, dropId],
    [BOX_ADDRESS_FIELD, box],
    [BOX_READER_FIELD, boxReader],
    [DROP_READER_FIELD, reader],
    ['Content-Digest', digest === '' ? undefined : digest],
    ['Content-Length', body === undefined ? undefined : `${body.length}`],
  ] as const
  const headers = Object.fromEntries(named.flatMap(([field, value]) => (value === undefined ? [] : [[field, value]])))
  if (signers === undefined) return { method, path: path + query, headers: { ...headers, ...fields }, body }
  const about =
    box !== undefined && boxReader !== undefined
      ? { box, boxReader, dropId }
      : dropId !== undefined
        ? { dropId, reader }
        : undefined
  const target = { name, authority: new URL(origin).host, query, digest }
  const signed = await signRequest(
    { ...target, ...about },
    signers,
    toBase64url(randomBytes(18)),
    Math.floor(Date.now() / 1_000),
  )
  const proof = { 'Signature-Input': signed.signatureInput, Signature: signed.signature }
  return { method, path: path + query, headers: { ...headers, ...proof, ...fields }, body }
}

/** An answer, and the microseconds from the last byte sent to the last byte received. */
export interface TimedAnswer {
  readonly status: number
  readonly text: string
  readonly us: number
}

/** One connection that stays open, so that no measurement includes setting one up. */
export class Connection {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 })
  readonly #origin: string

  constructor(origin: string) {
    this.#origin = origin
  }

  send({ method, path, headers, body }: PreparedRequest): Promise<TimedAnswer> {
    return new Promise((resolve, reject) => {
      const asked = request(`${this.#origin}${path}`, { agent: this.#agent, method, headers }, (answer) => {
        const chunks: Buffer[] = []
        answer.on('data', (chunk: Buffer) => chunks.push(chunk))
        answer.on('error', reject)
        answer.on('end', () => {
          const us = Number(process.hrtime.bigint() - began) / 1_000
          resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(chunks).toString(), us })
        })
      })
      asked.on('error', reject)
      const began = process.hrtime.bigint()
      asked.end(body)
    })
  }

  close(): void {
    this.#agent.destroy()
  }
}
