import { parseBoxAddress, type BoxAddress } from '#protocol/address.ts'
import { parseReturnCode, type ReturnCode } from '#client/box/return.ts'

/** What is told of a drop that goes into a box, or back as an answer, once it has arrived. */
export interface Letter {
  readonly to: BoxAddress
  /** What the box calls itself; of an answer, whom it goes to. */
  readonly name: string
  /** Names of its readers. */
  readonly readers: readonly string[]
  /** The serial of its card, where the sender asked to remember it. */
  readonly serial?: number | undefined
  /** Where the sender asked for one. */
  readonly returnCode?: ReturnCode | undefined
}

/** As JSON: secret, if a return code is in it. */
export function formatLetter({ returnCode, ...letter }: Letter): Record<string, unknown> {
  return returnCode === undefined ? letter : { ...letter, returnCode: formatWords(returnCode) }
}

/** A letter as it was stored, or `undefined` if it is none. */
export function parseLetter(value: unknown): Letter | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const record: Readonly<Record<string, unknown>> = { ...value }
  const { name, readers: list, serial, returnCode: words } = record
  const to = typeof record['to'] === 'string' ? parseBoxAddress(record['to']) : undefined
  const readers: unknown[] = Array.isArray(list) ? list : []
  const returnCode = typeof words === 'string' ? parseReturnCode(words) : undefined
  if (to === undefined || typeof name !== 'string' || !readers.every((each) => typeof each === 'string'))
    return undefined
  if (returnCode === undefined && words !== undefined) return undefined
  if (serial === undefined) return { to, name, readers, returnCode }
  return Number.isSafeInteger(serial) ? { to, name, readers, serial: Number(serial), returnCode } : undefined
}

/** A code as a person writes it down. */
export function formatWords({ words }: { readonly words: readonly string[] }): string {
  return words.join(' ')
}
