import type { Metafile } from 'esbuild'
import type { Bundle } from './bundle.ts'

/**
 * Lets every script that fetches another one later fetch in the same breath all that comes with it. So nothing waits for a chunk to
 * arrive before it asks for the next; and what an import statement asks for is on its way already, which WebKit needs:
 * docs/decisions/0019-scripts-before-those-that-import-them.md.
 * @throws Error for an import that the account of the bundle has and its script has not.
 */
export function fetchAhead({ files, meta }: Bundle): Bundle {
  const changed = new Map(files)
  for (const [output, { imports }] of Object.entries(meta.outputs)) {
    const targets = new Set(imports.flatMap(({ kind, path: to }) => (kind === 'dynamic-import' ? [to] : [])))
    if (targets.size === 0) continue
    const there = new Set([output, ...staticImports(meta, output)])
    const path = output.replace(SERVED, '')
    let script = new TextDecoder().decode(files.get(path))
    for (const target of targets) {
      // What is bundled apart is imported by its address.
      const said = target.startsWith('/') ? target : `./${nameOf(target)}`
      const order = `import("${said}")`
      if (!script.includes(order)) throw new Error(`${path} has no ${order}.`)
      const ahead = staticImports(meta, outputAt(target)).filter((each) => !there.has(each))
      if (ahead.length === 0) continue
      const all = [order, ...ahead.map((each) => `import("./${nameOf(each)}")`)]
      script = script.replaceAll(order, `Promise.all([${all.join(',')}]).then(m=>m[0])`)
    }
    changed.set(path, new TextEncoder().encode(script))
  }
  return { files: changed, meta }
}

/** The outputs that come with `output` before its first line runs, itself left out: each after all that it imports itself. */
export function staticImports(meta: Metafile, output: string, seen: Set<string> = new Set([output])): string[] {
  const direct = (meta.outputs[output]?.imports ?? []).filter(({ kind }) => kind === 'import-statement')
  return direct.flatMap(({ path }) => {
    const at = outputAt(path)
    if (seen.has(at) || meta.outputs[at] === undefined) return []
    seen.add(at)
    return [...staticImports(meta, at, seen), at]
  })
}

function outputAt(path: string): string {
  return path.startsWith('/') ? `dist/web${path}` : path
}

function nameOf(output: string): string {
  return output.replace(/^.*\//, '')
}

const SERVED = /^dist\/web\//
