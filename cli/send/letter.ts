import { parseBoxAddress, type BoxAddress } from '#protocol/address.ts'
import { anyText, isWhole, listOf, recordOf, textOf } from '#protocol/json.ts'
import { parseReturnCode, type ReturnCode } from '#client/box/return.ts'
import { print, printJson, printOnce, say } from '../terminal/terminal.ts'
import { rememberSerial } from './known-cards.ts'

/** The report on a drop that goes into a box, or back as an answer, once it has arrived. */
export interface BoxDelivery {
  readonly to: BoxAddress
  /** The name of the box on its card; for an answer, the thread. */
  readonly name: string
  /** Names of its readers. */
  readonly readers: readonly string[]
  /** The serial of its card, where the sender asked to remember it. */
  readonly serial?: number | undefined
  /** Where the sender asked for one. */
  readonly returnCode?: ReturnCode | undefined
}

/** As JSON: secret, if a return code is in it. */
export function formatDelivery({ returnCode, ...letter }: BoxDelivery): Record<string, unknown> {
  return returnCode === undefined ? letter : { ...letter, returnCode: formatWords(returnCode) }
}

/** A letter as it was stored, or `undefined` if it is none. */
export function parseDelivery(value: unknown): BoxDelivery | undefined {
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

/** Tells that a drop has arrived in a box, and gives out its return code. */
export async function announceDelivery(
  { to, name, readers, serial, returnCode }: BoxDelivery,
  order: {
    /** Name of the ticket of what is still kept: resuming it prints everything again. */
    readonly again: string
    /** Milliseconds since 1970. */
    readonly expiresAtMs: number
    readonly json: boolean
  },
): Promise<void> {
  const { again, expiresAtMs, json } = order
  if (serial !== undefined) rememberSerial(to, serial)
  const words = returnCode === undefined ? undefined : formatWords(returnCode)
  const expires = new Date(expiresAtMs).toISOString()
  try {
    if (json)
      await printJson({ to, name, readers, expires, returnCode: words }, words === undefined ? print : printOnce)
    else if (words !== undefined) await printOnce(`${words}\n`)
  } catch (error) {
    if (words !== undefined)
      say(`the drop is in the box, and its return code could not be printed: sealdrop resume ${again} prints it`)
    throw error
  }
  if (words !== undefined)
    say('write these words down: only with them you see answers (sealdrop return), and nothing here remembers them')
}
