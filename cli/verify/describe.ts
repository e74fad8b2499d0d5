import { count } from '../terminal/format.ts'
import { BROWSER_NAMES, type Browser } from './browsers.ts'
import type { Difference } from './compare.ts'
import type { Manifest } from './manifest.ts'
import type { Observation, Seen } from './observe.ts'

/** The observation, in one line. */
export function describeObservation(
  { as, differences, ok, origin, version }: Observation,
  { files }: Manifest,
): string {
  const asked = `asked as ${naming(as)}`
  return ok
    ? `${origin} serves version ${version}: ${count(files.length, 'file')}, the same bytes and headers; ${asked}`
    : `${origin} does not serve version ${version}: ${count(differences.length, 'difference')}; ${asked}`
}

/** The same for a person who watches: when, the findings, and the addresses. */
export function describeBriefly({ as, at, differences, ok, origin, unreachable, version }: Observation): string {
  const paths = [...new Set(differences.map(({ path }) => path))]
  const named = paths.length > MAX_NAMED ? [...paths.slice(0, MAX_NAMED), `${paths.length - MAX_NAMED} more`] : paths
  const verdict = unreachable === true ? 'unreachable' : ok ? 'same' : `differs at ${named.join(', ')}`
  // The browsers that were shown something else: that it was not all of them tells most.
  const shown = as.filter((browser) => differences.some((each) => each.as.includes(browser)))
  const told = shown.length === 0 || shown.length === as.length ? '' : ` to ${naming(shown)} alone`
  return `${at}  ${origin}  ${version}  ${as.join()}  ${verdict}${told}`
}

/** One difference, in one line. @param asked - all browsers in whose place the server was asked */
export function describeSeen(seen: Seen, asked: readonly Browser[]): string {
  return `${describeDifference(seen)}${seen.as.length === asked.length ? '' : ` (to ${naming(seen.as)} alone)`}`
}

function naming(browsers: readonly Browser[]): string {
  const names = browsers.map((each) => BROWSER_NAMES[each])
  return [names.slice(0, -1).join(', '), ...names.slice(-1)].filter((each) => each !== '').join(' and ')
}

function describeDifference(difference: Difference): string {
  const { path } = difference
  switch (difference.kind) {
    case 'missing':
      return `${path}: is not there (status ${difference.status})`
    case 'no_answer':
      return `${path}: no answer`
    case 'bytes': {
      const { expected, found } = difference
      return `${path}: bytes differ: SHA-256 ${found.sha256} (${found.bytes} bytes) where the release has ${expected.sha256} (${expected.bytes} bytes)`
    }
    case 'header_missing':
      return `${path}: header ${difference.name} is missing: ${difference.expected}`
    case 'header_differs':
      return `${path}: header ${difference.name} differs: ${difference.found} where the release has ${difference.expected}`
    case 'header_unexpected':
      return `${path}: header ${difference.name} is not in the release: ${difference.found}`
    case 'unknown_script':
      return `${path}: names or holds code that is not in the release: ${oneLine(difference.found)}`
  }
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ')
}

const MAX_NAMED = 5
