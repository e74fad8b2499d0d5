import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'

// The real script, in a folder where npm is a small program that exits as the test says.

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sealdrop-ci-'))
  for (const name of ['.ci', 'bin']) mkdirSync(join(folder, name))
  cpSync(fileURLToPath(new URL('../../.ci/run', import.meta.url)), join(folder, '.ci/run'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const FAILED = { status: 'failed', fullName: 'a promise', failureMessages: ['expected 1 to be 2'] }
const CLEAN = report({})

test.for([
  ['all is well', { report: CLEAN }, '5 passed, 0 failed', 0],
  ['some tests are skipped', { report: report({ pending: 2, todo: 1 }) }, '5 passed, 0 failed, 3 skipped', 0],
  ['two tests fail', { report: report({ failed: 2 }), test: 1 }, '5 passed, 2 failed', 1],
  ['a file cannot be loaded', { report: report({ broken: true }), test: 1 }, '5 passed, 1 failed', 1],
  ['an error is caught by no test', { report: CLEAN, test: 1 }, '5 passed, 1 failed', 1],
  ['the run says that it failed, in the report alone', { report: report({ success: false }) }, '5 passed, 1 failed', 1],
  ['a check fails', { report: CLEAN, check: 1 }, '5 passed, 1 failed', 1],
  ['a check fails, and two tests', { report: report({ failed: 2 }), test: 1, check: 1 }, '5 passed, 2 failed', 1],
  ['there is no report', {}, '0 passed, 1 failed', 1],
  ['the report is cut off', { report: CLEAN.slice(0, 40) }, '0 passed, 1 failed', 1],
  ['the report counts nothing', { report: '{"success":true,"testResults":[]}' }, '0 passed, 1 failed', 1],
  ['nothing can be installed', { report: CLEAN, ci: 1 }, '0 passed, 1 failed', 1],
] as const satisfies [string, Outcome, string, number][])('when %s the last line and the exit code say so', (each) => {
  const [, outcome, line, code] = each
  const { status, stdout } = runCi(outcome)
  expect([stdout.trimEnd().split('\n').at(-1), status]).toEqual([line, code])
})

test('failures are named at the end, where they are seen after a long log', () => {
  const { stdout } = runCi({ report: report({ failed: 2 }), test: 1, check: 1 })
  expect(stdout.trimEnd().split('\n').slice(-5)).toEqual([
    'FAILED /test/a.test.ts: a promise',
    '  expected 1 to be 2',
    'FAILED: npm test did not end well',
    'FAILED: npm run check did not end well',
    '5 passed, 2 failed',
  ])
})

test('the tests run once', () => {
  expect(runCi({ report: CLEAN }).stdout.match(/^npm .*$/gm)).toEqual([
    'npm ci',
    'npm test',
    'npm run check -- --without-tests',
  ])
})

/** The exit codes of the three calls of npm, 0 by default, and the report of the tests. */
interface Outcome {
  readonly ci?: number
  readonly test?: number
  readonly check?: number
  readonly report?: string
}

function runCi({ ci = 0, test: tests = 0, check = 0, report: text }: Outcome): {
  status: number | null
  stdout: string
} {
  const saved = text === undefined ? ':' : `mkdir -p .reports; echo '${text}' >.reports/vitest.json`
  const ends = `case $1 in ci) exit ${ci};; test) ${saved}; exit ${tests};; *) exit ${check};; esac`
  program('npm', `echo "npm $*"\n${ends}`)
  for (const name of ['spin', 'gcc']) program(name, 'exit 0')
  return spawnSync('bash', [join(folder, '.ci/run')], {
    encoding: 'utf8',
    env: {
      ...process.env,
      CHROMIUM_PATH: '/none',
      PATH: [join(folder, 'bin'), process.env['PATH']].join(delimiter),
    },
  })
}

function program(name: string, line: string): void {
  writeFileSync(join(folder, 'bin', name), `#!/bin/sh\n${line}\n`, { mode: 0o755 })
}

function report(parts: {
  failed?: number
  pending?: number
  todo?: number
  broken?: boolean
  success?: boolean
}): string {
  const { failed = 0, pending = 0, todo = 0, broken = false, success = failed === 0 && !broken } = parts
  return JSON.stringify({
    numPassedTests: 5,
    numFailedTests: failed,
    numPendingTests: pending,
    numTodoTests: todo,
    success,
    testResults: [
      ...(failed > 0 ? [{ name: '/test/a.test.ts', status: 'failed', assertionResults: [FAILED] }] : []),
      ...(broken
        ? [{ name: '/test/b.test.ts', status: 'failed', assertionResults: [], message: 'no such module' }]
        : []),
    ],
  })
}
