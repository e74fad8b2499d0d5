import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { judgeInputs, judgeStrings, WORKER_BANS } from '../../bench/rules.ts'
import { bundleWorker } from '../../tools/bundle.ts'

// The real bundler and the real rules over small files: code that gets past the compiler shows in the deployed bundle.

let folder: string
beforeEach(() => {
  // The bundler names files by their real paths, whatever links lead there.
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'sealdrop-bundle-')))
  write('client/secret.ts', `export const secret: string = 'of the ends'\n`)
  write('protocol/shared.ts', `export const shared: string = 'of all'\n`)
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

test('a link in worker/ to a file of client/ does not pass for a file of worker/', async () => {
  write('worker/main.ts', `export { secret } from './mine.ts'\n`)
  symlinkSync('../client/secret.ts', join(folder, 'worker/mine.ts'))
  await expect(judge()).rejects.toThrow('worker/mine.ts is a link')
})

test('a worker that imports only protocol passes', async () => {
  write('worker/main.ts', `export { shared } from '../protocol/shared.ts'\n`)
  expect(await judge()).toEqual([])
})

test.for([
  ['an import under @ts-ignore', `// @ts-ignore\nexport { secret } from '../client/secret.ts'\n`],
  ['a file under @ts-nocheck', `// @ts-nocheck\nexport { secret } from '../client/secret.ts'\n`],
  ['an import() of one name', `export const a: unknown = await import('../client/secret.ts')\n`],
  ['an import() of a name in two halves', `export const a: unknown = await import('../cli' + 'ent/secret.ts')\n`],
  ['an import() of a name known only at run time', `export const a = (name: string): unknown => import(name)\n`],
] as const)('%s does not bring client into the worker', async ([, code]) => {
  write('worker/main.ts', code)
  expect(await judge()).not.toEqual([])
})

test('a .js file with a .d.ts beside it does not bring client into the worker, nor other code that types did not see', async () => {
  write('worker/main.ts', `export { secret } from './way.js'\n`)
  write('worker/way.d.ts', `export declare const secret: string\n`)
  write('worker/way.js', `export { secret } from '../client/secret.ts'\n`)
  const faults = await judge()
  expect(faults).toHaveLength(2)
  expect(faults.join()).toContain('client/secret.ts')
  expect(faults.join()).toContain('worker/way.js')
})

/** The faults that the rules find in a worker bundled from the small files. */
async function judge(): Promise<string[]> {
  const { files, meta } = await bundleWorker('worker/main.ts', folder)
  expect([...files.keys()]).toEqual(['main.js'])
  return [...judgeInputs(meta), ...judgeStrings('worker', files, WORKER_BANS)]
}

function write(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true })
  writeFileSync(join(folder, path), text)
}
