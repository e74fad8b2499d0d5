import { parseName } from '#protocol/card.ts'
import { MAX_BOX_NAME_CHARACTERS, MAX_READS, MAX_TTL_SECONDS, MIN_READS, MIN_TTL_SECONDS } from '#protocol/limits.ts'
import { misused } from './command.ts'
import { requireWay } from './network/transport.ts'

/** A life such as `90m`, `1d` or `2w`, in seconds. @param otherwise - where nothing was typed */
export function parseLife(text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise
  const [, amount = '', unit = ''] = /^(\d{1,6})([mhdw])$/.exec(text) ?? []
  const seconds = Number(amount) * (UNITS[unit] ?? Number.NaN)
  if (!(seconds >= MIN_TTL_SECONDS && seconds <= MAX_TTL_SECONDS)) {
    const [least, most] = [`${MIN_TTL_SECONDS / 60}m`, `${MAX_TTL_SECONDS / 86_400}d`]
    throw misused(`--expires takes a time from ${least} to ${most}, such as 1h or 7d`)
  }
  return seconds
}

/** How many readers may open a drop. @param text - the fewest where nothing was typed */
export function parseReads(text: string = String(MIN_READS)): number {
  const reads = /^\d{1,3}$/.test(text) ? Number(text) : 0
  if (reads < MIN_READS || reads > MAX_READS) throw misused(`--reads takes a number from ${MIN_READS} to ${MAX_READS}`)
  return reads
}

/** The server to send to: the option, else `SEALDROP_SERVER`, else one that runs on this machine. */
export function parseServer(option: string | undefined): string {
  const { SEALDROP_SERVER: named = '' } = process.env
  const url = URL.parse(option ?? (named === '' ? LOCAL_SERVER : named))
  const isOrigin = url !== null && url.pathname === '/' && url.search === '' && url.hash === '' && url.username === ''
  if (!isOrigin || !['https:', 'http:'].includes(url.protocol)) {
    throw misused(
      `${option === undefined ? 'SEALDROP_SERVER' : '--server'} takes an address such as https://drop.example`,
    )
  }
  // Before anything is made or kept for it.
  requireWay(url.origin)
  return url.origin
}

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

/** Seconds. */
const UNITS: Readonly<Record<string, number>> = { m: 60, h: 3_600, d: 86_400, w: 604_800 }

/** Where `npm start` serves. */
const LOCAL_SERVER = 'http://localhost:8787'
