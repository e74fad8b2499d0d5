import { utf8 } from '#protocol/bytes.ts'
import { MAX_NAME_BYTES } from '#protocol/limits.ts'

/**
 * File names cross from one machine to another, and the other end is a stranger's. Sealing cleans a name; opening
 * refuses one that is not clean. docs/protocol.md §3.2.
 */

/** Whether a received name is safe to show and to save under: one or more plain parts joined by `/`. */
export function isCleanName(name: string): boolean {
  return utf8(name).length <= MAX_NAME_BYTES && name.split('/').every((part) => part !== '' && cleanPart(part) === part)
}

/** The name under which a file is sealed: clean, and told apart from those already taken. */
export function cleanName(name: string, taken: ReadonlySet<string> = new Set()): string {
  const parts = name.split('/').map(cleanPart)
  const clean = shorten(parts.filter((part) => part !== '').join('/')) || 'file'
  if (!taken.has(fold(clean))) return clean
  const [, stem = clean, extension = ''] = /^(.*?)(\.[^./]{1,16})?$/s.exec(clean) ?? []
  for (let count = 2; ; count++) {
    const next = `${stem} (${count})${extension}`
    if (!taken.has(fold(next))) return next
  }
}

/** Names that a file system may take for one another. */
export function fold(name: string): string {
  return name.normalize('NFKC').toLowerCase()
}

/** One part of a name, cleaned; `''` if nothing usable is left. */
function cleanPart(part: string): string {
  const clean = part.normalize('NFC').replace(UNSAFE, '_').replace(/[. ]+$/, '')
  // What begins with our own folder's name, and what names no file or a device of Windows, is not a name.
  if (/^\.*$/.test(clean) || clean === '.sealdrop') return ''
  return RESERVED.test(clean) ? `_${clean}` : clean
}

function shorten(name: string): string {
  let short = name
  // Room is left for " (1000)", which telling apart may add.
  while (utf8(short).length > MAX_NAME_BYTES - 7) short = Array.from(short).slice(1).join('')
  return short.replace(/^\/+/, '')
}

/** Controls, characters that turn the direction of text or are not seen, and what some file system does not take. */
const UNSAFE =
  /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\\:*?"<>|]/gu

const RESERVED = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i
