import { formatBoxAddress, parseBoxAddress, type BoxAddress } from './address.ts'
import { decodeBody } from './api.ts'
import { parseBase64url, toBase64url, utf8, type Bytes } from './bytes.ts'
import { parseDropId, type DropId } from './id.ts'

/** The subject of a question to an operator. */
export type Subject = { readonly drop: DropId } | { readonly box: BoxAddress }

/**
 * All data that an operator holds about one drop or one box, in words: to be handed over, and read by people who did not build
 * this. docs/protocol.md §6.11.
 */
export interface Disclosure {
  readonly v: 1
  readonly kind: 'sealdrop disclosure'
  readonly about: Subject
  readonly statement: {
    /** RFC 3339, UTC. */
    readonly made: string
    readonly software: string
    /** The server, or its folder. */
    readonly source: string
    readonly searched: readonly string[]
    readonly found: boolean
    /** How to read the rest. */
    readonly reading: readonly string[]
    readonly notHeld: readonly string[]
    /** Copies that others may have, or that may come back from where they were deleted. */
    readonly elsewhere: readonly string[]
  }
  readonly held: readonly HeldTable[]
  readonly ciphertext: readonly HeldObject[]
}

/** Rows of one table, and the meaning of its columns. */
export interface HeldTable {
  readonly table: string
  readonly in: string
  readonly oneRowIs: string
  readonly kept: string
  readonly columns: Readonly<Record<string, { readonly means: string; readonly tells: string }>>
  readonly rows: readonly Readonly<Record<string, unknown>>[]
}

/** The ciphertext under a store key that a row names, if it is there. The server has nothing that opens it. */
export interface HeldObject {
  readonly store: string
  readonly key: string
  readonly present: boolean
  readonly sizeBytes?: number
  /** SHA-256 of the bytes, base64url, if they were read. */
  readonly sha256?: string
  readonly uploaded?: string
  readonly expires?: string
}

/** The members of a declared table that are used here. `worker/storage/schema.ts` has the tables. */
export interface DeclaredTable {
  readonly holds: string
  readonly lives: string
  readonly columns: Readonly<Record<string, { readonly form: string; readonly means: string; readonly tells: string }>>
}

/** A row of SQLite. */
export type StoredRow = Readonly<Record<string, ArrayBuffer | Uint8Array | string | number | bigint | null>>

/** The question, the places that were searched, and the findings, before they are put together. */
export interface Findings extends Pick<Disclosure, 'about' | 'held' | 'ciphertext'> {
  /** Milliseconds since 1970. */
  readonly now: number
  readonly software: string
  readonly source: string
  readonly searched: readonly string[]
  readonly notHeld: readonly string[]
  readonly elsewhere: readonly string[]
}

export function composeDisclosure({ about, now, held, ciphertext, ...findings }: Findings): Disclosure {
  const { software, source, searched, notHeld, elsewhere } = findings
  const made = new Date(now).toISOString()
  const statement = { made, software, source, searched, found: held.length > 0, reading: READING, notHeld, elsewhere }
  return { v: 1, kind: 'sealdrop disclosure', about, statement, held, ciphertext }
}

const READING = [
  'Times are in UTC. Keys, ids, hashes and signatures are bytes, written in base64url (RFC 4648 §5) or, between colons, in base64; addresses of boxes as people write them. Sizes are in bytes, and lengths of time in seconds.',
  'It is what was stored at the time at which this was made. Where nothing was found, that does not say that nothing ever was there: what has ended is deleted.',
]

/**
 * The rows of a table in words; nothing if there are none.
 * @param where - the shelf or rack.
 */
export function describeRows(
  name: string,
  where: string,
  table: DeclaredTable,
  rows: readonly StoredRow[],
): readonly HeldTable[] {
  if (rows.length === 0) return []
  const columns = Object.entries(table.columns).map(([column, { means, tells }]) => [column, { means, tells }])
  const described = rows.map((row) =>
    Object.fromEntries(
      Object.entries(row).map(([column, value]) => [
        column,
        readStored(value, table.columns[column]?.form ?? 'undeclared'),
      ]),
    ),
  )
  return [
    {
      table: name,
      in: where,
      oneRowIs: table.holds,
      kept: table.lives,
      columns: Object.fromEntries(columns),
      rows: described,
    },
  ]
}

/** The tables that have columns of all these forms, and those columns. */
export function columnsOf(
  tables: Readonly<Record<string, DeclaredTable>>,
  forms: readonly string[],
): readonly (readonly [table: string, columns: readonly string[]])[] {
  return Object.entries(tables).flatMap(([name, { columns }]) => {
    const found = forms.map((form) => Object.keys(columns).find((column) => columns[column]?.form === form))
    const named = found.filter((column) => column !== undefined)
    return named.length === forms.length ? [[name, named] as const] : []
  })
}

/** The store keys that rows of drops and parts name. */
export function keysIn(tables: Readonly<Record<string, readonly StoredRow[]>>): readonly string[] {
  const ofDrops = (tables['drops'] ?? []).flatMap(({ blobs }) => {
    const read: unknown = typeof blobs === 'string' ? JSON.parse(blobs) : []
    return Array.isArray(read) ? read.filter((each) => typeof each === 'string') : []
  })
  const ofParts = (tables['parts'] ?? []).flatMap(({ blob }) => (typeof blob === 'string' ? [blob] : []))
  return [...ofDrops, ...ofParts]
}

/** Body of `disclose`: exactly these bytes. */
export function formatSubject(subject: Subject): Bytes {
  return utf8(JSON.stringify(subject))
}

/** The subject in the body of `disclose`; `undefined` for any other byte string. */
export function parseSubject(body: Uint8Array): Subject | undefined {
  const [, name, value = ''] = /^\{"(drop|box)":"([\w-]{22,100})"\}$/.exec(decodeBody(body)) ?? []
  const drop = name === 'drop' ? parseDropId(value) : undefined
  if (drop !== undefined) return { drop }
  const box = name === 'box' ? parseBoxAddress(value) : undefined
  return box === undefined ? undefined : { box }
}

/** A stored value for people; a number that is a time is given both ways. */
function readStored(value: StoredRow[string], form: string): unknown {
  if (value === null || typeof value === 'bigint') return value === null ? null : String(value)
  if (typeof value === 'string') return readText(value, form)
  if (typeof value !== 'number') return readBytes(new Uint8Array(value), form)
  const unit = UNITS_MS[form]
  if (unit === undefined || value === 0) return value
  const time = new Date(value * unit)
  // An owner may publish a card for a week that no calendar has.
  return Number.isNaN(time.getTime()) ? { value, form } : { value, form, time: time.toISOString() }
}

/** A signed text (RFC 7515) has names in it that nobody can read in base64url: it is given both ways. */
function readText(value: string, form: string): unknown {
  if (form === 'JSON') return JSON.parse(value)
  if (form !== 'signed JSON') return value
  const [, payload = ''] = value.split('.')
  const bytes = parseBase64url(payload, Math.floor((payload.length * 3) / 4))
  return bytes === undefined ? { value, form } : { value, form, says: JSON.parse(decodeBody(bytes)) as unknown }
}

function readBytes(bytes: Uint8Array, form: string): string {
  return form === 'box address' && bytes.length === 32 ? formatBoxAddress(bytes) : toBase64url(bytes)
}

const UNITS_MS: Readonly<Record<string, number>> = {
  'milliseconds since 1970': 1,
  'seconds since 1970': 1_000,
  'days since 1970': 86_400_000,
  'weeks since 1970': 604_800_000,
}
