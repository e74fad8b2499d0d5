import { SOCKETS, type Visit, type Visitor } from './browse.ts'
import type { Browser } from './browsers.ts'
import { compare, type Difference } from './compare.ts'
import type { Manifest, ServedFile } from './manifest.ts'
import { waysTo, type Way } from './ways.ts'

/** A difference, and in whose place it was seen. */
export type Seen = Difference & { readonly as: readonly Browser[] }

/** An observation of a server at one time. */
export interface Observation {
  readonly origin: string
  /** ISO 8601, when it began. */
  readonly at: string
  /** Of the release that it was compared with. */
  readonly version: string
  /** The browsers in whose place it was asked. */
  readonly as: readonly Browser[]
  /** Whether everything was there and nothing differed. */
  readonly ok: boolean
  readonly differences: readonly Seen[]
  /** Its first page could not be had: nothing is known then. */
  readonly unreachable?: true
}

/**
 * Asks for every address of the release in the place of every browser, the page first, and compares.
 * @param atMs - milliseconds since 1970
 */
export async function observe(
  origin: string,
  manifest: Manifest,
  visitors: readonly Pick<Visitor, 'browser' | 'visit'>[],
  atMs: number,
): Promise<Observation> {
  const seen = {
    origin,
    at: new Date(atMs).toISOString(),
    version: manifest.version,
    as: visitors.map(({ browser }) => browser),
  }
  const errands = manifest.files.flatMap((file) => waysTo(file).map((way): Errand => [file, way]))
  const [pages, others] = [true, false].map((isPage) => errands.filter(([{ path }]) => (path === '/') === isPage))
  const look = async (visitor: Pick<Visitor, 'browser' | 'visit'>, some: readonly Errand[] = []): Promise<Found[][]> =>
    inLanes(some, async ([file, way]) => {
      const answer = await visitTwice(() => visitor.visit(origin + file.path, way))
      const differences: Difference[] =
        answer === undefined ? [{ kind: 'no_answer', path: file.path }] : compare(manifest, file, origin, answer)
      return differences.map((difference): Found => [difference, visitor.browser])
    })
  const first = (await Promise.all(visitors.map((each) => look(each, pages)))).flat()
  // One browser and one way in which it could be had are enough: a person who gets this answer may be deceived.
  if (first.every((each) => each.some(([{ kind }]) => kind === 'no_answer')))
    return { ...seen, ok: false, differences: [], unreachable: true }
  const rest: Found[][] = []
  // One after another: nobody loads a page in three browsers at once.
  for (const visitor of visitors) rest.push(...(await look(visitor, others)))
  const differences = merge([...first, ...rest].flat())
  return { ...seen, ok: differences.length === 0, differences }
}

type Errand = readonly [file: ServedFile, way: Way]

type Found = readonly [difference: Difference, browser: Browser]

/** A difference in two ways, or to two browsers, is mostly the same in both: it is told once, with all that saw it. */
function merge(found: readonly Found[]): Seen[] {
  const all = new Map<string, [Difference, Set<Browser>]>()
  for (const [difference, browser] of found) {
    const key = JSON.stringify(difference)
    const [, browsers] = all.get(key) ?? []
    if (browsers === undefined) all.set(key, [difference, new Set([browser])])
    else browsers.add(browser)
  }
  return [...all.values()].map(([difference, browsers]) => ({ ...difference, as: [...browsers] }))
}

/** Does all of it, so many at a time. @returns the result of each, in order */
async function inLanes<T, R>(all: readonly T[], work: (each: T) => Promise<R>): Promise<R[]> {
  const done: R[] = []
  const left = all.entries()
  const lane = async (): Promise<void> => {
    for (const [index, each] of left) done[index] = await work(each)
  }
  await Promise.all(Array.from({ length: SOCKETS }, lane))
  return done
}

/** A connection may have been closed while it was not used: that says nothing of the server. */
async function visitTwice(visit: () => Promise<Visit>): Promise<Visit | undefined> {
  try {
    return await visit()
  } catch {
    return visit().catch(() => undefined)
  }
}
