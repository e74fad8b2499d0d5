import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readSettings, type Settings } from '../../tools/settings.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sealdrop-settings-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('the worker is tried with what wrangler.toml binds', () => {
  expect(readSettings()).toMatchObject({
    compatibilityFlags: ['no_nodejs_compat', 'no_nodejs_compat_v2'],
    kv: ['KV'],
    objects: { SHELF: 'Shelf' },
    vars: { ORIGIN: expect.any(String), SHELVES: '16' },
  })
})

test.for([
  ['a bucket', '[[r2_buckets]]\nbinding = "B"\nbucket_name = "b"', 'r2_buckets'],
  ['a rate limit', '[[ratelimits]]\nname = "R"\nnamespace_id = "1"\nsimple = { limit = 1, period = 10 }', 'ratelimits'],
  ['a timetable', '[triggers]\ncrons = ["* * * * *"]', 'triggers'],
  ['a number among the variables', '[vars]\nN = 1', 'N'],
] as const)('%s would not be served here, so that it is refused', ([, more, name]) => {
  expect(() => settingsWith(more)).toThrow(name)
})

test('observability is off, and no other address serves the client', () => {
  const toml = readFileSync(new URL('../../wrangler.toml', import.meta.url), 'utf8')
  expect(toml).toMatch(/^\[observability\]\nenabled = false$/m)
  expect(toml).toMatch(/^send_metrics = false$/m)
  expect(toml).toMatch(/^preview_urls = false$/m)
})

function settingsWith(more: string): Settings {
  const file = join(folder, 'wrangler.toml')
  writeFileSync(
    file,
    `name = "x"\nmain = "x.ts"\ncompatibility_date = "2026-11-01"\n[assets]\ndirectory = "web"\n${more}\n`,
  )
  return readSettings(pathToFileURL(file))
}
