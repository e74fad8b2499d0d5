import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { VERSION } from '../../cli/version.ts'

test('the command line has the version of the package', () => {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  expect(JSON.parse(text)).toMatchObject({ version: VERSION })
})
