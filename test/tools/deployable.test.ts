import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { ROOT } from '../../tools/bundle.ts'
import { findUndeployable } from '../../tools/deployable.ts'

test('the placeholder that comes with the source is not deployed, and what to set is said', () => {
  const { scripts } = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8')) as { scripts: Record<string, string> }
  expect(scripts['deploy']).toMatch(/^node tools\/deployable\.ts && /)
  const folder = mkdtempSync(join(tmpdir(), 'sealdrop-deployable-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'wrangler.toml')
  const toml = readFileSync(`${ROOT}wrangler.toml`, 'utf8').replace(
    /^ORIGIN = .*$/m,
    'ORIGIN = "https://sealdrop.example"',
  )
  writeFileSync(file, toml)
  const program = join(ROOT, 'tools/deployable.ts')
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, file], { encoding: 'utf8' })
  expect([status, stdout]).toEqual([1, ''])
  expect(stderr).toMatch(
    /^\[vars\] ORIGIN in wrangler\.toml has https:\/\/sealdrop\.example, a placeholder .*: set it to the address that people will use/,
  )
})

test.for([
  '',
  ' ',
  'https://drop.example',
  'https://drop.example.com',
  'https://localhost:8787',
  'https://127.0.0.1',
  'https://[::1]',
  'https://drop.test',
  'http://drop.real.org',
  'drop.real.org',
  'https://drop.real.org/',
  'https://drop.real.org/path',
  'https://*.real.org/',
  'https://drop.real.org, https://sealdrop.example',
  'https://drop.real.org,',
])('an ORIGIN of %j is not deployed', (origin) => {
  expect(findUndeployable({ ORIGIN: origin })).toMatch(/^\[vars\] ORIGIN in wrangler\.toml /)
})

test.for(['https://drop.real.org', 'https://a.workers.dev, https://drop.real.org:8443', 'https://example.real.org'])(
  'an ORIGIN of %j is deployed',
  (origin) => {
    expect(findUndeployable({ ORIGIN: origin })).toBeUndefined()
  },
)

test.for([
  ['OPERATOR_NAME', 'The Example Foundation'],
  ['OPERATOR_CONTACT', 'mailto:security@drop.example'],
])('an example statement of an operator in the source is not deployed: %s', ([name = '', value = '']) => {
  expect(findUndeployable({ ORIGIN: 'https://drop.real.org', [name]: value })).toMatch(name)
})
