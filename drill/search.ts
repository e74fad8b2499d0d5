import { AS_IT_IS, LEAST_BYTES, shortSpellingsOf, spellingsOf } from './spellings.ts'
import type { Note } from './notebook.ts'
import type { Holding, Holdings } from './seize.ts'
import { unwrapAll } from './unwrap.ts'

/** Something of people's that lies where it was looked for. */
export interface Sighting {
  readonly note: Note
  readonly place: string
  /** How it is spelled there, and in what it was wrapped up. */
  readonly way: string
  /** Whether docs/storage.md says that it is there. */
  readonly isDeclared: boolean
}

export interface Searched {
  readonly sightings: readonly Sighting[]
  /** Things that were looked for, and ways in which they may be spelled. */
  readonly notes: number
  readonly spellings: number
  /** Bytes that were looked through as they are, and that came out of wrappings. */
  readonly bytes: number
  readonly unwrapped: number
}

/** Looks for everything that people had in everything that an operator has. */
export function searchAll(notes: readonly Note[], { all }: Holdings): Searched {
  const needles = notes.flatMap((note) => spellingsOf(note).map((spelling) => ({ ...spelling, note })))
  const scan = makeScanner(needles)
  const short = notes
    .filter(({ bytes }) => bytes.length <= MOST_SHORT_BYTES)
    .flatMap((note) => shortSpellingsOf(note).map((spelling) => ({ ...spelling, note })))
  const sightings = new Map<string, Sighting>()
  const sight = (holding: Holding, note: Note, way: string): void => {
    const { place } = holding
    sightings.set(`${place} ${way} ${notes.indexOf(note)}`, {
      note,
      place,
      way,
      isDeclared: isDeclared(note, holding, way),
    })
  }
  let unwrapped = 0
  for (const holding of all) {
    for (const { note, way } of scan(holding.bytes)) sight(holding, note, way)
    for (const { way: wrapping, bytes } of unwrapAll(holding.bytes, holding.values)) {
      unwrapped += bytes.length
      for (const { note, way } of scan(bytes)) sight(holding, note, `${way} in ${wrapping}`)
    }
    for (const { note, way } of exactly(short, holding)) sight(holding, note, way)
  }
  const bytes = all.reduce((sum, holding) => sum + holding.bytes.length, 0)
  return { sightings: [...sightings.values()], notes: notes.length, spellings: needles.length, bytes, unwrapped }
}

/** What is too short to be looked for in a stream, such as the four bytes of an address: a value, or a word, that is just that. */
function exactly(short: readonly Needle[], { bytes: whole, kind, values }: Holding): readonly Needle[] {
  const words = kind === 'words' || kind === 'column' ? Buffer.from(whole).toString('latin1').matchAll(WORDS) : []
  const all = new Set([
    ...values.filter(({ length }) => length <= MOST_WORD).map((value) => Buffer.from(value).toString('latin1')),
    ...Array.from(words, ([each]) => each),
  ])
  return short.filter(({ bytes }) => all.has(Buffer.from(bytes).toString('latin1')))
}

/** Characters of sixteen bytes in hexadecimal, and whatever could be four to sixteen in that or in base64. */
const MOST_WORD = 32
const WORDS = /(?<![\w+/])[\w+/-]{6,32}(?![\w+/])={0,2}/g

/**
 * A thing may lie in the columns that are declared for it, spelled as it is; and so in the files of the databases that have
 * these columns. On a card it lies in base64url, as JSON Web Signatures have it.
 */
function isDeclared({ declared }: Note, { column, kind, place, tables = [] }: Holding, way: string): boolean {
  if (declared.includes(place)) return way === AS_IT_IS
  const places = kind === 'file' ? declared.filter((each) => tables.includes(each.split('.')[0] ?? '')) : declared
  const columns = kind === 'file' ? places : places.filter((each) => each === column)
  const isSigned = columns.some((each) => each.endsWith('.jws'))
  const ways = isSigned ? SIGNED_WAYS : DECLARED_WAYS
  return columns.length > 0 && ways.some((each) => each.test(way))
}

const DECLARED_WAYS = [new RegExp(`^${AS_IT_IS}$`), /^a whole value$/]
const SIGNED_WAYS = [/^base64url$/, /^base64$/, new RegExp(`^${AS_IT_IS} in base64$`)]

/** Bytes of an address of version 6. */
const MOST_SHORT_BYTES = 16

interface Needle {
  readonly note: Note
  readonly way: string
  readonly bytes: Uint8Array
}

/** Finds any of many needles in one pass: by a hash of the eight bytes at each place. */
function makeScanner(needles: readonly Needle[]): (bytes: Uint8Array) => Iterable<Needle> {
  const marks = new Uint8Array(2 ** 24 / 8)
  const byHash = new Map<number, Needle[]>()
  for (const needle of needles) {
    const hash = hashOf(word(needle.bytes, 0), word(needle.bytes, 4))
    marks[hash >>> 3] = (marks[hash >>> 3] ?? 0) | (1 << (hash & 7))
    byHash.set(hash, [...(byHash.get(hash) ?? []), needle])
  }
  return function* (bytes) {
    const found = new Set<Needle>()
    let low = word(bytes, 0)
    let high = word(bytes, 4)
    for (let at = 0; at + LEAST_BYTES <= bytes.length; at++) {
      const hash = hashOf(low, high)
      if (((marks[hash >>> 3] ?? 0) & (1 << (hash & 7))) !== 0) {
        for (const needle of byHash.get(hash) ?? [])
          if (!found.has(needle) && isAt(bytes, at, needle.bytes)) found.add(needle)
      }
      low = (low >>> 8) | (high << 24)
      high = (high >>> 8) | ((bytes[at + LEAST_BYTES] ?? 0) << 24)
    }
    yield* found
  }
}

/** 24 bits. */
function hashOf(low: number, high: number): number {
  return (Math.imul(low, 0x9e37_79b1) ^ Math.imul(high, 0x85eb_ca77)) >>> 8
}

function word(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24)
}

function isAt(bytes: Uint8Array, at: number, needle: Uint8Array): boolean {
  return needle.every((byte, index) => bytes[at + index] === byte)
}
