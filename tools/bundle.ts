import { preloadImports } from './preload.ts'
import { build as esbuild, type BuildOptions, type Metafile, type Plugin } from 'esbuild'
import { hash } from 'node:crypto'
import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { relative, resolve, sep } from 'node:path'

/** The top folder of the project. */
export const ROOT: string = fileURLToPath(new URL('..', import.meta.url))

/** The output of esbuild: files by their path below the output folder, and its metafile. */
export interface Bundle {
  readonly files: ReadonlyMap<string, Uint8Array>
  readonly meta: Metafile
}

/**
 * Bundles the worker: ES modules, as `wrangler deploy --no-bundle` uploads them.
 * @param root - the folder to which `entry` and all paths in the metafile are relative
 */
export function bundleWorker(entry: string, root: string = ROOT): Promise<Bundle> {
  return bundle('dist/worker', [{ in: entry, out: 'main' }], {
    absWorkingDir: root,
    conditions: ['workerd', 'worker', 'browser'],
    external: ['cloudflare:*'],
    platform: 'browser',
    target: 'es2024',
  })
}

/**
 * Bundles the page: one entry per script or sheet, chunks for modules that are imported when needed; a worker is one file.
 */
export async function bundleWeb(entries: Readonly<Record<string, string>>): Promise<Bundle> {
  const all = Object.entries(entries).map(([name, path]) => ({ in: path, out: name.replace(/\.\w+$/, '') }))
  const points = all.filter(({ out }) => !out.endsWith('-worker'))
  // Browsers check no hash of a module that a worker imports: docs/decisions/0015.
  const workers = await Promise.all(
    all.filter(({ out }) => out.endsWith('-worker')).map((point) => bundleChunks([point], EMPTY.meta)),
  )
  let made = EMPTY
  for (const source of APART) made = merge(made, await bundleChunks([pointOf(source)], made.meta))
  const rooms = await Promise.all(ROOMS.map((source) => bundleChunks([pointOf(source)], made.meta)))
  // Only the way into a room: whatever draws in it is its own, and nobody else's.
  const doors = rooms.reduce(
    (meta, room) => ({ ...meta, outputs: { ...meta.outputs, ...doorsOf(room.meta) } }),
    made.meta,
  )
  const main = await bundleChunks(points, doors)
  const { files, meta } = [...workers, ...rooms, main].reduce(merge, made)
  return { files: preloadImports(files, meta), meta }
}

const EMPTY: Bundle = { files: new Map(), meta: { inputs: {}, outputs: {} } }

function doorsOf({ outputs }: Metafile): Metafile['outputs'] {
  return Object.fromEntries(Object.entries(outputs).filter(([, { entryPoint = '' }]) => ROOMS.includes(entryPoint)))
}

function merge(a: Bundle, b: Bundle): Bundle {
  return {
    files: new Map([...a.files, ...b.files]),
    meta: {
      inputs: { ...a.meta.inputs, ...b.meta.inputs },
      outputs: { ...a.meta.outputs, ...b.meta.outputs },
    },
  }
}

function pointOf(source: string): { in: string; out: string } {
  return { in: source, out: source.replace(/^.*\/|\.\w+$/g, '') }
}

/** @param made - the metafile of earlier bundles: their modules are imported from there */
function bundleChunks(points: { in: string; out: string }[], made: Metafile): Promise<Bundle> {
  return bundle('dist/web', points, {
    assetNames: NAMES,
    chunkNames: NAMES,
    entryNames: NAMES,
    jsx: 'automatic',
    jsxImportSource: 'preact',
    minify: true,
    platform: 'browser',
    plugins: [leaveOutUnusedRecipients, leaveApart(made)],
    // package.json says that our modules have no side effects (`sideEffects`): otherwise some chunks would be empty.
    splitting: true,
    target: 'es2023',
  })
}

/**
 * The hash in a name covers the output of esbuild. The changes by `preloadImports` follow from its source, whose hash is in every name as
 * well: a file that a browser keeps for ever never has two contents under one name.
 */
const NAMES: string = `assets/[name]-[hash]-${hash('sha256', readFileSync(new URL('preload.ts', import.meta.url))).slice(0, 4)}`

