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

/** A test's own reply to a request; `undefined` for the reply that it would get anyway. */
export type Hand = (name: RequestName, exchange: Exchange) => Reply | undefined | Promise<Reply | undefined>

/** A server that holds boxes, over a network that a test makes up. It does as it is told, and checks no signature. */
export interface BoxServer extends Server {
  readonly exchanges: readonly Exchange[]
  /** The names of the requests, in order. */
  readonly asked: readonly RequestName[]
  /** The cards that it serves, by box. */
  readonly cards: Map<string, string>
  /** Its list for each box, in the order of arrival. */
  readonly lists: Map<string, Item[]>
  /** The bytes of drops, part by part. */
  readonly parts: Map<string, Bytes[]>
  /** Decides about the requests from now on. */
  hand: Hand
}

export function boxServer(): BoxServer {
  const held = new HeldBoxes()
  const exchanges: Exchange[] = []
  const asked: RequestName[] = []
  const server: BoxServer = {
    origin: ORIGIN,
    patienceMs: 60_000,
    clock: () => NOW,
    ticks: () => NOW,
    wait: async () => {},
    exchanges,
    asked,
    cards: held.cards,
    lists: held.lists,
    parts: held.parts,
    hand: () => undefined,
    async transport(exchange): Promise<Answer> {
      const name = nameOf(exchange)
      exchanges.push(exchange)
      asked.push(name)
      return ((await server.hand(name, exchange)) ?? (await answer(held, name, exchange)))(exchange)
    },
  }
  return server
}

/** A drop that somebody deposits, or has deposited. */
interface HeldDrop {
  readonly box: string
  readonly size: number
  readonly parts: number
  readonly ttlSeconds: number
}

/** All that the server holds. */
class HeldBoxes {
  readonly cards = new Map<string, string>()
  readonly lists = new Map<string, Item[]>()
  readonly parts = new Map<string, Bytes[]>()
  readonly drops = new Map<string, HeldDrop>()
  readonly listed = new Set<string>()
  #seq = 0

  listOf(box: string): readonly Item[] {
    return this.lists.get(box) ?? []
  }

  /** All of a drop is there: it is listed, once. */
  enter(drop: string): void {
    const held = this.drops.get(drop)
    const id = parseDropId(drop)
    if (held === undefined || id === undefined || this.listed.has(drop)) return
    this.listed.add(drop)
    const { box, size, parts } = held
    const item = { drop: id, seq: ++this.#seq, size, parts, arrived: dayAt(NOW), expires: expiryOf(held) }
    this.lists.set(box, [...this.listOf(box), item])
  }

  /** For each part its hash, or `null` where it is missing. */
  async received(drop: string, count: number): Promise<readonly (string | null)[]> {
    const received: (string | null)[] = []
    for (let n = 0; n < count; n++) {
      const part = this.parts.get(drop)?.[n]
      received.push(part === undefined ? null : toBase64url(await sha256(part)))
    }
    return received
  }
}

function expiryOf({ ttlSeconds }: HeldDrop): number {
  return Math.ceil((NOW / 1_000 + ttlSeconds) / 86_400) * 86_400
}

/** The part of a drop's state that is in every answer about it. */
function described(held: HeldDrop): { expires: number; reads: number; size: number; parts: number } {
  return { expires: expiryOf(held), reads: 0, size: held.size, parts: held.parts }
}

async function answer(held: HeldBoxes, name: RequestName, exchange: Exchange): Promise<Reply> {
  const { fields, body = new Uint8Array(0) } = exchange
  const drop = fields['Drop-Id'] ?? ''
  const known = held.drops.get(drop)
  const n = parsePartQuery(new URL(exchange.url).search) ?? 0
  switch (name) {
    case 'limits':
      return says({ largest: 104_857_600, time: NOW / 1_000 })
    case 'create':
    case 'begin':
      return deposit(held, name, exchange)
    case 'upload':
      held.parts.set(drop, Object.assign([...(held.parts.get(drop) ?? [])], { [n]: body.slice() }))
      return says({}, {}, 201)
    case 'uploaded': {
      if (known === undefined) return refuses('gone')
      const state = held.listed.has(drop) ? 'ready' : 'uploading'
      return says({ ...described(known), state, received: await held.received(drop, known.parts) })
    }
    case 'commit':
      held.enter(drop)
      return known === undefined ? refuses('gone') : says(described(known))
    case 'revoke': {
      if (known === undefined) return refuses('gone')
      for (const [box, items] of held.lists)
        held.lists.set(
          box,
          items.filter((item) => item.drop !== drop),
        )
      return says({ ...described(known), state: 'revoked', triesLeft: 10, claims: [] })
    }
    default:
      return answerAboutBox(held, name, exchange)
  }
}

function deposit(held: HeldBoxes, name: 'create' | 'begin', { fields, body = new Uint8Array(0) }: Exchange): Reply {
  const drop = fields['Drop-Id'] ?? ''
  const terms = parseBoxTerms(fields['Drop-Terms'] ?? '')
  const extent = name === 'create' ? { size: body.length, parts: 1 } : parseExtent(fields['Drop-Extent'] ?? '')
  if (terms === undefined || extent === undefined) return refuses('bad_request')
  const known = { ...extent, box: terms.box, ttlSeconds: terms.ttlSeconds }
  held.drops.set(drop, known)
  if (name === 'create') {
    held.parts.set(drop, [new Uint8Array(body)])
    held.enter(drop)
  }
  return says(described(known), {}, 201)
}

async function answerAboutBox(held: HeldBoxes, name: RequestName, exchange: Exchange): Promise<Reply> {
  const { url, fields, body = new Uint8Array(0) } = exchange
  const box = fields['Box-Address'] ?? ''
  const query = new URL(url).search
  const all = held.listOf(box)
  switch (name) {
    case 'card': {
      const card = held.cards.get(box)
      return card === undefined ? refuses('gone') : says({ card, largest: 104_857_600 })
    }
    case 'items': {
      const { order, seq, most } = parseItemsQuery(query) ?? { order: 'after', seq: 0, most: 1 }
      const items =
        order === 'after' ? all.filter((each) => each.seq > seq) : all.toReversed().filter((each) => each.seq < seq)
      const bytes = all.reduce((sum, { size }) => sum + size, 0)
      return says({ items: items.slice(0, most), more: items.length > most, count: all.length, bytes })
    }
    case 'collect': {
      const part = held.parts.get(fields['Drop-Id'] ?? '')?.[parsePartQuery(query) ?? 0]
      const isThere = all.some((item) => item.drop === fields['Drop-Id'])
      if (part === undefined || !isThere) return refuses('gone')
      return says(part, { 'Content-Digest': await contentDigest(part) })
    }
    case 'delete': {
      const drops: readonly string[] = parseDeleteBody(body) ?? []
      held.lists.set(
        box,
        all.filter((item) => !drops.includes(item.drop)),
      )
      return says({ deleted: drops.length })
    }
    default:
      return refuses('not_found')
  }
}

function nameOf({ method, url }: Exchange): RequestName {
  const { pathname } = new URL(url)
  const found = (Object.keys(REQUESTS) as RequestName[]).find(
    (name) => REQUESTS[name].path === pathname && REQUESTS[name].method === method,
  )
  if (found === undefined) throw new Error('no such request')
  return found
}
