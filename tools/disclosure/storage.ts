import { readFileSync } from 'node:fs'
import { DATABASES, STORE_FIELDS } from '../../worker/storage/schema.ts'
import { FORCED, IMPOSSIBLE, MEMORY, NOT_HELD, REMAINS, WRITERS } from '../../worker/storage/schema/statements.ts'
import type { StoredField, Table } from '../../worker/storage/schema/types.ts'
import { PLATFORM } from '../../worker/storage/schema/platform.ts'
import { ROOT } from '../bundle.ts'

/**
 * docs/storage.md: the prose of `tools/disclosure/storage.md`, with tables in place of `%shelf.drops%` and the like.
 * @throws Error for a placeholder without a table, and for a table without a placeholder
 */
export function storagePage(): string {
  const parts = partsOfPage()
  const used = new Set<string>()
  const page = readFileSync(`${ROOT}tools/disclosure/storage.md`, 'utf8').replaceAll(
    /^%([\w.]+)%$/gm,
    (_, name: string) => {
      const part = parts[name]
      if (part === undefined) throw new Error(`tools/disclosure/storage.md asks for %${name}%, and there is none.`)
      used.add(name)
      return part
    },
  )
  const left = Object.keys(parts).filter((name) => !used.has(name))
  if (left.length > 0) throw new Error(`tools/disclosure/storage.md has no place for ${left.join(', ')}.`)
  return page
}

function partsOfPage(): Readonly<Record<string, string>> {
  const tables = Object.entries(DATABASES).flatMap(([database, declared]) => [
    ...Object.entries(declared).map(([name, each]): [string, string] => [`${database}.${name}`, columns(each)]),
    [`${database}.indexes`, indexes(Object.values(declared))] as [string, string],
  ])
  return {
    ...Object.fromEntries(tables),
    kv: fields(STORE_FIELDS.kv.fields),
    r2: fields(STORE_FIELDS.r2.fields),
    memory: table(
      ['data', 'where', 'until'],
      MEMORY.map(({ what, where, until }) => [what, where, until]),
    ),
    writers: table(
      ['request', 'made by'],
      Object.entries(WRITERS).map(([writer, who]) => [writer, who]),
    ),
    notHeld: list(NOT_HELD),
    remains: list(REMAINS),
    forced: list(FORCED),
    impossible: list(IMPOSSIBLE),
    platform: table(
      ['table', 'contents', 'columns'],
      Object.entries(PLATFORM).map(([name, { holds, columns: held }]) => [`\`${name}\``, holds, columnList(held)]),
    ),
  }
}

function columns({ columns: declared }: Table): string {
  return table(
    ['column', 'SQL', 'meaning', 'written by', 'changes', 'tells'],
    Object.entries(declared).map(([name, column]) => [`\`${name}\``, column.sql, ...words(column)]),
  )
}

function fields(declared: Readonly<Record<string, StoredField>>): string {
  return table(
    ['field', 'meaning', 'written by', 'changes', 'tells'],
    Object.entries(declared).map(([name, field]) => [`\`${name}\``, ...words(field)]),
  )
}

function words({ form, means, by, changes, tells, lives }: StoredField): string[] {
  const unit = /since 1970|^seconds$/.test(form) ? `; ${form}` : ''
  return [`${means}${unit}${lives === undefined ? '' : `; kept ${lives}`}`, by.join(', '), changes, tells]
}

function indexes(tables: readonly Table[]): string {
  const named = tables.flatMap(({ indexes: declared }) => Object.entries(declared))
  return list(named.map(([name, { repeats }]) => `index \`${name}\`: repeats ${repeats}`))
}

function columnList(held: Readonly<Record<string, string>>): string {
  return Object.entries(held)
    .map(([name, what]) => (what === '' ? `\`${name}\`` : `\`${name}\`: ${what}`))
    .join('; ')
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

function list(items: readonly string[]): string {
  return items.map((item) => `- ${item}`).join('\n')
}
