import { parseBase64url, type Bytes } from '#protocol/bytes.ts'
import { isSafeKey, parsePublicKey, type PublicKey } from '#protocol/public-key.ts'
import { parseUrl } from '../platform.ts'

/** Reads JSON member by member, where one spelling is right and every other is damage. */

/** The members of an object that has all of `names`, some of `optional`, and no other; else `undefined`. */
export function membersOf(
  value: unknown,
  names: readonly string[],
  optional: readonly string[] = [],
): Readonly<Record<string, unknown>> | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const present = Object.keys(value)
  const isExact = names.every((name) => present.includes(name))
  const isKnown = present.every((name) => names.includes(name) || optional.includes(name))
  return isExact && isKnown ? { ...value } : undefined
}

/** Every element, read; `undefined` if one cannot be, or if it is no array. */
export function listOf<T>(value: unknown, parse: (each: unknown) => T | undefined): readonly T[] | undefined {
  if (!Array.isArray(value)) return undefined
  const all = value.map((each) => parse(each))
  return all.every((each) => each !== undefined) ? all : undefined
}

/** JSON, or `undefined`. */
export function parseJsonText(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** What `parse` makes of a string; `undefined` for anything else. */
export function textOf<T>(value: unknown, parse: (text: string) => T | undefined): T | undefined {
  return typeof value === 'string' ? parse(value) : undefined
}

/** Bytes in base64url, exactly so many. */
export function bytesOf(value: unknown, length: number): Bytes | undefined {
  return textOf(value, (text) => parseBase64url(text, length))
}

/** A key that a server would take. */
export function keyOf(value: unknown): PublicKey | undefined {
  const key = textOf(value, parsePublicKey)
  return key !== undefined && isSafeKey(key) ? key : undefined
}

/** A whole number from 0. */
export function isWhole(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}

/** Whether a URL is of a server such as ours. */
export function isWeb({ protocol }: URL): boolean {
  return /^https?:$/.test(protocol)
}

/** An origin as `URL` writes it: `https://drop.example`. */
export function originOf(value: unknown): string | undefined {
  const url = textOf(value, parseUrl)
  return url !== undefined && url.origin === value && isWeb(url) ? url.origin : undefined
}
