import { AS_IT_IS, LEAST_BYTES, shortSpellingsOf, spellingsOf } from './spellings.ts'
import type { Note } from './notebook.ts'
import type { Holding, Holdings } from './seize.ts'
import { unwrapAll } from './unwrap.ts'

/** Something of people's that was found. */
export interface Sighting {
  readonly note: Note
  readonly place: string
  /** Its spelling there, and the encodings around it. */
  readonly way: string
  /** Whether docs/storage.md declares it there. */
  readonly isDeclared: boolean
}

export interface Searched {
  readonly sightings: readonly Sighting[]
  /** Things that were searched for, and their spellings. */
  readonly notes: number
  readonly spellings: number
  /** Bytes that were searched as they are, and after decoding. */
  readonly bytes: number
  readonly unwrapped: number
}

/** Searches everything that an operator has for everything that people had. */
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

/** Things that are too short to be searched for in a stream, such as the four bytes of an address: only a value or a word that is exactly one of them counts. */
function exactly(short: readonly Needle[], { bytes: whole, kind, values }: Holding): readonly Needle[] {
  const words = kind === 'words' || kind === 'column' ? Buffer.from(whole).toString('latin1').matchAll(WORDS) : []
  const all = new Set([
    ...values.filter(({ length }) => length <= MOST_WORD).map((value) => Buffer.from(value).toString('latin1')),
    ...Array.from(words, ([each]) => each),
  ])
  return short.filter(({ bytes }) => all.has(Buffer.from(bytes).toString('latin1')))
}

/** The longest word that can be sixteen bytes: in hexadecimal. */
const MOST_WORD = 32
const WORDS = /(?<![\w+/])[\w+/-]{6,32}(?![\w+/])={0,2}/g

/**
 * A thing may be in the columns that are declared for it, as it is, and therefore in the files of the databases with these
 * columns. On a card it is in base64url, as in every JSON Web Signature.
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

/** Bytes of an IPv6 address. */
const MOST_SHORT_BYTES = 16

interface Needle {
  readonly note: Note
  readonly way: string
  readonly bytes: Uint8Array
}

/** Finds any of many needles in one pass, by a hash of the eight bytes at each offset. */
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
