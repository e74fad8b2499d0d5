import { parseDictionary, serializeDictionary, type Dictionary } from 'structured-headers'

/**
 * The members of a field that is a dictionary (RFC 9651 §3.2); `undefined` unless it is spelled as §4.1.2 serializes it. So a
 * member twice, a leading zero, base64 without padding or with stray bits, and white space anywhere else are refused by one
 * comparison, which any library can make. docs/protocol.md §5.6.
 */
export function parseDictionaryField(field: string): Dictionary | undefined {
  try {
    const members = parseDictionary(field)
    return serializeDictionary(members) === field ? members : undefined
  } catch {
    return undefined
  }
}

/** The values in a dictionary of exactly `count` members without parameters, in any order; `undefined` for any other field. */
export function parsePlainDictionary(field: string, count: number): ReadonlyMap<string, unknown> | undefined {
  const members = [...(parseDictionaryField(field) ?? [])]
  const isPlain = members.length === count && members.every(([, [, parameters]]) => parameters.size === 0)
  return isPlain ? new Map(members.map(([name, [value]]) => [name, value])) : undefined
}
