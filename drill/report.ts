import type { Searched, Sighting } from './search.ts'

/** The actions and findings of a drill. It names things and never shows them. */
export interface DrillReport {
  readonly v: 1
  /** Whether nothing forbidden was found, and the drill has proved that it could have found it. */
  readonly passed: boolean
  readonly seconds: number
  /** The number of things of each kind that people had. */
  readonly looked: Readonly<Record<string, number>>
  readonly places: readonly { readonly place: string; readonly bytes: number }[]
  readonly search: Pick<Searched, 'notes' | 'spellings' | 'bytes' | 'unwrapped'>
  /** Things that must not be there. */
  readonly found: readonly SightingGroup[]
  /** Things that docs/storage.md declares. */
  readonly declared: readonly SightingGroup[]
  readonly undeclaredFields: readonly string[]
  readonly keys: Keys
  readonly stanzas: readonly Stanzas[]
}

export interface SightingGroup {
  readonly what: string
  readonly place: string
  readonly way: string
  /** The number of things of this kind. */
  readonly times: number
}

export interface Keys {
  /** Ciphertexts on the server. */
  readonly ciphertexts: number
  /** Stored values that were tried in every way. `windows` are the runs of bytes in them that were tried quickly, until time was up. */
  readonly whole: number
  readonly windows: number
  readonly isEveryWindowTried: boolean
  readonly openings: readonly { readonly place: string; readonly as: string; readonly what: string }[]
  /** Keys that people had, tried in the same way: each must open something, or the tries would show nothing. */
  readonly controls: readonly { readonly what: string; readonly opens: boolean }[]
}

/** The number of recipients of a stored ciphertext, and the expected number. */
export interface Stanzas {
  readonly drop: string
  readonly stanzas: number
  readonly expected: number
}

/** Sightings by kind and place. */
export function groupSightings(sightings: readonly Sighting[]): SightingGroup[] {
  const groups = new Map<string, SightingGroup>()
  for (const { note, place: whole, way } of sightings) {
    const place = whole.replace(/[\da-f]{8}(?=\.sqlite)/, '…')
    const key = [note.what, place, way].join('\n')
    groups.set(key, { what: note.what, place, way, times: (groups.get(key)?.times ?? 0) + 1 })
  }
  return [...groups.values()].toSorted((a, b) => (a.what + a.place < b.what + b.place ? -1 : 1))
}

/** The report for people. */
export function formatReport(report: DrillReport): string {
  const { declared, found, keys, looked, passed, places, search, seconds, stanzas, undeclaredFields } = report
  const wrong = stanzas.filter((each) => each.stanzas !== each.expected)
  const kinds = Object.entries(looked).map(([what, times]) => `${times} × ${what}`)
  return [
    `The drill: what a compelled operator could hand over. It took ${seconds.toFixed(0)} s.`,
    '',
    `Looked for ${search.notes} things that people had, in ${search.spellings} spellings:`,
    ...kinds.map((kind) => `  ${kind}`),
    `in ${size(search.bytes)} as they were left, and ${size(search.unwrapped)} that were packed or encoded in them:`,
    ...groupPlaces(places).map((place) => `  ${place}`),
    '',
    `Tried ${keys.whole} stored values as every kind of key against ${keys.ciphertexts} ciphertexts, and ${keys.windows} runs of bytes in them`,
    `as the kinds that can be told quickly${keys.isEveryWindowTried ? '' : '; then time was up'}. Of ${keys.controls.length} kinds of key that people had, ${keys.controls.filter(({ opens }) => opens).length} opened what they are for.`,
    '',
    ...section('There, as docs/storage.md says', declared.map(formatFinding)),
    ...section('FOUND, and may not be there', found.map(formatFinding)),
    ...section('STORED, and declared nowhere', undeclaredFields),
    ...section(
      'OPENS',
      keys.openings.map(({ as, place, what }) => `a value of ${place}, as ${as}, ${what}`),
    ),
    ...section(
      'SEALED FOR OTHERS',
      wrong.map((each) => `drop ${each.drop.slice(0, 8)}… for ${each.stanzas} and not ${each.expected}`),
    ),
    ...section(
      'THE DRILL ITSELF IS BROKEN',
      keys.controls.filter(({ opens }) => !opens).map(({ what }) => `${what} opened nothing`),
    ),
    passed
      ? 'Nothing else was found: no text, no name, no link, no word of a phrase or a code, no key, no address; and nothing opens.'
      : 'The drill has failed.',
  ].join('\n')
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [`${title}:`, ...lines.map((line) => `  ${line}`), '']
}

function formatFinding({ place, times, way, what }: SightingGroup): string {
  return `${what} in ${place}, ${way}${times > 1 ? `, ${times} times` : ''}`
}

/** Files by their folder, columns by their table. */
function groupPlaces(places: DrillReport['places']): string[] {
  const groups = new Map<string, { count: number; bytes: number }>()
  for (const { place, bytes } of places) {
    const group = place.replace(/(\/)[^/]*$/, '$1…').replace(/\.[\w]+$/, '.…')
    const { count = 0, bytes: before = 0 } = groups.get(group) ?? {}
    groups.set(group, { count: count + 1, bytes: before + bytes })
  }
  return [...groups].map(([group, { bytes, count }]) => `${group}${count > 1 ? ` (${count})` : ''}: ${size(bytes)}`)
}

function size(bytes: number): string {
  return bytes < 1_048_576 ? `${(bytes / 1_024).toFixed(1)} KiB` : `${(bytes / 1_048_576).toFixed(1)} MiB`
}
