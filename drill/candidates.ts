import type { Holding, Holdings } from './seize.ts'
import { keyIn } from './locks.ts'

/** Values to be tried as keys, the likeliest first. */
export interface Candidates {
  /** Stored values, and the bytes that their words and strings encode: all of them are tried, in every way. */
  readonly whole: readonly Candidate[]
  /** Every run of 16, 24 and 32 bytes in a stored value: tried quickly, as long as there is time. */
  readonly windows: Iterable<Candidate>
}

export interface Candidate {
  readonly value: Uint8Array
  readonly place: string
}

/** Everything in the operator's possession that could be a key. */
export function findCandidates({ all }: Holdings): Candidates {
  const values = all.flatMap((holding) => valuesOf(holding).map((value) => ({ value, place: holding.place })))
  const words = values.flatMap(({ value, place }) => keysIn(value).map((key) => ({ value: key, place })))
  const whole = unique([...values, ...words].filter(({ value }) => KEY_BYTES.includes(value.length)))
  // A short value is likelier to be a key than a piece of a card is.
  const sorted = unique([...values, ...decoded(values)]).toSorted((a, b) => a.value.length - b.value.length)
  return { whole, windows: windowsOf(sorted) }
}

/** Only the two ends of a value in the store: between them is ciphertext. */
function valuesOf({ bytes, kind, values }: Holding): readonly Uint8Array[] {
  if (kind === 'words') return [bytes]
  if (kind === 'value') return values.flatMap((value) => [value.subarray(0, END_BYTES), value.subarray(-END_BYTES)])
  return values
}

/** Keys that are written in a value as words, in base64 or hexadecimal. */
function keysIn(value: Uint8Array): Uint8Array[] {
  const words =
    Buffer.from(value)
      .toString('latin1')
      .match(/[\w+/-]{21,}={0,2}/g) ?? []
  return words.map((word) => keyIn(word)).filter((key) => key !== undefined)
}

/** The bytes that longer words encode, such as the payloads of cards. */
function decoded(values: readonly Candidate[]): Candidate[] {
  return values.flatMap(({ value, place }) => {
    const words =
      Buffer.from(value)
        .toString('latin1')
        .match(/[\w+/-]{44,}/g) ?? []
    return words.map((word) => ({ value: Buffer.from(word, 'base64'), place }))
  })
}

function* windowsOf(candidates: readonly Candidate[]): Generator<Candidate> {
  for (const { value, place } of candidates) {
    for (const length of KEY_BYTES) {
      for (let at = 0; at + length <= value.length; at++) yield { value: value.subarray(at, at + length), place }
    }
  }
}

function unique(candidates: readonly Candidate[]): Candidate[] {
  const seen = new Set<string>()
  return candidates.filter(({ value }) => {
    const key = Buffer.from(value).toString('latin1')
    return !seen.has(key) && seen.add(key)
  })
}

const KEY_BYTES = [16, 24, 32]
const END_BYTES = 512
