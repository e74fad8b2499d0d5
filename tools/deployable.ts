// The first step of `npm run deploy`, on wrangler.toml or the file that is named: it refuses settings with which nobody could use
// the server.
import { pathToFileURL } from 'node:url'
import { readSettings } from './settings.ts'

/** The reason against deploying some settings, with the remedy; `undefined` if there is none. */
export function findUndeployable(vars: Readonly<Record<string, string>>): string | undefined {
  const { ORIGIN: origins = '' } = vars
  if (origins.trim() === '') return `[vars] ORIGIN in wrangler.toml is missing: ${WHAT_TO_SET}`
  for (const text of origins.split(',').map((each) => each.trim())) {
    const url = URL.parse(text)
    if (url?.protocol !== 'https:' || url.origin !== text)
      return `[vars] ORIGIN in wrangler.toml has “${text}”, which is no origin of HTTPS: ${WHAT_TO_SET}`
    if (RESERVED.test(url.hostname))
      return `[vars] ORIGIN in wrangler.toml has ${text}, a placeholder at which nobody reaches it: ${WHAT_TO_SET}`
  }
  for (const [name, value] of Object.entries(vars))
    if (SAMPLE.test(value))
      return `[vars] ${name} in wrangler.toml is the example that came with it: say what is true of you.`
  return undefined
}

/** Names that resolve to nothing, or to the machine itself (RFC 2606, RFC 6761). */
const RESERVED =
  /(?:^|\.)(?:example|example\.(?:com|net|org)|invalid|localhost|local|test)\.?$|^127\.|^0\.0\.0\.0$|^\[::1?\]$/

/** The example in the comments of wrangler.toml. */
const SAMPLE = /\bExample Foundation\b|[\w-]\.example\b/

const WHAT_TO_SET =
  'set it to the address that people will use, such as https://drop.your-name.org or https://sealdrop.your-account.workers.dev. For every other the server answers wrong_origin.'

if (import.meta.main) {
  const [file] = process.argv.slice(2)
  const why = findUndeployable(readSettings(file === undefined ? undefined : pathToFileURL(file)).vars)
  if (why !== undefined) {
    console.error(why)
    process.exitCode = 1
  }
}
