import { parseArgs, type ParseArgsConfig } from 'node:util'
import { MAX_READS, MAX_TTL_SECONDS, MIN_READS, MIN_TTL_SECONDS } from '#protocol/limits.ts'
import { EXIT, Failure } from './failure.ts'
import { useProxy } from './network/proxy.ts'
import { requireWay } from './network/transport.ts'

type Options = NonNullable<ParseArgsConfig['options']>

type Parsed<T extends Options> = ReturnType<
  typeof parseArgs<{ args: string[]; options: T; allowPositionals: true; strict: true }>
>

/**
 * Parses the arguments of a command, and heeds what all of them take: `--proxy`.
 * @param most - how many arguments besides options it takes.
 * @throws Failure that repeats no argument: it may be a secret
 */
export function parseOptions<T extends Options>(args: readonly string[], options: T, most: number): Parsed<T> {
  let parsed: Parsed<T>
  try {
    parsed = parseArgs({ args: [...args], options: { ...options, ...COMMON }, allowPositionals: true, strict: true })
  } catch (cause) {
    throw misused(describeMisuse(cause, { ...options, ...COMMON }), cause)
  }
  const { proxy }: { proxy?: unknown } = parsed.values
  if (typeof proxy === 'string') useProxy(proxy)
  if (parsed.positionals.length > most) throw misused('too many arguments')
  return parsed
}

/** The command was called in a way that it does not understand. */
export function misused(sentence: string, cause?: unknown, hint: string = HOW): Failure {
  return new Failure(sentence, { exitCode: EXIT.usage, hint, cause })
}

/** A life such as `90m`, `1d` or `2w`, in seconds. */
export function parseLife(text: string): number {
  const [, amount = '', unit = ''] = /^(\d{1,6})([mhdw])$/.exec(text) ?? []
  const seconds = Number(amount) * (UNITS[unit] ?? Number.NaN)
  if (!(seconds >= MIN_TTL_SECONDS && seconds <= MAX_TTL_SECONDS)) {
    const [least, most] = [`${MIN_TTL_SECONDS / 60}m`, `${MAX_TTL_SECONDS / 86_400}d`]
    throw misused(`--expires takes a time from ${least} to ${most}, such as 1h or 7d`)
  }
  return seconds
}

/** How often a drop may be opened. */
export function parseReads(text: string): number {
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

function describeMisuse(error: unknown, options: Options): string {
  const code = error instanceof Error && 'code' in error ? error.code : ''
  const message = error instanceof Error ? error.message : ''
  // The messages of Node name the option; what was given as its value they leave out.
  const [option = 'an option'] = /--?[\w-]+/.exec(message) ?? []
  if (code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION') return `there is no option ${option}`
  const [, name = ''] = /--([\w-]+)/.exec(message) ?? []
  switch (Object.hasOwn(options, name) ? options[name]?.type : undefined) {
    case 'boolean':
      return `option ${option} takes no value`
    case 'string':
      return `option ${option} takes a value`
    case undefined:
      return `option ${option} is not used that way`
  }
}

const COMMON = { proxy: { type: 'string' } } as const

const HOW = 'sealdrop help COMMAND shows how a command is used'

/** Seconds. */
const UNITS: Readonly<Record<string, number>> = { m: 60, h: 3_600, d: 86_400, w: 604_800 }

/** Where `npm start` serves. */
const LOCAL_SERVER = 'http://localhost:8787'
