import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ROOT } from '../../tools/bundle.ts'
import { listFolder } from '../../tools/files.ts'
import type { ReleaseManifest, ManifestFile } from '../../tools/manifest.ts'
import { checkBundle, type Enrollment, type WebcatBundle } from '../../tools/transparency/webcat.ts'
import { makeLog, makeSigner } from './sigsum-log.ts'

const log = makeLog(1_790_000_000)
const signer = makeSigner()
const NAME = signer.key.toString('base64url')

let folder = ''
let signed = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sealdrop-reproducible-'))
  signed = join(folder, 'signed')
  mkdirSync(signed)
  const enrollment: Enrollment = {
    type: 'sigsum',
    policy: log.policy,
    signers: [NAME],
    threshold: 1,
    max_age: 15_552_000,
    cas_url: 'https://cas.example',
    logs: { [log.key.toString('base64url')]: 'https://log.example' },
  }
  writeFileSync(join(signed, 'enrollment.json'), JSON.stringify(enrollment))
  writeFileSync(join(signed, 'tree-head'), log.treeHead())
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('two machines build the same bytes from the same sources', async () => {
  const [here, there] = await Promise.all([
    buildCopy('one', 'umask 022', { TZ: 'UTC', LANG: 'C', LC_ALL: 'C', SOURCE_DATE_EPOCH: '0' }, []),
    buildCopy(
      'the other, on a stränge machine/tree',
      'umask 077',
      { TZ: 'Pacific/Kiritimati', LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8', SOURCE_DATE_EPOCH: '1900000000' },
      ['--import', pathToFileURL(join(ROOT, 'test/tools/backwards.mjs')).href],
    ),
  ])
  expect(here.length).toBeGreaterThan(100)
  expect(here.map(([path]) => path)).toEqual(
    expect.arrayContaining([
      'manifest.json',
      'sealdrop.html',
      'cli/sealdrop.js',
      'worker/main.js',
      'web/index.html',
      'webcat/manifest.json',
    ]),
  )
  expect(there).toEqual(here)
})

test('no file of a build says where it was built', () => {
  const built = listFolder(join(folder, 'one/dist'))
  expect(built).toContain('cli/sealdrop.js')
  for (const path of built) {
    const text = readFileSync(join(folder, 'one/dist', path), 'latin1')
    for (const place of [folder, ROOT.slice(0, -1)]) expect([path, text.includes(place)]).toEqual([path, false])
  }
})

test('once it is signed, the release serves what was signed, lists it, and is otherwise the same', async () => {
  const tree = join(folder, 'one')
  const before = readManifest(tree)
  const read = (file: string): string => readFileSync(join(tree, 'dist', file), 'utf8')
  const { manifest } = JSON.parse(read('webcat/manifest.json')) as Pick<WebcatBundle, 'manifest'>
  const signatures = { [NAME]: log.prove(read('webcat/manifest.canonical'), signer) }
  writeFileSync(join(signed, 'manifest.json'), JSON.stringify({ manifest, signatures }))
  await buildIn(tree, 'umask 022', {}, [])
  const after = readManifest(tree)
  const isSigned = ({ path }: ManifestFile): boolean => path.startsWith('/.well-known/webcat/')
  expect(before.filter(isSigned)).toEqual([])
  expect(after.filter((file) => !isSigned(file))).toEqual(before)
  expect(after.filter(isSigned).map(({ path }) => path.split('/').at(-1))).toEqual([
    'bundle.json',
    'enrollment.json',
    'manifest.json',
  ])
  expect(checkBundle(JSON.parse(read('web/.well-known/webcat/bundle.json')) as WebcatBundle)).toBe(1_790_000_000)
})

/** Builds a copy of the tree elsewhere. @returns the path, hash and mode of each file of its dist/, in the order of code units. */
async function buildCopy(
  name: string,
  umask: string,
  env: Readonly<Record<string, string>>,
  flags: readonly string[],
): Promise<[path: string, sha256: string, mode: number][]> {
  const tree = join(folder, name)
  for (const each of readdirSync(ROOT)) {
    if (!NOT_COPIED.has(each)) cpSync(join(ROOT, each), join(tree, each), { recursive: true })
  }
  symlinkSync(join(ROOT, 'node_modules'), join(tree, 'node_modules'))
  await buildIn(tree, umask, env, flags)
  const dist = join(tree, 'dist')
  return listFolder(dist).map((path) => [
    path,
    createHash('sha256')
      .update(readFileSync(join(dist, path)))
      .digest('hex'),
    statSync(join(dist, path)).mode,
  ])
}

async function buildIn(
  tree: string,
  umask: string,
  env: Readonly<Record<string, string>>,
  flags: readonly string[],
): Promise<void> {
  const { PATH = '' } = process.env
  await promisify(execFile)('sh', ['-c', `${umask} && exec "$@"`, 'sh', process.execPath, ...flags, 'tools/build.ts'], {
    cwd: tree,
    env: { ...env, HOME: folder, PATH, WEBCAT: signed, WRANGLER_SEND_METRICS: 'false', WRANGLER_LOG_PATH: folder },
  })
}

function readManifest(tree: string): readonly ManifestFile[] {
  return (JSON.parse(readFileSync(join(tree, 'dist/manifest.json'), 'utf8')) as ReleaseManifest).files
}

/** Names of files that are not source. */
const NOT_COPIED = new Set([
  '.git',
  '.reports',
  '.sealdrop-data',
  '.tsbuild',
  '.wrangler',
  'dist',
  'node_modules',
  'test',
])
