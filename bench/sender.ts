import { createHash } from 'node:crypto'
import {
  DROP_EXTENT_FIELD,
  DROP_ID_FIELD,
  DROP_READER_FIELD,
  DROP_TERMS_FIELD,
  formatCommitBody,
  formatPartQuery,
  formatReaderBody,
  REQUESTS,
  type RequestName,
} from '#protocol/api.ts'
import { joinBytes, toBase64url, type Bytes } from '#protocol/bytes.ts'
import { formatDigest } from '#protocol/content-digest.ts'
import { formatExtent } from '#protocol/extent.ts'
import { formatDropId } from '#protocol/id.ts'
import { PART_BYTES } from '#protocol/limits.ts'
import { formatTerms } from '#protocol/terms.ts'
import { generateSigningKey } from '#client/crypto/keys.ts'
import { randomBytes } from '#client/crypto/random.ts'
import { signRequest, type Signers } from '#client/crypto/sign.ts'

/** A drop of random bytes in parts of 8 MiB: to the worker it looks like any large drop. */
export interface BigDrop {
  upload(): Promise<void>
  download(): Promise<void>
}

/** @throws Error, in every step, unless it is answered with success, and for bytes that differ from those sent */
export async function makeBigDrop(origin: string, parts: number): Promise<BigDrop> {
  const [locator, claim, sender, reader] = await Promise.all([0, 1, 2, 3].map(() => generateSigningKey()))
  if (!locator || !claim || !sender || !reader) throw new Error('Keys are made above.')
  const dropId = formatDropId(randomBytes(16))
  const terms = {
    ttlSeconds: 3_600,
    reads: 1,
    locator: locator.publicKey,
    claim: claim.publicKey,
    sender: sender.publicKey,
  }
  const noise = joinBytes(Array.from({ length: PART_BYTES / 65_536 }, () => randomBytes(65_536)))
  const hashes = Array.from({ length: parts }, (_, n) => hash(partOf(n)))

  return {
    async upload() {
      const extent = formatExtent({ size: parts * PART_BYTES, parts })
      await ask('begin', { fields: { [DROP_TERMS_FIELD]: formatTerms(terms), [DROP_EXTENT_FIELD]: extent } })
      await inFlight(parts, async (n) => {
        const body = partOf(n)
        await (await ask('upload', { signers: { sender }, query: formatPartQuery(n), body })).arrayBuffer()
      })
      const body = formatCommitBody(toBase64url(hash(joinBytes(hashes))))
      await ask('commit', { signers: { sender }, body })
    },
    async download() {
      const first = await ask('claim', { signers: { locator, claim }, body: formatReaderBody(reader.publicKey) })
      await check(first, 0)
      await inFlight(parts - 1, async (n) => {
        const query = formatPartQuery(n + 1)
        await check(await ask('part', { signers: { reader }, query, reader: true }), n + 1)
      })
    },
  }

  function partOf(n: number): Bytes {
    const bytes = noise.slice()
    new DataView(bytes.buffer).setUint32(0, n)
    return bytes
  }

  async function check(answer: Response, n: number): Promise<void> {
    const bytes = new Uint8Array(await answer.arrayBuffer())
    if (toBase64url(hash(bytes)) !== toBase64url(hashes[n] ?? bytes)) throw new Error(`Part ${n} came back as another.`)
  }

  async function ask(name: RequestName, asking: Asking): Promise<Response> {
    const { method, path } = REQUESTS[name]
    const { query = '', signers, fields = {}, body = new Uint8Array(0) } = asking
    const digest = method === 'GET' ? '' : formatDigest(hash(body))
    const headers = new Headers({ ...fields, [DROP_ID_FIELD]: dropId })
    if (digest !== '') headers.set('Content-Digest', digest)
    const key = asking.reader === true ? reader?.publicKey : undefined
    if (key !== undefined) headers.set(DROP_READER_FIELD, key)
    if (signers !== undefined) {
      const request = { name, authority: new URL(origin).host, query, dropId, reader: key, digest }
      const signed = await signRequest(request, signers, toBase64url(randomBytes(18)), Math.floor(Date.now() / 1_000))
      headers.set('Signature-Input', signed.signatureInput)
      headers.set('Signature', signed.signature)
    }
    const answer = await fetch(`${origin}${path}${query}`, { method, headers, ...(method === 'GET' ? {} : { body }) })
    if (!answer.ok) throw new Error(`${name} was answered ${answer.status}: ${await answer.text()}`)
    return answer
  }
}

interface Asking {
  readonly query?: string
  readonly signers?: Signers
  readonly fields?: Readonly<Record<string, string>>
  readonly body?: Bytes
  readonly reader?: boolean
}

/** Runs it for 0 to `count` - 1, as many at a time as a client has in flight. */
async function inFlight(count: number, run: (n: number) => Promise<void>): Promise<void> {
  let next = 0
  const one = async (): Promise<void> => {
    while (next < count) await run(next++)
  }
  await Promise.all(Array.from({ length: IN_FLIGHT }, one))
}

function hash(bytes: Uint8Array): Bytes {
  return new Uint8Array(createHash('sha256').update(bytes).digest())
}

const IN_FLIGHT = 3
