import { parseBoxAddress, type BoxAddress } from '#protocol/address.ts'
import { anyText, isWhole, listOf, recordOf, textOf } from '#protocol/json.ts'
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
  const { to: address, name, readers: list = [], serial, returnCode: words } = recordOf(value) ?? {}
  const to = textOf(address, parseBoxAddress)
  const readers = listOf(list, anyText)
  const returnCode = textOf(words, parseReturnCode)
  if (to === undefined || typeof name !== 'string' || readers === undefined) return undefined
  if (returnCode === undefined && words !== undefined) return undefined
  if (serial === undefined) return { to, name, readers, returnCode }
  return isWhole(serial) ? { to, name, readers, serial, returnCode } : undefined
}

/** A code as a person writes it down. */
export function formatWords({ words }: { readonly words: readonly string[] }): string {
  return words.join(' ')
}
