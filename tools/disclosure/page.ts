import { DATABASES, STORE_FIELDS } from '../../worker/storage/schema.ts'
import { FORCED, IMPOSSIBLE, MEMORY, NOT_HELD, REMAINS, WRITERS } from '../../worker/storage/schema/statements.ts'
import type { StoredField } from '../../worker/storage/schema/types.ts'

/**
 * The page `/disclosure`, from `web/disclosure.html`: it runs no script, and is the same on every server.
 * @throws Error if the template has no place for the declaration
 */
export function disclosurePage(template: string): string {
  if (!template.includes(PLACE)) throw new Error(`web/disclosure.html has no ${PLACE}.`)
  return template.replace(PLACE, contents)
}

const PLACE = '<!-- declarations -->'

function contents(): string {
  return [
    section('What could be forced from now on', list(FORCED)),
    section(
      'What stays impossible',
      p('As long as the programs of sender and reader are the published ones.') + list(IMPOSSIBLE),
    ),
    section('What is not held', list(NOT_HELD)),
    section('What is or may be elsewhere', list(REMAINS)),
    ...Object.values(DATABASES).flatMap((tables) =>
      Object.entries(tables).map(([name, { holds, lives, columns }]) =>
        stored(`Table ${name}`, `One row is ${holds}.`, lives, columns),
      ),
    ),
    ...Object.values(STORE_FIELDS).map(({ name, lives, fields, metadata }) =>
      stored(`Ciphertext in ${name}`, `Under each key lie sealed bytes. Metadata: ${metadata}.`, lives, fields),
    ),
    section('In memory only', list(MEMORY.map(({ what, where, until }) => `${what} (${where}), until ${until}`))),
    section(
      'Who can make the server write',
      list(Object.entries(WRITERS).map(([writer, who]) => `\`${writer}\`: ${who}`)),
    ),
  ].join('\n')
}

function stored(title: string, what: string, lives: string, fields: Readonly<Record<string, StoredField>>): string {
  const items = Object.entries(fields).map(([name, field]) => {
    const kept = field.lives === undefined ? '' : ` Kept ${field.lives}.`
    return `\`${name}\`: ${field.means}. Written by ${field.by.join(', ')}; changes ${field.changes}.${kept} It tells ${field.tells}.`
  })
  return section(title, p(`${what} Kept ${lives}.`) + list(items))
}

function section(title: string, content: string): string {
  return `<section class="block"><h2>${html(title)}</h2>${content}</section>`
}

function p(text: string): string {
  return `<p>${html(text)}</p>`
}

function list(items: readonly string[]): string {
  return `<ul class="causes">${items.map((item) => `<li>${html(item)}</li>`).join('')}</ul>`
}

/** Plain text as HTML; text between backquotes becomes code. */
function html(text: string): string {
  const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
  return escaped.replaceAll(/`([^`]+)`/g, '<code translate="no">$1</code>')
}
