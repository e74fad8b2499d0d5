// `npm run check`: everything that must hold before a change is merged. It goes on after a failure, so that one run shows all.
// `npm run check -- --slow`: with many more random inputs, and a file of 1 GiB each way.
// `npm run check -- --without-tests`: after `npm test`, which has just run them.
import { spawnSync } from 'node:child_process'
import { performance } from 'node:perf_hooks'
import { ROOT } from './bundle.ts'

const isSlow = process.argv.includes('--slow')
const tests = process.argv.includes('--without-tests') ? [] : [['tests', 'node tools/test.ts'] as const]

/** Quick ones first. */
const STEPS: readonly (readonly [name: string, command: string])[] = [
  ['format', 'oxfmt --check'],
  ['lint', 'oxlint --type-aware'],
  ['types', 'tsc -b'],
  ['dead code', 'knip'],
  ['storage page', 'node tools/disclosure.ts --check'],
  ['prose', 'node tools/prose.ts'],
  ['claims', 'node tools/claims.ts'],
  ['model', 'node tools/model.ts'],
  ['build', 'node tools/build.ts'],
  ['bundles', 'node bench/bundle.ts'],
  ['drill', 'node drill/main.ts --no-build'],
  ['dates', 'node tools/dates.ts --one'],
  ...tests,
]

const env = isSlow ? { ...process.env, SLOW: '1' } : process.env

const failed = STEPS.filter(([name, command]) => {
  console.log(`\n── ${name}: ${command}`)
  const start = performance.now()
  const { status } = spawnSync(command, { cwd: ROOT, env, shell: true, stdio: 'inherit' })
  console.log(
    `── ${name}: ${status === 0 ? 'passed' : 'FAILED'} in ${((performance.now() - start) / 1000).toFixed(1)} s`,
  )
  return status !== 0
})
console.log(failed.length === 0 ? '\nEvery check passed.' : `\nFailed: ${failed.map(([name]) => name).join(', ')}.`)
process.exitCode = failed.length === 0 ? 0 : 1
