import { parseBase64url, type Bytes } from './bytes.ts'

/** Reads JSON member by member. Damage, another version and a stranger's file all become `undefined`. */

/** The value of a JSON text; `undefined` for any other text. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/**
 * JSON in its one spelling, docs/protocol.md §13.4: whatever a parser drops, such as the first of two members of one name,
 * would be signed or sealed and read by nobody, or read by another program.
 * @throws RangeError for any other text, SyntaxError for a text that is not JSON
 */
export function parseExactJson(json: string): unknown {
  const value: unknown = JSON.parse(json)
  if (JSON.stringify(value) !== json) throw new RangeError('spelling')
  return value
}

/** The members of an object, whatever they are; `undefined` for any other value. */
export function recordOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined
}

/** The members of an object that has all of `names`, some of `optional`, and no other; else `undefined`. */
export function membersOf(
  value: unknown,
  names: readonly string[],
  optional: readonly string[] = [],
): Readonly<Record<string, unknown>> | undefined {
  const record = recordOf(value)
  if (record === undefined) return undefined
  const present = Object.keys(record)
  const isExact = names.every((name) => present.includes(name))
  const isKnown = present.every((name) => names.includes(name) || optional.includes(name))
  return isExact && isKnown ? record : undefined
}

/** Every element, read; `undefined` if one cannot be, or if it is no array. */
export function listOf<T>(value: unknown, parse: (each: unknown) => T | undefined): readonly T[] | undefined {
  if (!Array.isArray(value)) return undefined
  const all = value.map((each) => parse(each))
  return all.every((each) => each !== undefined) ? all : undefined
}

/** A string, read; `undefined` for any other value. */
export function textOf<T>(value: unknown, parse: (text: string) => T | undefined): T | undefined {
  return typeof value === 'string' ? parse(value) : undefined
}

/** A string as it is. */
export function anyText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

/** Bytes in base64url. @param length - how many; any number of them if left out */
export function bytesOf(value: unknown, length?: number): Bytes | undefined {
  return textOf(value, (text) => parseBase64url(text, length ?? Math.floor((text.length * 3) / 4)))
}

/** A whole number from 0. */
export function isWhole(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}
