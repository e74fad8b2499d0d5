import { parseName } from '#protocol/card.ts'
import { MAX_BOX_NAME_CHARACTERS } from '#protocol/limits.ts'
import { misused } from '../options.ts'

/** What every command takes that unlocks a box. */
export const UNLOCK_OPTIONS = {
  box: { type: 'string' },
  'passphrase-file': { type: 'string' },
  json: { type: 'boolean', default: false },
} as const

/** A size such as `10M` or `1.5GiB`, in bytes. @param option - that it was given with. */
export function parseSize(text: string, option: string): number {
  const [, amount = '', unit = ''] = /^(\d{1,9}(?:\.\d{1,3})?)([kmgt]?)(?:i?b)?$/i.exec(text.trim()) ?? []
  const bytes = Math.floor(Number(amount) * 1_024 ** ' kmgt'.indexOf(unit.toLowerCase() || ' '))
  if (amount === '' || bytes < 1 || !Number.isSafeInteger(bytes))
    throw misused(`${option} takes a size such as 500k, 20M or 1G`)
  return bytes
}

/** A whole number from 1. @param option - that it was given with. */
export function parseAmount(text: string, option: string): number {
  const amount = /^\d{1,9}$/.test(text) ? Number(text) : 0
  if (amount < 1) throw misused(`${option} takes a whole number from 1`)
  return amount
}

/** A name that a card may have. @param option - that it was given with. */
export function parseCardName(text: string, option: string): string {
  const name = parseName(text)
  if (name !== undefined) return name
  throw misused(`${option} takes one line of at most ${MAX_BOX_NAME_CHARACTERS} characters`)
}
