import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Metafile } from 'esbuild'
import { expect, test } from 'vitest'
import { WORKSHOP_PATH, PUBLISHED_PATH } from '#protocol/security-headers.ts'
import { WEB_ENTRIES } from '../../tools/build.ts'
import { bundleCli, bundleWeb, bundleWorker, ROOT, type Bundle } from '../../tools/bundle.ts'
import { listFolder } from '../../tools/files.ts'

test.for([
  ['worker', () => bundleWorker('worker/main.ts')],
  ['web', () => bundleWeb(WEB_ENTRIES)],
  ['cli', () => bundleCli('cli/main.ts')],
] as const satisfies [string, () => Promise<Bundle>][])(
  'the same sources give the same bytes: %s',
  async ([, bundle]) => {
    const [one, other] = [await bundle(), await bundle()]
    expect(one.files.size).toBeGreaterThan(0)
    expect(digests(one)).toEqual(digests(other))
  },
)

test('wrangler uploads, byte for byte, the worker that is tested', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sealdrop-upload-'))
  try {
    const { scripts } = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8')) as { scripts: { deploy: string } }
    const [wrangler = '', ...args] = scripts.deploy.split(' && ').at(-1)?.split(' ') ?? []
    await promisify(execFile)(`${ROOT}node_modules/.bin/${wrangler}`, [...args, '--dry-run', '--outdir', folder], {
      cwd: ROOT,
      env: {
        ...process.env,
        HOME: folder,
        XDG_CONFIG_HOME: folder,
        WRANGLER_SEND_METRICS: 'false',
        WRANGLER_LOG_PATH: folder,
      },
    })
    expect(readFileSync(join(folder, 'main.js')).equals(built('worker/main.js'))).toBe(true)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

test.for(['web/main.tsx', 'web/pages/box/start.tsx', 'web/pages/write/start.tsx'])(
  'modules that %s fetches later are drawn by the library that drew the rest',
  (entry) => {
    const { outputs } = JSON.parse(built('meta/web.json').toString()) as Metafile
    const first = Object.keys(outputs).find((path) => outputs[path]?.entryPoint === entry)
    const reached = new Set([first ?? ''])
    for (const path of reached) {
      for (const { path: named } of outputs[path]?.imports ?? []) {
        const next = named.startsWith('/') ? `dist/web${named}` : named
        // Another entry point is loaded as a page of its own: nothing is shared across it.
        if (!(outputs[next]?.entryPoint ?? '').endsWith('/start.tsx')) reached.add(next)
      }
    }
    const copies = [...reached].filter((path) =>
      Object.keys(outputs[path]?.inputs ?? {}).some((input) => /preact\/dist\/preact\.\w+$/.test(input)),
    )
    expect(copies).toHaveLength(1)
  },
)

test.for(['web/platform/kdf-worker.ts', 'web/platform/chunk-worker.ts'])(
  '%s is one file: no hash would be checked for its imports',
  (entry) => {
    const { outputs } = JSON.parse(built('meta/web.json').toString()) as Metafile
    const found = Object.values(outputs).filter(({ entryPoint }) => entryPoint === entry)
    expect(found.map(({ imports }) => imports)).toEqual([[]])
  },
)

test('every address in a page was built', () => {
  const files = new Set(listFolder(`${ROOT}dist/web`))
  const pages = [...files].filter((path) => path.endsWith('.html'))
  expect(pages).toEqual(expect.arrayContaining(['index.html', 'workshop.html', 'problems/gone.html']))
  for (const page of pages) {
    const named = [
      ...built(`web/${page}`)
        .toString()
        .matchAll(/(?:src|href|data-[\w-]+)="\/([^"#]+)"/g),
    ].flatMap(([, path]) => path ?? [])
    for (const path of named) expect([page, path, files.has(path)]).toEqual([page, path, true])
  }
})

test('the rule of _headers for all addresses comes first, and each later rule removes a header before setting it', () => {
  const [all = '', ...apart] = built('web/_headers').toString().split('\n\n')
  expect(all.split('\n')[0]).toBe('/*')
  expect(apart.map((rule) => rule.split('\n')[0])).toEqual(['/assets/*', WORKSHOP_PATH, PUBLISHED_PATH])
  for (const rule of apart) {
    const set = [...rule.matchAll(/^ {2}([\w-]+): /gm)].map(([, name]) => name)
    const taken = [...rule.matchAll(/^ {2}! ([\w-]+)$/gm)].map(([, name]) => name)
    expect(set.length).toBeGreaterThan(0)
    expect(taken).toEqual(set)
  }
})

function digests({ files }: Bundle): [path: string, digest: string][] {
  return [...files].map(([path, contents]) => [path, createHash('sha256').update(contents).digest('hex')])
}

function built(path: string): Buffer {
  return readFileSync(`${ROOT}dist/${path}`)
}
