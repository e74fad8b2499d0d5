import { SOCKETS, type Visit, type Visitor } from './browse.ts'
import { compare, type Difference } from './compare.ts'
import type { Manifest, ServedFile } from './manifest.ts'
import { waysTo, type Way } from './ways.ts'

/** What was seen of a server at one time. */
export interface Observation {
  readonly origin: string
  /** ISO 8601, when it began. */
  readonly at: string
  /** Of the release that it was compared with. */
  readonly version: string
  /** Whether everything was there and nothing differed. */
  readonly ok: boolean
  readonly differences: readonly Difference[]
  /** Its first page could not be had: nothing is known then. */
  readonly unreachable?: true
}

/** Asks for every address of the release, the page first, and compares. @param atMs - milliseconds since 1970 */
export async function observe(
  origin: string,
  manifest: Manifest,
  { visit }: Pick<Visitor, 'visit'>,
  atMs: number,
): Promise<Observation> {
  const seen = { origin, at: new Date(atMs).toISOString(), version: manifest.version }
  const look = async ([file, way]: Errand): Promise<Difference[]> => {
    const answer = await visitTwice(() => visit(origin + file.path, way))
    return answer === undefined ? [{ kind: 'no_answer', path: file.path }] : compare(manifest, file, origin, answer)
  }
  const errands = manifest.files.flatMap((file) => waysTo(file).map((way): Errand => [file, way]))
  const first = await inLanes(
    errands.filter(([{ path }]) => path === '/'),
    look,
  )
  // One way in which it could be had is enough: who is answered in that one may be deceived.
  if (first.every((each) => each.some(({ kind }) => kind === 'no_answer')))
    return { ...seen, ok: false, differences: [], unreachable: true }
  const rest = await inLanes(
    errands.filter(([{ path }]) => path !== '/'),
    look,
  )
  // What was asked for in two ways mostly differs in both.
  const found = new Map([...first, ...rest].flat().map((each) => [JSON.stringify(each), each]))
  return { ...seen, ok: found.size === 0, differences: [...found.values()] }
}

type Errand = readonly [file: ServedFile, way: Way]

/** Does all of it, so many at a time. @returns what came of each, in order */
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
