import { hasHidden } from './hidden.ts'
import { recordOf } from './json.ts'
import { parseSafeKey, type PublicKey } from './public-key.ts'

/**
 * The operator's statement about itself: plain text, and all of it optional. Nobody has checked it. It is an answer of the API,
 * not a part of the page, so that every deployment serves the same bytes. docs/protocol.md §6.10.
 */
export interface Operator {
  readonly name?: string
  /** `mailto:`, `https:` or `tel:` (RFC 9116 §2.5.3). */
  readonly contact?: string
  readonly jurisdiction?: string
  readonly statement?: Statement
  /** If the operator can query its own server: the key that signs those requests and the answers that are handed over. */
  readonly key?: PublicKey
}

/** A statement of the operator that holds for a time. */
export interface Statement {
  readonly text: string
  /** Days, UTC: `2026-11-23`. It holds to the end of the last one. */
  readonly issued: string
  readonly expires: string
}

/** The settings in `wrangler.toml`. An empty one is not set. */
export type OperatorSettings = { readonly [name in (typeof OPERATOR_SETTINGS)[number]]?: string }

export const OPERATOR_SETTINGS = [
  'OPERATOR_NAME',
  'OPERATOR_CONTACT',
  'OPERATOR_JURISDICTION',
  'OPERATOR_STATEMENT',
  'OPERATOR_STATEMENT_ISSUED',
  'OPERATOR_STATEMENT_EXPIRES',
  'OPERATOR_KEY',
] as const

/** @throws TypeError that names a malformed setting: better no answer than half of one */
export function readOperatorSettings(settings: OperatorSettings): Operator {
  const present = Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== ''))
  const { OPERATOR_STATEMENT: text, OPERATOR_STATEMENT_ISSUED: issued, OPERATOR_STATEMENT_EXPIRES: expires } = present
  const hasStatement = [text, issued, expires].some((each) => each !== undefined)
  const members: readonly (readonly [setting: string, member: keyof Operator, value: unknown])[] = [
    ['OPERATOR_NAME', 'name', present['OPERATOR_NAME']],
    ['OPERATOR_CONTACT', 'contact', present['OPERATOR_CONTACT']],
    ['OPERATOR_JURISDICTION', 'jurisdiction', present['OPERATOR_JURISDICTION']],
    [
      'OPERATOR_STATEMENT, with its _ISSUED and _EXPIRES,',
      'statement',
      hasStatement ? { text, issued, expires } : undefined,
    ],
    ['OPERATOR_KEY', 'key', present['OPERATOR_KEY']],
  ]
  const said = members.filter(([, , value]) => value !== undefined)
  const wrong = said.find(([, member, value]) => parseOperator({ [member]: value }) === undefined)
  const operator = parseOperator(Object.fromEntries(said.map(([, member, value]) => [member, value])))
  if (wrong === undefined && operator !== undefined) return operator
  throw new TypeError(`${wrong?.[0] ?? 'OPERATOR_…'} is not as docs/operations.md §8 has it`)
}

/** A server's answer, as far as it is well-formed; otherwise `undefined`. Unknown members are left out. */
export function parseOperator(value: unknown): Operator | undefined {
  const record = recordOf(value)
  if (record === undefined) return undefined
  const { name, contact, jurisdiction, statement, key } = record
  const read = {
    name: readText(name, MAX_NAME_CHARACTERS),
    contact: readContact(contact),
    jurisdiction: readText(jurisdiction, MAX_JURISDICTION_CHARACTERS),
    statement: readStatement(statement),
    key: readKey(key),
  }
  if (Object.values(read).includes(null)) return undefined
  const members = Object.entries(read).filter(([, each]) => each !== undefined)
  return Object.fromEntries(members) as Operator
}

/**
 * Whether a statement still holds. One that nobody has renewed says nothing.
 * @param now - milliseconds since 1970
 */
export function isCurrent({ issued, expires }: Statement, now: number): boolean {
  const today = new Date(now).toISOString().slice(0, 10)
  return issued <= today && today <= expires
}

/**
 * The file `/.well-known/security.txt` (RFC 9116).
 * @param now - milliseconds since 1970: the file is valid for a month from then.
 * @param origin - of the server that was asked.
 */
export function formatSecurityTxt(contact: string, origin: string, now: number): string {
  const day = Math.floor(now / DAY_MS) + SECURITY_TXT_DAYS
  const expires = new Date(day * DAY_MS).toISOString().replace('.000Z', 'Z')
  return `Contact: ${contact}\nExpires: ${expires}\nCanonical: ${origin}/.well-known/security.txt\n`
}

/** `null` for a malformed value: any word could be somebody's name. */
type Read<T> = T | null | undefined

function readText(value: unknown, most: number, mayHaveLines = false): Read<string> {
  if (value === undefined) return undefined
  if (typeof value !== 'string' || value.trim() === '' || value.length > most) return null
  return hasHidden(mayHaveLines ? value.replaceAll('\n', ' ') : value) ? null : value
}

function readContact(value: unknown): Read<string> {
  const text = readText(value, MAX_CONTACT_CHARACTERS)
  if (text === undefined || text === null) return text
  return /^(?:mailto:[^\s@]+@[^\s@]+|https:\/\/\S+|tel:\+?[\d-]+)$/.test(text) ? text : null
}

function readStatement(value: unknown): Read<Statement> {
  if (value === undefined) return undefined
  const record = recordOf(value)
  if (record === undefined) return null
  const { issued, expires } = record
  const text = readText(record['text'], MAX_STATEMENT_CHARACTERS, true)
  if (text === undefined || text === null || !isDay(issued) || !isDay(expires) || issued > expires) return null
  // A statement that is never renewed says nothing.
  if (Date.parse(expires) - Date.parse(issued) > MAX_STATEMENT_DAYS * DAY_MS) return null
  return { text, issued, expires }
}

function readKey(value: unknown): Read<PublicKey> {
  if (value === undefined) return undefined
  return parseSafeKey(value) ?? null
}

function isDay(value: unknown): value is string {
  if (typeof value !== 'string' || !/^20\d\d-\d\d-\d\d$/.test(value)) return false
  const ms = Date.parse(value)
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(value)
}

const DAY_MS = 86_400_000

/** RFC 9116 §2.5.5 asks for less than a year. */
const SECURITY_TXT_DAYS = 30

const MAX_NAME_CHARACTERS = 100
const MAX_CONTACT_CHARACTERS = 200
const MAX_JURISDICTION_CHARACTERS = 200
const MAX_STATEMENT_CHARACTERS = 2_000
const MAX_STATEMENT_DAYS = 366
