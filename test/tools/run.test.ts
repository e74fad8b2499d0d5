import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'

// The real script of `npm test`, with a small program as the test runner that prints its arguments.

const SCRIPT = fileURLToPath(new URL('../../tools/test.ts', import.meta.url))

test('without a browser the tests that need none run, and what to do is said first and alone', () => {
  const { status, stderr, stdout } = run('/nowhere/chromium', 0)
  expect(stdout).toBe('vitest run --project node --project workerd --project cli\n')
  expect(stderr).toBe(
    'The tests in a browser cannot run. CHROMIUM_PATH is /nowhere/chromium, and there is no such file.\n\n' +
      '\nThe tests in a browser did not run. CHROMIUM_PATH is /nowhere/chromium, and there is no such file.\n',
  )
  expect(status).toBe(1)
})

test('a browser that does not start is named, with the reason', () => {
  const { status, stderr } = run('/bin/false', 0)
  expect(stderr).toMatch(/^The tests in a browser cannot run\. \/bin\/false does not start \(.+\)\. Install one/)
  expect(status).toBe(1)
})

function run(chromium: string, ends: number): { status: number | null; stderr: string; stdout: string } {
  const folder = mkdtempSync(join(tmpdir(), 'sealdrop-run-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, 'vitest'), `#!/bin/sh\necho vitest "$@"\nexit ${ends}\n`)
  chmodSync(join(folder, 'vitest'), 0o755)
  const PATH = `${folder}${delimiter}${process.env['PATH'] ?? ''}`
  const env = { ...process.env, PATH, CHROMIUM_PATH: chromium }
  return spawnSync(process.execPath, [SCRIPT], { encoding: 'utf8', env })
}
