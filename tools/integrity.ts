import type { Metafile } from 'esbuild'
import { createHash } from 'node:crypto'

/** The integrity of a file, `sha256-…`: SRI §3.2. Between `'` it is also the hash of an inline script: CSP 3 §2.3.1. */
export function integrityOf(contents: string | Uint8Array): string {
  return `sha256-${createHash('sha256').update(contents).digest('base64')}`
}

/**
 * The import map (HTML §8.1.6.2) of the page whose script was built from `entry`, with the integrity of every chunk that it can
 * fetch, at once or later. A browser refuses any other bytes.
 * @throws Error for an import that was not built
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

/** The outputs that a script can import, directly or not, and itself. */
function reachable({ outputs }: Metafile, entry: string): Set<string> {
  const seen = new Set(Object.keys(outputs).filter((path) => outputs[path]?.entryPoint === entry))
  // Iterating a set includes values that are added meanwhile. Scripts that are bundled apart are imported by their address.
  for (const output of seen)
    for (const { path } of outputs[output]?.imports ?? []) seen.add(path.startsWith('/') ? `dist/web${path}` : path)
  return seen
}
