import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bundleWorker, ROOT } from '../../tools/bundle.ts'

/** The product with changed sources, in a folder of its own: a server or a client that breaks its promises. */
export interface Variant {
  /** Its top folder. */
  readonly root: string
  [Symbol.asyncDispose](): Promise<void>
}

/** One change in one source. The text to replace must be there. */
export interface Change {
  readonly file: string
  readonly replace: string
  readonly by: string
}

/**
 * Copies the sources, changes them, and builds the worker again; page and command stay as they were built.
 * @throws Error if the text to replace is missing: then the sources have changed, and the test must follow
 */
export async function makeVariant(changes: readonly Change[]): Promise<Variant> {
  const root = mkdtempSync(join(tmpdir(), 'sealdrop-variant-'))
  for (const name of COPIED) cpSync(join(ROOT, name), join(root, name), { recursive: true })
  symlinkSync(join(ROOT, 'node_modules'), join(root, 'node_modules'))
  for (const { by, file, replace } of changes) {
    const path = join(root, file)
    const source = readFileSync(path, 'utf8')
    if (!source.includes(replace)) throw new Error(`${file} has no “${replace}” to change`)
    writeFileSync(
      path,
      source.replace(replace, () => by),
    )
  }
  const { files } = await bundleWorker('worker/main.ts', `${root}/`)
  for (const [name, bytes] of files) writeFileSync(join(root, 'dist/worker', name), bytes)
  return {
    root,
    [Symbol.asyncDispose]: async () => rmSync(root, { recursive: true, force: true }),
  }
}

const COPIED = [
  'client',
  'dist',
  'drill',
  'protocol',
  'reference',
  'tools',
  'worker',
  'package.json',
  'tsconfig.base.json',
  'wrangler.toml',
]
