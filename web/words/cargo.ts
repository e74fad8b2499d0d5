import type { Cargo } from '../uploads.ts'
import * as format from './format.ts'

/** `report.pdf and 2 more, 420 MB` */
export function cargoText({ files, hasText }: Cargo): string {
  if (files.length === 0) return 'a long text'
  const names = listText([...files.map(({ name }) => name), ...(hasText ? ['a text'] : [])], 1)
  return `${names}, ${format.bytes(files.reduce((sum, { size }) => sum + size, 0))}`
}

/** `a.txt, b.txt and 7 more` @param most - how many are named */
export function listText(names: readonly string[], most = 3): string {
  const named = names.slice(0, most).map((name) => `“${name}”`)
  const more = names.length - named.length
  if (more > 0) return `${named.join(', ')} and ${format.number(more)} more`
  return named.length > 1 ? `${named.slice(0, -1).join(', ')} and ${named.at(-1)}` : named.join('')
}
