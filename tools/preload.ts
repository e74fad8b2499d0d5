import type { Metafile } from 'esbuild'

/**
 * Makes each `import()` in the scripts of the page fetch the static imports of its target at the same moment, so that no chunk has to
 * arrive before the next is asked for. WebKit needs it for another reason, too:
 * docs/decisions/0019-scripts-before-those-that-import-them.md.
 * @returns the files, changed
 * @throws Error for an import that is in `meta` and not in the script
 */
export function preloadImports(files: ReadonlyMap<string, Uint8Array>, meta: Metafile): Map<string, Uint8Array> {
  const changed = new Map(files)
  for (const [output, { imports }] of Object.entries(meta.outputs)) {
    const targets = new Set(imports.flatMap(({ kind, path: to }) => (kind === 'dynamic-import' ? [to] : [])))
    if (targets.size === 0) continue
    const there = new Set([output, ...staticImports(meta, output)])
    const path = output.replace(SERVED, '')
    let script = new TextDecoder().decode(files.get(path))
    for (const target of targets) {
      // Scripts that are bundled apart are imported by their address.
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
  return changed
}

/** The outputs that `output` imports statically, directly or not, without itself: each after its own imports. */
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
