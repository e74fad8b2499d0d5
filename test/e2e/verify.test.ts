import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeVisitor } from '../../cli/verify/browse.ts'
import { BROWSERS } from '../../cli/verify/browsers.ts'
import { readManifest, type Manifest } from '../../cli/verify/manifest.ts'
import { observe, type Observation, type Seen } from '../../cli/verify/observe.ts'
import { listFolder } from '../../tools/files.ts'
import { startServer, type Server } from '../tools/server.ts'

// The real server on a copy of the build, in which one thing or another is changed.

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const COPIED = ['tools', 'protocol', 'client', 'dist', 'package.json', 'wrangler.toml']
const copy = mkdtempSync(join(tmpdir(), 'sealdrop-verify-'))
const visitors = BROWSERS.map(makeVisitor)
let manifest: Manifest
let server: Server

beforeAll(async () => {
  for (const name of COPIED) cpSync(join(ROOT, name), join(copy, name), { recursive: true })
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'))
  manifest = await readManifest(join(copy, 'dist/cli/manifest.json'))
  server = await startServer({ root: copy })
})
afterAll(async () => {
  for (const visitor of visitors) visitor.leave()
  await server.close()
  rmSync(copy, { recursive: true })
})

/** Asks as one browser: another test shows that each of them is asked. */
function look(wanted: Manifest = manifest, as = visitors.slice(0, 1)): Promise<Observation> {
  return observe(server.url, wanted, as, Date.now())
}

/** Does `work` while one of the served files is changed. */
async function withFile<T>(file: string, change: (bytes: Buffer) => Buffer, work: () => Promise<T>): Promise<T> {
  const place = join(copy, 'dist/web', file)
  const bytes = readFileSync(place)
  writeFileSync(place, change(Buffer.from(bytes)))
  try {
    return await work()
  } finally {
    writeFileSync(place, bytes)
  }
}

function flip(bytes: Buffer): Buffer {
  const middle = bytes.length >> 1
  bytes[middle] = (bytes[middle] ?? 0) ^ 1
  return bytes
}

/** The address of a file. */
function addressOf(file: string): string {
  return `/${file}`.replace(/(?<=\/)index\.html$|\.html$/, '')
}

const served = (): string[] => listFolder(join(copy, 'dist/web')).filter((file) => file !== '_headers')

test('the build is the release: every file is listed, and nothing differs', async () => {
  expect(manifest.files.map(({ path }) => path).toSorted()).toEqual(served().map(addressOf).toSorted())
  expect(await look(manifest, visitors)).toMatchObject({ origin: server.url, as: BROWSERS, ok: true, differences: [] })
})

test('one flipped byte in any served file is found, and the file is named', async () => {
  for (const file of served()) {
    const path = addressOf(file)
    // An empty file has no byte to flip: it gets one.
    const change = (bytes: Buffer): Buffer => (bytes.length === 0 ? Buffer.from(' ') : flip(bytes))
    // Only the page and this file: otherwise each of the others would be asked for a hundred times.
    const few = { ...manifest, files: manifest.files.filter((each) => each.path === '/' || each.path === path) }
    const { ok, differences } = await withFile(file, change, () => look(few))
    const bytes = differences.filter(({ kind }) => kind === 'bytes')
    expect([file, ok, bytes.map((each) => each.path)]).toEqual([file, false, [path]])
    expect([...new Set(differences.map((each) => each.path))]).toEqual([path])
  }
  expect((await look()).ok).toBe(true)
})

test('a script that was added to a page is named, inline ones too', async () => {
  const more = '<script src="https://evil.example/x.js"></script><script>leak()</script></head>'
  const change = (bytes: Buffer): Buffer => Buffer.from(bytes.toString().replace('</head>', more))
  const { differences } = await withFile('index.html', change, () => look())
  const found = differences.flatMap((each) => (each.kind === 'unknown_script' ? [each.found] : []))
  expect(found).toEqual(expect.arrayContaining(['https://evil.example/x.js', 'leak()']))
  // None of them is a script of the release.
  expect(found.filter((each) => each.startsWith('/assets/'))).toEqual([])
})

test('the command exits with 6 and names the file, to people and to programs', async () => {
  const file = served().find((each) => each.endsWith('.js')) ?? ''
  const [told, parsed] = await withFile(file, flip, async () => [await run([]), await run(['--json'])])
  expect([told?.code, parsed?.code]).toEqual([6, 6])
  expect(told?.stdout).toMatch(new RegExp(`^${addressOf(file)}: bytes differ: SHA-256 [0-9a-f]{64}`, 'm'))
  const { ok, differences } = JSON.parse(parsed?.stdout ?? '') as Observation
  const sha256 = expect.stringMatching(/^[0-9a-f]{64}$/) as string
  const each = { sha256, bytes: expect.any(Number) as number }
  expect([ok, differences]).toEqual([
    false,
    [{ kind: 'bytes', path: addressOf(file), expected: each, found: each, as: ['chrome'] }],
  ])
})

function run(more: readonly string[]): Promise<{ code: number; stdout: string }> {
  const args = [join(copy, 'dist/cli/sealdrop.js'), 'verify', server.url, '--as', 'chrome', ...more]
  return new Promise((resolve) => {
    const child = execFile(process.execPath, args, (_, stdout) => resolve({ code: child.exitCode ?? -1, stdout }))
  })
}

test('a file that is missing is named', async () => {
  const [file = ''] = served().filter((each) => each.endsWith('.css'))
  const place = join(copy, 'dist/web', file)
  const bytes = readFileSync(place)
  rmSync(place)
  const { differences } = await look()
  writeFileSync(place, bytes)
  const status = expect.any(Number) as number
  expect(differences).toEqual([{ kind: 'missing', path: addressOf(file), status, as: ['chrome'] }])
})

// Last: the server goes on with other headers, and ends.
test('a header that is missing, changed or added is named, and a server that is gone is reported as that, not as a difference', async () => {
  const rules = (bytes: Buffer): Buffer =>
    Buffer.from(
      bytes
        .toString()
        .replaceAll(/^ {2}X-Content-Type-Options: .*\n/gm, '')
        .replace(/^ {2}Referrer-Policy: .*$/m, '  Referrer-Policy: unsafe-url')
        .replace('/*\n', '/*\n  Link: </x.js>; rel=modulepreload\n  X-Harmless: 1\n'),
    )
  const differences = await withFile('_headers', rules, async () => {
    await server.stop()
    await server.start()
    return (await look()).differences
  })
  const ofPage: readonly Seen[] = differences.filter(({ path }) => path === '/')
  expect(ofPage).toEqual([
    expect.objectContaining({ kind: 'header_differs', name: 'Referrer-Policy', found: 'unsafe-url' }),
    { kind: 'header_missing', path: '/', name: 'X-Content-Type-Options', expected: 'nosniff', as: ['chrome'] },
    { kind: 'header_unexpected', path: '/', name: 'Link', found: '</x.js>; rel=modulepreload', as: ['chrome'] },
  ])
  expect(new Set(differences.map(({ path }) => path)).size).toBe(manifest.files.length)
  await server.stop()
  expect(await look()).toMatchObject({ ok: false, unreachable: true, differences: [] })
})
