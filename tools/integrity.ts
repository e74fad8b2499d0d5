import type { Metafile } from 'esbuild'
import { createHash } from 'node:crypto'

/** What a browser is told a file holds: `sha256-…`. SRI §3.2; within `'` also the hash of an inline script, CSP 3 §2.3.1. */
export function integrityOf(contents: string | Uint8Array): string {
  return `sha256-${createHash('sha256').update(contents).digest('base64')}`
}

/**
 * The import map (HTML §8.1.6.2) of the page whose script was made from `entry`: for every chunk that it can come to fetch,
 * at once or later, what it must hold. A browser refuses any other.
 * @throws Error for an import that was not built.
 */
export function makeImportMap(meta: Metafile, entry: string, files: ReadonlyMap<string, Uint8Array>): string {
  const chunks = [...reachable(meta, entry)].map((output) => output.replace(/^dist\/web\//, '')).toSorted()
  const integrity = chunks.map((path) => {
    const contents = files.get(path)
    if (contents === undefined) throw new Error(`${entry} imports ${path}, which was not built.`)
    return [`/${path}`, integrityOf(contents)]
  })
  return JSON.stringify({ integrity: Object.fromEntries(integrity) })
}

/** The outputs that a script can import, directly or not, itself too. */
function reachable({ outputs }: Metafile, entry: string): Set<string> {
  const seen = new Set(Object.keys(outputs).filter((path) => outputs[path]?.entryPoint === entry))
  // A set is gone through with what is added meanwhile. What is bundled apart is imported by its address.
  for (const output of seen)
    for (const { path } of outputs[output]?.imports ?? []) seen.add(path.startsWith('/') ? `dist/web${path}` : path)
  return seen
}
