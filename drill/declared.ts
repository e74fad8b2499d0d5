import { PLATFORM } from '../worker/storage/schema/platform.ts'
import { DATABASES, STORE_FIELDS } from '../worker/storage/schema.ts'
import type { Note } from './notebook.ts'
import type { Holdings } from './seize.ts'

/** Every declared column, as `drops.claims`. docs/storage.md. */
const COLUMNS: ReadonlySet<string> = new Set(
  [...Object.values(DATABASES), PLATFORM].flatMap((tables) =>
    Object.entries(tables).flatMap(([table, { columns }]) =>
      Object.keys(columns).map((column) => `${table}.${column}`),
    ),
  ),
)

/** RFC 9562 §5.4. */
const UUID = String.raw`[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}`

/** The form of the keys in a store. */
const KEYS: readonly RegExp[] = Object.values(STORE_FIELDS).map(({ prefix }) => new RegExp(`^${prefix}${UUID}$`))

/**
 * Fields that a server has written and nobody has declared: columns, tables, keys of a store, and the metadata of its values.
 */
export function undeclaredFields({ all, tables, store }: Holdings): readonly string[] {
  const columns = [...tables].flatMap(([table, names]) => names.map((name) => `${table}.${name}`))
  const strange = [...store.keys()].filter((key) => !KEYS.some((each) => each.test(key)))
  const beside = all.filter(
    ({ column, values }) => /\.(?:custom_|http_)?metadata$/.test(column ?? '') && !areEmpty(values),
  )
  return [
    ...columns.filter((column) => !COLUMNS.has(column)).map((column) => `column ${column}`),
    ...new Set(strange.map((key) => `key of the store ${key.replace(/[^/]*$/, '…')}`)),
    ...beside.map(({ column }) => `metadata in ${column}`),
  ]
}

/** @throws Error for a note that names no declared column: a search for it there could never find anything */
export function checkDeclared(notes: readonly Note[]): void {
  const wrong = notes.flatMap(({ declared }) => declared).find((place) => place !== SETTINGS && !COLUMNS.has(place))
  if (wrong !== undefined)
    throw new Error(`the drill looks for something in ${wrong}, which worker/storage/schema.ts does not declare`)
}

/** The place in which an operator names the origins of the server. */
export const SETTINGS = 'settings'

function areEmpty(values: readonly Uint8Array[]): boolean {
  return values.every((value) => ['', '{}'].includes(Buffer.from(value).toString()))
}
