import { createHash } from 'node:crypto'
import { addressOf } from '#protocol/address.ts'
import {
  BOX_ADDRESS_FIELD,
  BOX_READER_FIELD,
  DROP_ID_FIELD,
  DROP_TERMS_FIELD,
  formatPartQuery,
  REQUESTS,
  type RequestName,
} from '#protocol/api.ts'
import { formatDeleteBody, formatItemsQuery, formatPublishBody, type Item, type Listing } from '#protocol/box-api.ts'
import { toBase64url, type Bytes } from '#protocol/bytes.ts'
import { formatDigest } from '#protocol/content-digest.ts'
import { epochAt } from '#protocol/epoch.ts'
import { formatDropId, type DropId } from '#protocol/id.ts'
import { MAX_DELETED, MAX_LISTED } from '#protocol/limits.ts'
import { formatBoxTerms } from '#protocol/terms.ts'
import { signCard } from '#client/box/card-sign.ts'
import { generateSigningKey } from '#client/crypto/keys.ts'
import { randomBytes } from '#client/crypto/random.ts'
import { signRequest } from '#client/crypto/sign.ts'

/** A box on a server, with everything that its owner and its senders do to it. Every step throws unless it is answered with success. */
export interface BenchBox {
  publish(): Promise<void>
  /** Puts so many drops of so many random bytes into the box, eight at once. */
  fill(count: number, sizeBytes: number): Promise<void>
  /** Every page, oldest first. */
  listAll(): Promise<readonly Item[]>
  /** @returns the bytes of a drop of one part */
  collect(drop: DropId): Promise<Bytes>
  delete(drops: readonly DropId[]): Promise<void>
}

export async function makeBox(origin: string): Promise<BenchBox> {
  const [root, sender] = await Promise.all([generateSigningKey(), generateSigningKey()])
  const address = await addressOf(root.publicKey)
  return {
    async publish() {
      const readers = [{ name: 'Ana', key: root.publicKey, age: `age1pq1${'q'.repeat(1_952)}` }]
      const terms = { largest: 100_000_000, invitation: false }
      const epoch = epochAt(Date.now())
      const card = { v: 1, box: address, serial: 1, epoch, name: 'Newsroom', readers, terms } as const
      await ask('publish', { body: formatPublishBody([await signCard({ address, key: root }, card)]) })
    },
    async fill(count, sizeBytes) {
      const fields = {
        [DROP_TERMS_FIELD]: formatBoxTerms({ ttlSeconds: 1_209_600, box: address, sender: sender.publicKey }),
      }
      let left = count
      const one = async (): Promise<void> => {
        while (left-- > 0) {
          const headers = { ...fields, [DROP_ID_FIELD]: formatDropId(randomBytes(16)) }
          const { method, path } = REQUESTS.create
          await succeed(await fetch(`${origin}${path}`, { method, headers, body: randomBytes(sizeBytes) }))
        }
      }
      await Promise.all(Array.from({ length: 8 }, one))
    },
    async listAll() {
      const items: Item[] = []
      for (;;) {
        const query = formatItemsQuery({ order: 'after', seq: items.at(-1)?.seq ?? 0, most: MAX_LISTED })
        const listing = JSON.parse((await ask('items', { query })).toString()) as Listing
        items.push(...listing.items)
        if (!listing.more) return items
      }
    },
    collect: async (dropId) => new Uint8Array(await ask('collect', { dropId, query: formatPartQuery(0) })),
    async delete(drops) {
      for (let at = 0; at < drops.length; at += MAX_DELETED)
        await ask('delete', { body: formatDeleteBody(drops.slice(at, at + MAX_DELETED)) })
    },
  }

  async function ask(
    name: RequestName,
    { query = '', body, dropId }: { query?: string; body?: Bytes; dropId?: DropId },
  ): Promise<Buffer> {
    const { method, path } = REQUESTS[name]
    const digest = body === undefined ? '' : formatDigest(new Uint8Array(createHash('sha256').update(body).digest()))
    const authority = new URL(origin).host
    const request = { name, authority, query, box: address, boxReader: root.publicKey, dropId, digest }
    const signed = await signRequest(
      request,
      { root, member: root },
      toBase64url(randomBytes(18)),
      Math.floor(Date.now() / 1_000),
    )
    const headers = new Headers({ [BOX_ADDRESS_FIELD]: address, [BOX_READER_FIELD]: root.publicKey })
    headers.set('Signature-Input', signed.signatureInput)
    headers.set('Signature', signed.signature)
    if (dropId !== undefined) headers.set(DROP_ID_FIELD, dropId)
    if (digest !== '') headers.set('Content-Digest', digest)
    return succeed(
      await fetch(`${origin}${path}${query}`, { method, headers, ...(body === undefined ? {} : { body }) }),
    )
  }
}

async function succeed(answer: Response): Promise<Buffer> {
  const body = Buffer.from(await answer.arrayBuffer())
  if (!answer.ok) throw new Error(`${answer.url} was answered ${answer.status}: ${body.toString()}`)
  return body
}
