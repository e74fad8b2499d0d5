import type { Answer, Exchange } from '#client/transport.ts'
import type { Server } from '#client/server.ts'
import { parseCommitBody, parsePartQuery } from '#protocol/api.ts'
import { joinBytes, sha256, toBase64url, type Bytes } from '#protocol/bytes.ts'
import { contentDigest } from '#protocol/content-digest.ts'
import { parseExtent, parseTerms } from '#protocol/parse-terms.ts'
import { refuses, says, type Reply } from './network.ts'

/** A test's own reply to a request; `undefined` for the reply that it would get anyway. */
export type Hand = (request: string, n: number, exchange: Exchange) => Reply | undefined

/** A server that takes and gives one drop in parts, over a network that a test makes up. It checks no signature. */
export interface PartsServer extends Server {
  /** `upload 0`, `commit`, …: what was asked, in order. */
  readonly asked: readonly string[]
  readonly parts: Map<number, Bytes>
  readonly waits: readonly number[]
  state(): 'none' | 'uploading' | 'ready'
}

export function partsServer(hand: Hand = () => undefined, patienceMs = 60_000): PartsServer {
  const asked: string[] = []
  const waits: number[] = []
  const parts = new Map<number, Bytes>()
  let state: 'none' | 'uploading' | 'ready' = 'none'
  let about = { expires: 1_800_086_400, reads: 1, size: 0, parts: 0 }
  let now = 1_800_000_000_000

  const digests = async (): Promise<Bytes[]> => {
    const all: Bytes[] = []
    for (let n = 0; n < about.parts; n++) {
      const part = parts.get(n)
      if (part !== undefined) all[n] = await sha256(part)
    }
    return all
  }
  const answer = async (request: string, n: number, { fields, body = new Uint8Array(0) }: Exchange): Promise<Reply> => {
    switch (request) {
      case 'begin': {
        const extent = parseExtent(fields['Drop-Extent'] ?? '')
        const reads = parseTerms(fields['Drop-Terms'] ?? '')?.reads
        if (extent === undefined || reads === undefined) return refuses('bad_request')
        if (state === 'none') state = 'uploading'
        about = { ...about, ...extent, reads }
        return says(about, {}, 201)
      }
      case 'upload':
        if (fields['Content-Digest'] !== (await contentDigest(body))) return refuses('bad_request')
        parts.set(n, new Uint8Array(body))
        return says({}, {}, 201)
      case 'uploaded': {
        const known = await digests()
        const received = Array.from({ length: about.parts }, (_, each) => {
          const digest = known[each]
          return digest === undefined ? null : toBase64url(digest)
        })
        return says({ ...about, state, received })
      }
      case 'commit': {
        const known = await digests()
        const hash = known.filter(() => true).length === about.parts ? toBase64url(await sha256(joinBytes(known))) : ''
        if (hash !== parseCommitBody(body)) return refuses('incomplete')
        state = 'ready'
        return says({ ...about, expires: 1_800_003_600 })
      }
      case 'claim':
      case 'part': {
        const part = parts.get(request === 'claim' ? 0 : n)
        return part === undefined ? refuses('gone') : says(part, { 'Content-Digest': await contentDigest(part) })
      }
      default:
        return refuses('not_found')
    }
  }
  return {
    origin: 'https://drop.example',
    patienceMs,
    clock: () => now,
    ticks: () => now,
    wait: async (ms) => {
      waits.push(ms)
      now += ms
    },
    async transport(exchange): Promise<Answer> {
      const { pathname, search } = new URL(exchange.url)
      const request = pathname.split('/').at(-1) ?? ''
      const n = parsePartQuery(search) ?? -1
      asked.push(n === -1 ? request : `${request} ${n}`)
      if (exchange.signal?.aborted === true) throw new TypeError('aborted')
      return (hand(request, n, exchange) ?? (await answer(request, n, exchange)))(exchange)
    },
    asked,
    waits,
    parts,
    state: () => state,
  }
}
