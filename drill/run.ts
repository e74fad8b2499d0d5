import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { stanzasFor } from '#client/crypto/padded-header.ts'
import { findCandidates, type Candidates } from './candidates.ts'
import { checkDeclared, SETTINGS, undeclaredFields } from './declared.ts'
import { findLocks, type Locks } from './locks.ts'
import { Notebook } from './notebook.ts'
import { practise } from './people/people.ts'
import { startProduct, type Product } from './product.ts'
import { groupSightings, type Keys, type DrillReport, type Stanzas } from './report.ts'
import { searchAll } from './search.ts'
import { seizeAll, type Holdings } from './seize.ts'
import { tryAsKey } from './tries.ts'

export interface DrillOptions {
  /** Whether the page is used as well, in Chromium. */
  readonly withPage: boolean
  /** Time for trying runs of bytes as keys, in milliseconds. */
  readonly patienceMs: number
}

/**
 * Starts the build in `root`, lets people use everything, seizes the server, and searches for things that must not be there.
 * @param root - the top folder of a project, with its `dist/`
 */
export async function runDrill(root: string, options: DrillOptions): Promise<DrillReport> {
  const began = performance.now()
  const folder = mkdtempSync(join(tmpdir(), 'sealdrop-drill-'))
  try {
    const notebook = new Notebook()
    const holdings = await practiseAndSeize(root, folder, notebook, options)
    const { notes } = notebook
    checkDeclared(notes)
    const { sightings, ...search } = searchAll(notes, holdings)
    const undeclared = undeclaredFields(holdings)
    const candidates = findCandidates(holdings)
    const locks = findLocks(
      holdings,
      candidates.whole.map(({ value }) => value),
    )
    const keys = tryKeys(candidates, locks, notebook, options.patienceMs)
    const stanzas = countStanzas(locks, holdings, notebook)
    const found = groupSightings(sightings.filter(({ isDeclared }) => !isDeclared))
    const isSound = keys.controls.every(({ opens }) => opens) && keys.openings.length === 0
    const isCounted = stanzas.every((each) => each.stanzas === each.expected)
    return {
      v: 1,
      passed: found.length === 0 && undeclared.length === 0 && isSound && isCounted,
      seconds: (performance.now() - began) / 1_000,
      looked: countBy(notes.map(({ what }) => what)),
      places: holdings.all
        .filter(({ kind }) => kind !== 'value')
        .map(({ place, bytes }) => ({ place, bytes: bytes.length })),
      search,
      found,
      declared: groupSightings(sightings.filter(({ isDeclared }) => isDeclared)),
      undeclaredFields: undeclared,
      keys,
      stanzas,
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Seizes the server while it runs, as the people left it. */
async function practiseAndSeize(
  root: string,
  folder: string,
  notebook: Notebook,
  { withPage }: DrillOptions,
): Promise<Holdings> {
  const data = join(folder, 'data')
  const product = await startProduct(root, data)
  try {
    await practise(product.url, notebook, { root, folder, withPage })
  } finally {
    await product.seize()
  }
  return seizeAll(data, textsOf(product, root))
}

/** Everything that an operator has in addition to the data: the output of the server, and all of its input. */
export function textsOf(product: Product, root: string): Readonly<Record<string, string>> {
  const origins = [product.url, product.url.replace('localhost', '127.0.0.1')].join()
  return {
    printed: product.printed(),
    environment: product.environment,
    [SETTINGS]: `${readFileSync(join(root, 'dist/worker/settings.json'), 'utf8')}\nORIGIN=${origins}\n`,
    // The code could contain a key.
    'code of the worker': readFileSync(join(root, 'dist/worker/main.js'), 'utf8'),
  }
}

function tryKeys({ whole, windows }: Candidates, locks: Locks, notebook: Notebook, patienceMs: number): Keys {
  const openings = whole.flatMap(({ place, value }) =>
    tryAsKey(value, locks, 'whole').map((opening) => ({ place, ...opening })),
  )
  const deadline = performance.now() + patienceMs
  let tried = 0
  let isEveryWindowTried = true
  for (const { place, value } of windows) {
    if (performance.now() > deadline) {
      isEveryWindowTried = false
      break
    }
    tried++
    openings.push(...tryAsKey(value, locks, 'quick').map((opening) => ({ place, ...opening })))
  }
  const controls = CONTROLS.map((what) => {
    const own = notebook.notes.filter((note) => note.what === what)
    return { what, opens: own.some(({ bytes }) => tryAsKey(bytes, locks, 'whole').length > 0) }
  })
  return {
    ciphertexts: locks.ciphertexts.length,
    whole: whole.length,
    windows: tried,
    isEveryWindowTried,
    openings,
    controls,
  }
}

/** A link and an answer have one recipient, a drop for a box as many as its card then had, padded. docs/protocol.md §3.1. */
function countStanzas({ ciphertexts }: Locks, { rows }: Holdings, notebook: Notebook): Stanzas[] {
  const boxOf = new Map((rows.get('drops') ?? []).map(({ box, id }) => [hex(id), hex(box)]))
  const readersOf = new Map((rows.get('cards') ?? []).map(({ box, readers }) => [hex(box), String(readers)]))
  return ciphertexts.map(({ count, drop }) => {
    const readers: unknown = JSON.parse(readersOf.get(boxOf.get(drop) ?? '') ?? '[]')
    const otherwise = stanzasFor(Array.isArray(readers) ? readers.length : 1)
    return { drop, stanzas: count, expected: notebook.stanzasOf(drop) ?? otherwise }
  })
}

function hex(value: unknown): string {
  return value instanceof Uint8Array ? Buffer.from(value).toString('hex') : ''
}

function countBy(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1
  return counts
}

/** Kinds of key of which people had at least one that opens something stored. */
const CONTROLS = [
  'secret of a link',
  'key of a link',
  'key of a link and its passphrase',
  'file key',
  'seed of an age identity',
  'seed of a locator key',
  'seed of a claim key',
  'seed of a sender key',
  'seed of a reader key',
  'secret of a box',
  'seed of a root key',
  'entropy of a phrase',
  'secret of a reader',
  'key of a reader',
  'seed of a reader of a box',
  'key of a chain',
  'entropy of a return code',
  'seed of a return key',
  'secret of an invitation',
]
