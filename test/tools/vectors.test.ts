import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const tool = fileURLToPath(new URL('../vectors/make.ts', import.meta.url))
const folder = new URL('../vectors/', import.meta.url)

test('the vectors are what their tool computes', () => {
  const { status, stdout } = spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', tool, '--check'], {
    encoding: 'utf8',
  })
  expect([status, stdout]).toEqual([0, ''])
})

test('every file of vectors is explained', () => {
  const readme = readFileSync(new URL('README.md', folder), 'utf8')
  const files = readdirSync(folder).filter((name) => name.endsWith('.json'))
  expect(files.length).toBeGreaterThan(0)
  for (const file of files) expect(readme).toContain(`\`${file}\``)
})
