import type { UploadSummary } from '../send/uploads.ts'
import * as format from './format.ts'

/** `“report.pdf” and 2 more, 420 MB` */
export function summaryText({ files, hasText }: UploadSummary): string {
  if (files.length === 0) return 'a long text'
  const names = listText(
    files.map(({ name }) => name),
    1,
  )
  const sum = format.bytes(files.reduce((bytes, { size }) => bytes + size, 0))
  return hasText ? `${names}, ${sum}, with a text` : `${names}, ${sum}`
}

/** `a.txt, b.txt and 7 more` @param most - how many are named */
export function listText(names: readonly string[], most = 3): string {
  const named = names.slice(0, most).map((name) => `“${name}”`)
  const more = names.length - named.length
  if (more > 0) return `${named.join(', ')} and ${format.number(more)} more`
  return named.length > 1 ? `${named.slice(0, -1).join(', ')} and ${named.at(-1)}` : named.join('')
}