/** Bundles the command line: one file that Node starts. */
export function bundleCli(entry: string): Promise<Bundle> {
  return bundle('dist/cli', [{ in: entry, out: 'sealdrop' }], {
    // Some packages are CommonJS, and require Node's own modules.
    banner: {
      js: `#!/usr/bin/env node\nimport { createRequire } from 'node:module'\nconst require = createRequire(import.meta.url)`,
    },
    platform: 'node',
    plugins: [leaveOutUnusedRecipients, askForBuiltins],
    target: 'node22',
  })
}

async function bundle(
  outdir: string,
  entryPoints: { in: string; out: string }[],
  options: BuildOptions,
): Promise<Bundle> {
  const root = options.absWorkingDir ?? ROOT
  const { metafile, outputFiles } = await esbuild({
    absWorkingDir: root,
    bundle: true,
    charset: 'utf8',
    entryPoints,
    format: 'esm',
    // The licences of bundled packages are in licenses.txt.
    legalComments: 'none',
    logLevel: 'warning',
    metafile: true,
    outdir,
    // Otherwise names of files in the bundles would contain the path of a linked node_modules. Our own files may not be links.
    preserveSymlinks: true,
    write: false,
    ...options,
  })
  const files = new Map((outputFiles ?? []).map((file) => [pathBelow(resolve(root, outdir), file.path), file.contents]))
  if (metafile === undefined) throw new Error('esbuild gave no account of what it bundled.')
  const link = Object.keys(metafile.inputs).find((path) => isLink(root, path))
  if (link !== undefined) throw new Error(`${link} is a link: bundled files must be where their paths say.`)
  return { files, meta: metafile }
}

function isLink(root: string, path: string): boolean {
  if (path.includes('node_modules/') || !existsSync(resolve(root, path))) return false
  return realpathSync(resolve(root, path)) !== resolve(realpathSync(root), path)
}

function pathBelow(folder: string, file: string): string {
  return relative(folder, file).replaceAll(sep, '/')
}

/**
 * Bundled by themselves, in this order: esbuild puts the whole modules that two chunks share into a third, so that sealing alone would
 * fetch the halves of age, tar and signatures that only opening needs, or those of an upload in parts.
 */
const APART = ['client/crypto/sign.ts', 'web/send/uploading.ts', 'web/send/to-link.ts']

/** Bundled by themselves as well: otherwise the first page would come in thirty pieces, one for each set of shared modules. */
const ROOMS = ['web/pages/box/start.tsx', 'web/pages/write/start.tsx']

function leaveApart({ outputs }: Metafile): Plugin {
  const addresses = Object.entries(outputs).flatMap(([path, { entryPoint }]) =>
    entryPoint === undefined ? [] : [[entryPoint, path.replace(/^dist\/web/, '')] as const],
  )
  return {
    name: 'leave-apart',
    setup(build) {
      build.onResolve({ filter: /^\.\.?\/.*\.tsx?$/ }, ({ kind, path, resolveDir }) => {
        const source = kind === 'dynamic-import' ? pathBelow(ROOT, resolve(resolveDir, path)) : ''
        const address = addresses.find(([entry]) => entry === source)?.[1]
        return address === undefined ? undefined : { path: address, external: true }
      })
    },
  }
}

/**
 * Node's own modules, each without its ES module wrapper. Making one reads every property of the original, and `http.WebSocket` loads
 * the whole of undici: a third of the command's start-up time.
 */
export const askForBuiltins: Plugin = {
  name: 'ask-for-builtins',
  setup(build) {
    build.onResolve({ filter: /^node:/ }, ({ path }) => ({ path, namespace: 'builtin', sideEffects: false }))
    build.onLoad({ filter: /./, namespace: 'builtin' }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule('${path}')`,
    }))
  },
}

/** age has more kinds of recipients than we use. */
export const leaveOutUnusedRecipients: Plugin = {
  name: 'leave-out-unused-recipients',
  setup(build) {
    build.onResolve({ filter: /^@noble\/(hashes\/scrypt|curves\/nist|post-quantum\/hybrid)\.js$/ }, ({ importer }) =>
      importer.replaceAll(sep, '/').includes('/node_modules/age-encryption/')
        ? { path: fileURLToPath(new URL('stubs/unused-recipients.ts', import.meta.url)), sideEffects: false }
        : undefined,
    )
  },
}
