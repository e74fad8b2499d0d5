import type { Server } from '#client/server.ts'
import type { Answer, Exchange } from '#client/transport.ts'
import { parsePartQuery, REQUESTS, type RequestName } from '#protocol/api.ts'
import { parseDeleteBody, parseItemsQuery, type Item } from '#protocol/box-api.ts'
import { sha256, toBase64url, type Bytes } from '#protocol/bytes.ts'
import { contentDigest } from '#protocol/content-digest.ts'
import { dayAt } from '#protocol/epoch.ts'
import { parseBoxTerms, parseExtent } from '#protocol/parse-terms.ts'
import { parseDropId } from '#protocol/id.ts'
import { NOW, ORIGIN } from './boxes.ts'
import { refuses, says, type Reply } from './network.ts'

/** What becomes of a request that a test has its hand in; `undefined` for what would become of it anyway. */
export type Hand = (name: RequestName, exchange: Exchange) => Reply | undefined | Promise<Reply | undefined>

/** A server that holds boxes, over a network that a test makes up. It does as it is told, and checks no signature. */
export interface BoxServer extends Server {
  readonly exchanges: readonly Exchange[]
  /** The names of the requests, in order. */
  readonly asked: readonly RequestName[]
  /** What it hands out as the card of a box. */
  readonly cards: Map<string, string>
  /** What it lists for a box, in the order of arrival. */
  readonly lists: Map<string, Item[]>
  /** The bytes of drops, part by part. */
  readonly parts: Map<string, Bytes[]>
  /** What it says to whoever asks from now on. */
  hand: Hand
}

export function boxServer(): BoxServer {
  const exchanges: Exchange[] = []
  const asked: RequestName[] = []
  const cards = new Map<string, string>()
  const lists = new Map<string, Item[]>()
  const parts = new Map<string, Bytes[]>()
  const begun = new Map<string, { box: string; size: number; parts: number; ttlSeconds: number }>()
  const listed = new Set<string>()
  let seq = 0

  const expiry = (ttlSeconds: number): number => Math.ceil((NOW / 1_000 + ttlSeconds) / 86_400) * 86_400
  const created = (drop: string, status: number): Reply => {
    const known = begun.get(drop)
    if (known === undefined) return refuses('gone')
    const { size, parts: count, ttlSeconds } = known
    return says({ expires: expiry(ttlSeconds), reads: 0, size, parts: count }, {}, status)
  }
  const enter = (drop: string): void => {
    const known = begun.get(drop)
    const id = parseDropId(drop)
    if (known === undefined || id === undefined || listed.has(drop)) return
    listed.add(drop)
    const { box, size, parts: count, ttlSeconds } = known
    const item = { drop: id, seq: ++seq, size, parts: count, arrived: dayAt(NOW), expires: expiry(ttlSeconds) }
    lists.set(box, [...(lists.get(box) ?? []), item])
  }

  async function answer(name: RequestName, { url, fields, body = new Uint8Array(0) }: Exchange): Promise<Reply> {
    const drop = fields['Drop-Id'] ?? ''
    const box = fields['Box-Address'] ?? ''
    const query = new URL(url).search
    switch (name) {
      case 'create':
      case 'begin': {
        const terms = parseBoxTerms(fields['Drop-Terms'] ?? '')
        const extent = name === 'create' ? { size: body.length, parts: 1 } : parseExtent(fields['Drop-Extent'] ?? '')
        if (terms === undefined || extent === undefined) return refuses('bad_request')
        begun.set(drop, { ...extent, box: terms.box, ttlSeconds: terms.ttlSeconds })
        if (name === 'create') parts.set(drop, [new Uint8Array(body)])
        if (name === 'create') enter(drop)
        return created(drop, 201)
      }
      case 'upload':
        parts.set(drop, Object.assign([...(parts.get(drop) ?? [])], { [parsePartQuery(query) ?? 0]: body.slice() }))
        return says({}, {}, 201)
      case 'limits':
        return says({ largest: 104_857_600, time: NOW / 1_000 })
      case 'uploaded': {
        const known = begun.get(drop)
        if (known === undefined) return refuses('gone')
        const { size, ttlSeconds, parts: count } = known
        const received: (string | null)[] = []
        for (let n = 0; n < count; n++) {
          const part = parts.get(drop)?.[n]
          received.push(part === undefined ? null : toBase64url(await sha256(part)))
        }
        const state = listed.has(drop) ? 'ready' : 'uploading'
        return says({ expires: expiry(ttlSeconds), reads: 0, size, parts: count, state, received })
      }
      case 'commit':
        enter(drop)
        return created(drop, 200)
      case 'revoke': {
        const known = begun.get(drop)
        if (known === undefined) return refuses('gone')
        const { size, ttlSeconds, parts: count } = known
        for (const [address, items] of lists)
          lists.set(
            address,
            items.filter((item) => item.drop !== drop),
          )
        const ended = { state: 'revoked', triesLeft: 10, claims: [] }
        return says({ expires: expiry(ttlSeconds), reads: 0, size, parts: count, ...ended })
      }
      case 'card': {
        const card = cards.get(box)
        return card === undefined ? refuses('gone') : says({ card, largest: 104_857_600 })
      }
      case 'items': {
        const { order, seq: from, most } = parseItemsQuery(query) ?? { order: 'after', seq: 0, most: 1 }
        const all = lists.get(box) ?? []
        const found = order === 'after' ? all.filter((each) => each.seq > from) : all.toReversed()
        const items = order === 'after' ? found : found.filter((each) => each.seq < from)
        const bytes = all.reduce((sum, { size }) => sum + size, 0)
        return says({ items: items.slice(0, most), more: items.length > most, count: all.length, bytes })
      }
      case 'collect': {
        const part = parts.get(drop)?.[parsePartQuery(query) ?? 0]
        const isThere = (lists.get(box) ?? []).some((item) => item.drop === drop)
        if (part === undefined || !isThere) return refuses('gone')
        return says(part, { 'Content-Digest': await contentDigest(part) })
      }
      case 'delete': {
        const drops: readonly string[] = parseDeleteBody(body) ?? []
        const left = (lists.get(box) ?? []).filter((item) => !drops.includes(item.drop))
        lists.set(box, left)
        return says({ deleted: drops.length })
      }
      default:
        return refuses('not_found')
    }
  }

  const server: BoxServer = {
    origin: ORIGIN,
    patienceMs: 60_000,
    clock: () => NOW,
    ticks: () => NOW,
    wait: async () => {},
    exchanges,
    asked,
    cards,
    lists,
    parts,
    hand: () => undefined,
    async transport(exchange): Promise<Answer> {
      const name = nameOf(exchange)
      exchanges.push(exchange)
      asked.push(name)
      return ((await server.hand(name, exchange)) ?? (await answer(name, exchange)))(exchange)
    },
  }
  return server
}

function nameOf({ method, url }: Exchange): RequestName {
  const { pathname } = new URL(url)
  const found = (Object.keys(REQUESTS) as RequestName[]).find(
    (name) => REQUESTS[name].path === pathname && REQUESTS[name].method === method,
  )
  if (found === undefined) throw new Error('no such request')
  return found
}
