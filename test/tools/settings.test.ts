import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  BARE_BOX_BYTES,
  BARE_BOX_ITEMS,
  BOX_BYTES,
  BOX_BYTES_PER_DAY,
  BOX_ITEMS,
  DEFAULT_LARGEST_ON_KV,
  DEFAULT_LARGEST_ON_R2,
} from '#protocol/limits.ts'
import { readSettings, type Settings } from '../../tools/settings.ts'
import { configWith } from './server.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sealdrop-settings-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('the worker is tried with what wrangler.toml binds', () => {
  expect(readSettings()).toMatchObject({
    compatibilityFlags: ['no_nodejs_compat', 'no_nodejs_compat_v2'],
    assets: { binding: 'ASSETS' },
    kv: ['KV'],
    objects: { SHELF: 'Shelf', RACK: 'Rack' },
    r2: [],
    vars: {
      ORIGIN: expect.any(String),
      SHELVES: '16',
      LARGEST_ON_KV: `${DEFAULT_LARGEST_ON_KV}`,
      LARGEST_ON_R2: `${DEFAULT_LARGEST_ON_R2}`,
      BOX_ITEMS: `${BOX_ITEMS}`,
      BOX_BYTES: `${BOX_BYTES}`,
      BOX_BYTES_PER_DAY: `${BOX_BYTES_PER_DAY}`,
      BARE_BOX_ITEMS: `${BARE_BOX_ITEMS}`,
      BARE_BOX_BYTES: `${BARE_BOX_BYTES}`,
    },
  })
})

test.for([
  ['a bucket of another name', '[[r2_buckets]]\nbinding = "B"\nbucket_name = "b"', 'r2_buckets'],
  ['a rate limit', '[[ratelimits]]\nname = "R"\nnamespace_id = "1"\nsimple = { limit = 1, period = 10 }', 'ratelimits'],
  ['a timetable', '[triggers]\ncrons = ["* * * * *"]', 'triggers'],
  ['a number among the variables', '[vars]\nN = 1', 'N'],
] as const)('%s would not be served here, so that it is refused', ([, more, name]) => {
  expect(() => settingsWith(more)).toThrow(name)
})

test.for(['1', '2', '4', '8', '16', '32', '64', '128', '256'])('%s shelves are taken', (count) => {
  expect(settingsWith(`[vars]\nSHELVES = "${count}"`).vars).toEqual({ SHELVES: count })
})

test.for(['', 'abc', '0', '3', '17', '-4', '512', '1.0', ' 16', '0x10'])('"%s" shelves are refused', (count) => {
  expect(() => settingsWith(`[vars]\nSHELVES = "${count}"`)).toThrow('SHELVES')
})

test('R2 is bound as soon as the comment signs before its block are gone', () => {
  expect(readSettings(pathToFileURL(configWith(folder, { LARGEST_ON_R2: '9' })))).toMatchObject({
    r2: ['R2'],
    vars: { LARGEST_ON_R2: '9', LARGEST_ON_KV: `${DEFAULT_LARGEST_ON_KV}` },
  })
})

test.for(['', '0', '-1', '1.5', '1e9', '100 MiB', '01', '1000000000000000'])('a limit of "%s" is refused', (text) => {
  for (const name of ['LARGEST_ON_KV', 'LARGEST_ON_R2', 'BOX_ITEMS', 'BARE_BOX_BYTES'])
    expect(() => settingsWith(`[vars]\nSHELVES = "16"\n${name} = "${text}"`)).toThrow(
      `${name} in wrangler.toml is ${text}`,
    )
})

test('statements of the operator are taken as the file shows them, without the comment signs', () => {
  const toml = readFileSync(new URL('../../wrangler.toml', import.meta.url), 'utf8')
  const said = toml.match(/^# OPERATOR_(?!KEY)\w+ = .*$/gm)?.map((line) => line.slice(2)) ?? []
  expect(said).toHaveLength(6)
  const { vars } = settingsWith(`[vars]\nSHELVES = "16"\n${said.join('\n')}`)
  expect(vars).toMatchObject({ OPERATOR_CONTACT: 'mailto:security@drop.example' })
})

test('invalid statements of the operator are refused', () => {
  expect(() => settingsWith('[vars]\nSHELVES = "16"\nOPERATOR_CONTACT = "somebody"')).toThrow('OPERATOR_CONTACT')
})

test('without a number of shelves nothing is served', () => {
  expect(() => settingsWith('[vars]\nORIGIN = "https://drop.example"')).toThrow('SHELVES in wrangler.toml is missing')
})

test('a wrong number of shelves stops the build, and with it the deployment, with a sentence', () => {
  const copy = join(folder, 'product')
  mkdirSync(copy)
  for (const name of ['package.json', 'protocol', 'tools', 'worker'])
    cpSync(join(ROOT, name), join(copy, name), { recursive: true })
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'))
  const toml = readFileSync(join(ROOT, 'wrangler.toml'), 'utf8')
  writeFileSync(join(copy, 'wrangler.toml'), toml.replace('SHELVES = "16"', 'SHELVES = "17"'))
  const { status, stderr } = spawnSync(process.execPath, [join(copy, 'tools/build.ts')], { encoding: 'utf8' })
  expect([status, stderr]).toEqual([
    1,
    '[vars] SHELVES in wrangler.toml is 17: it is a power of two from "1" to "256".\n',
  ])
  expect(existsSync(join(copy, 'dist'))).toBe(false)
})

test('observability is off, and no other address serves the client', () => {
  const toml = readFileSync(new URL('../../wrangler.toml', import.meta.url), 'utf8')
  expect(toml).toMatch(/^\[observability\]\nenabled = false$/m)
  expect(toml).toMatch(/^send_metrics = false$/m)
  expect(toml).toMatch(/^preview_urls = false$/m)
})

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

function settingsWith(more: string): Settings {
  const file = join(folder, 'wrangler.toml')
  writeFileSync(
    file,
    `name = "x"\nmain = "x.ts"\ncompatibility_date = "2026-11-01"\n[assets]\ndirectory = "web"\n${more}\n`,
  )
  return readSettings(pathToFileURL(file))
}
