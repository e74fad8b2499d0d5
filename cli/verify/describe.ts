import { count } from '../words.ts'
import type { Difference } from './compare.ts'
import type { Manifest } from './manifest.ts'
import type { Observation } from './observe.ts'

/** What was seen, in one line. */
export function describeObservation({ differences, ok, origin, version }: Observation, { files }: Manifest): string {
  return ok
    ? `${origin} serves version ${version}: ${count(files.length, 'file')}, the same bytes and headers`
    : `${origin} does not serve version ${version}: ${count(differences.length, 'difference')}`
}

/** The same for who watches: when, what, and which addresses. */
export function describeBriefly({ at, differences, ok, origin, unreachable, version }: Observation): string {
  const paths = [...new Set(differences.map(({ path }) => path))]
  const named = paths.length > MAX_NAMED ? [...paths.slice(0, MAX_NAMED), `${paths.length - MAX_NAMED} more`] : paths
  const verdict = unreachable === true ? 'unreachable' : ok ? 'same' : `differs at ${named.join(', ')}`
  return `${at}  ${origin}  ${version}  ${verdict}`
}

/** One difference, in one line. */
export function describeDifference(difference: Difference): string {
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
