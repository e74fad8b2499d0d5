import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { ROOT } from '../../tools/bundle.ts'
import { listFolder } from '../../tools/files.ts'

const SHEETS = listFolder(`${ROOT}web/style`).map((path): [string, string] => [
  path,
  readFileSync(`${ROOT}web/style/${path}`, 'utf8'),
])

test.for(['user-select', 'text-size-adjust'])(
  'a press selects a whole link in WebKit, too: %s has its prefix',
  (name) => {
    const twice = new RegExp(`-webkit-${name}: (\\w+%?);\\s+${name}: \\1;`, 'g')
    const once = new RegExp(`(?<!-)\\b${name}:`, 'g')
    const count = (pattern: RegExp): number => SHEETS.flatMap(([, sheet]) => [...sheet.matchAll(pattern)]).length
    expect(count(once)).toBeGreaterThan(0)
    expect(count(twice)).toBe(count(once))
  },
)
