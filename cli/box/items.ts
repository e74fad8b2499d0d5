import type { Item } from '#protocol/box-api.ts'
import { dropIdBytes, type DropId } from '#protocol/id.ts'
import { MAX_LISTED } from '#protocol/limits.ts'
import type { Access } from '#client/box/access.ts'
import { listItems } from '#client/box/inbox.ts'
import { watchPages } from '#client/box/pages.ts'
import type { Server } from '#client/server.ts'
import { EXIT, Failure } from '../failure.ts'
import { say } from '../terminal/terminal.ts'
import { count } from '../terminal/format.ts'

/** The contents of a box, or of a return address. */
export interface BoxContents {
  /** The newest first. */
  readonly items: readonly Item[]
  /** How many there are in all. */
  readonly count: number
  /** Bytes of ciphertext, in all. */
  readonly bytes: number
}

/**
 * The newest items. @param most - how many; the server is asked page by page.
 * @throws DropError `bad_answer` also for a server that lists more than it says there are
 */
export async function fetchItems(
  server: Server,
  access: Access,
  most: number = Number.POSITIVE_INFINITY,
): Promise<BoxContents> {
  const items: Item[] = []
  const places = new Map<DropId, number>()
  const watched = watchPages()
  for (let seq = NEWEST; ;) {
    const query = { order: 'before', seq, most: Math.min(MAX_LISTED, most - items.length) } as const
    const page = await listItems(server, access, query, places)
    watched(page)
    for (const item of page.items) places.set(item.drop, item.seq)
    items.push(...page.items)
    if (page.repeated.length > 0)
      say(`the server lists ${count(page.repeated.length, 'drop')} a second time: left out, do not trust it`)
    const seen = [...page.items, ...page.repeated].map((item) => item.seq)
    if (!page.more || seen.length === 0 || items.length >= most) return { items, count: page.count, bytes: page.bytes }
    seq = Math.min(...seen)
  }
}

/** The items whose names begin so, each of them one. @throws Failure for a name that none has, or more than one */
export async function findItems(server: Server, access: Access, starts: readonly string[]): Promise<Item[]> {
  const { items } = await fetchItems(server, access)
  const found = starts.map((start) => {
    const named = items.filter(({ drop }) => start !== '' && hexOf(drop).startsWith(start.toLowerCase()))
    const [item, ...others] = named
    if (item !== undefined && others.length === 0) return item
    const problem =
      item === undefined
        ? 'there is no item of this name: deleted already, expired, or never there'
        : 'more than one item begins so'
    const exitCode = item === undefined ? EXIT.gone : EXIT.usage
    throw new Failure(problem, { exitCode, hint: 'the list shows them all' })
  })
  return [...new Set(found)]
}

/** The shortest names, of at least eight characters, that tell these items apart. */
export function namesOf(items: readonly Item[]): ReadonlyMap<DropId, string> {
  const all = items.map(({ drop }) => hexOf(drop))
  const length = NAME_CHARACTERS.find((most) => new Set(all.map((hex) => hex.slice(0, most))).size === all.length)
  return new Map(items.map(({ drop }) => [drop, hexOf(drop).slice(0, length)]))
}

/** The short name of an item by itself. */
export function itemName(drop: DropId): string {
  return hexOf(drop).slice(0, NAME_CHARACTERS[0])
}

/** `2026-11-25`. @param day - since 1970, UTC. */
export function formatDay(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10)
}

function hexOf(drop: DropId): string {
  return Buffer.from(dropIdBytes(drop)).toString('hex')
}

const NAME_CHARACTERS = [8, 12, 16, 32] as const

/** Larger than any place in a list. protocol/box-api.ts, parseItemsQuery. */
const NEWEST = 999_999_999_999_999

const DAY_MS = 86_400_000
