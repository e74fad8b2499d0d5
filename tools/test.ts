// `npm test`: all tests. Without a browser it says first how to get one, runs the tests that need none, and fails.
import { spawnSync } from 'node:child_process'
import { tryChromium } from './browser.ts'
import { ROOT } from './bundle.ts'

/** Test projects that need no browser. */
const WITHOUT_BROWSER = ['node', 'workerd', 'cli']

const missing = await tryChromium().then(
  () => undefined,
  (error: unknown) => (error instanceof Error ? error.message : String(error)),
)
if (missing !== undefined) console.error(`The tests in a browser cannot run. ${missing}\n`)
const projects = missing === undefined ? [] : WITHOUT_BROWSER.flatMap((name) => ['--project', name])
const { status } = spawnSync('vitest', ['run', ...projects, ...process.argv.slice(2)], { cwd: ROOT, stdio: 'inherit' })
if (missing !== undefined) console.error(`\nThe tests in a browser did not run. ${missing}`)
process.exitCode = missing === undefined ? (status ?? 1) : 1
