import { formatPartQuery, formatReaderBody } from '#protocol/api.ts'
import type { Bytes } from '#protocol/bytes.ts'
import { DropError } from '#protocol/error.ts'
import type { DropId } from '#protocol/id.ts'
import type { SigningKey } from './crypto/keys.ts'
import type { Opener } from './link.ts'
import { PART } from './answers.ts'
import { notGone, Refused } from './refused.ts'
import { ask, type Call, type Progress, type Server, type Transfer } from './server.ts'
import type { Parts, Staging } from './staging.ts'

export interface ReceiveOptions {
  readonly onProgress?: ((progress: Progress) => void) | undefined
  /** Pauses: what has come in stays staged. */
  readonly signal?: AbortSignal | undefined
}

/** The facts about a drop before it is fetched. */
export interface Announced {
  readonly dropId: DropId
  /** Bytes of ciphertext. */
  readonly size: number
  readonly parts: number
}

/** Asks for one part of a drop, by the right that its reader has. */
export type FetchPart = (n: number, send: Send) => Promise<Bytes>

/** Sends a request whose answer is part `n`. */
type Send = (n: number, call: Call) => Promise<Bytes>

/** Fetches parts into a staging, ahead of their reader. `receiveParts` says what it promises. */
export function makeDownload(
  server: Server,
  fetchBy: FetchPart,
  { dropId, parts: count, size: total }: Announced,
  staging: Staging,
  { onProgress, signal }: ReceiveOptions,
): Parts {
  const transfer: Transfer = { renewedAtMs: server.ticks() }
  const underWay = new Map<number, Promise<void>>()
  /** Bytes of the parts that are in the staging, and of those that are coming in. */
  const there = new Map<number, number>()
  const coming = new Map<number, number>()

  return {
    count,
    size: total,
    async part(n) {
      if (!Number.isInteger(n) || n < 0 || n >= count) throw new RangeError('no such part')
      if (signal?.aborted === true) throw new DropError('stopped')
      // A later part needs a claim; and a reader who is refused asks once.
      if (n > 0 && !there.has(0)) await bringIn(0)
      const come = bringIn(n)
      if (there.has(0)) fetchAhead(n)
      await come
      if (n === 0) fetchAhead(0)
      const bytes = await staging.read(n)
      if (bytes !== undefined) return bytes
      there.delete(n)
      throw new Error('a part that was staged is gone')
    },
  }

  function fetchAhead(n: number): void {
    for (let ahead = n + 1; ahead < Math.min(count, n + 1 + AHEAD); ahead++) {
      // The reader of it is told how it went.
      bringIn(ahead).catch(() => {})
    }
  }

  /** Stages a part that is not in memory. A failed one is tried again when it is asked for again. */
  function bringIn(n: number): Promise<void> {
    if (there.has(n)) return Promise.resolve()
    const running = underWay.get(n) ?? load(n).finally(() => underWay.delete(n))
    underWay.set(n, running)
    return running
  }

  async function load(n: number): Promise<void> {
    const size = (await staging.size(n)) ?? (await fetchInto(n))
    coming.delete(n)
    there.set(n, size)
    tell()
  }

  /** @returns its bytes */
  async function fetchInto(n: number): Promise<number> {
    const part = await fetchBy(n, fetchBytes)
    const { length } = part
    await staging.keep(n, part)
    return length
  }

  async function fetchBytes(n: number, call: Call): Promise<Bytes> {
    const told = (progress: Progress): void => {
      if (progress.stage === 'waiting') onProgress?.(progress)
      if (progress.stage !== 'receiving' || there.has(n)) return
      coming.set(n, progress.bytes)
      tell()
    }
    const body = await ask(server, { ...call, dropId, transfer, signal, onProgress: told }, PART)
    transfer.renewedAtMs = server.ticks()
    return body
  }

  function tell(): void {
    const sum = (sizes: Map<number, number>): number => [...sizes.values()].reduce((all, size) => all + size, 0)
    onProgress?.({ stage: 'receiving', bytes: Math.min(total, sum(there) + sum(coming)), total })
  }
}

/** Asks by link: the first part is got by claiming a read, with the nonce that was offered. */
export function byClaim(opener: Opener, reader: SigningKey, offered: string | undefined): FetchPart {
  const { locator, claim: claimKey } = opener
  let nonce = offered
  let reclaim: Promise<void> | undefined

  return async (n, send) => {
    if (n === 0) return await claimRead(send)
    const call = { name: 'part', query: formatPartQuery(n), reader: reader.publicKey, signers: { reader } } as const
    try {
      return await send(n, call)
    } catch (error) {
      if (!(error instanceof Refused) || error.code !== 'gone') throw error
      // A claimant is told why it is gone: dismissed, claimed by others, read.
      await claimAgain(send)
      // Nobody forgets a reader key because of this.
      return await send(n, call).catch(notGone)
    }
  }

  /** Once for all parts that find it gone: a wrong passphrase must not count for each of them. */
  async function claimAgain(send: Send): Promise<void> {
    reclaim ??= claimRead(send).then(() => {})
    try {
      await reclaim
    } catch (error) {
      if (!(error instanceof Refused)) reclaim = undefined
      throw error
    }
  }

  async function claimRead(send: Send): Promise<Bytes> {
    const body = formatReaderBody(reader.publicKey)
    const call = { name: 'claim', body, signers: { locator, claim: claimKey }, nonce } as const
    // A nonce is good for one claim; another makes its own.
    nonce = undefined
    return send(0, call)
  }
}

/** Parts fetched ahead of the one that is wanted. Two at a time fill a line; each more is another part in memory. */
const AHEAD = 1
