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

/**
 * The name under which a file is sealed: clean, and told apart from the places already taken.
 * @param counts - how far the numbers of each name are used up, for who cleans many: a phone calls every picture `image.jpg`
 */
export function cleanName(
  name: string,
  taken: ReadonlySet<string> = new Set(),
  counts: Map<string, number> = new Map(),
): string {
  const parts = name
    .split('/')
    .map(cleanPart)
    .filter((part) => part !== '')
  const clean = shorten(parts, MAX_NAME_BYTES) || 'file'
  if (isFree(clean, taken)) return clean
  // Room for " (1000)".
  const short = shorten(clean.split('/'), MAX_NAME_BYTES - 7)
  // Where a folder of this name is another's file, no number helps: the folders become part of the name.
  const flat = foldersOf(short).some((folder) => taken.has(folder)) ? short.replaceAll('/', '_') : short
  if (isFree(flat, taken)) return flat
  const [, stem = flat, extension = ''] = /^(.*[^/])(\.[^./]{1,16})$/s.exec(flat) ?? []
  for (let count = counts.get(flat) ?? 2; ; count++) {
    const next = `${stem} (${count})${extension}`
    if (!isFree(next, taken)) continue
    counts.set(flat, count + 1)
    return next
  }
}

/** The places that a file takes up: its name, folded, and its folders, each with `/` at its end. */
export function placesOf(name: string): readonly string[] {
  return [foldPath(name), ...foldersOf(name).map((folder) => `${folder}/`)]
}

/** Whether a file can have this name beside those whose places are taken, on whatever file system. */
export function isFree(name: string, taken: ReadonlySet<string>): boolean {
  const place = foldPath(name)
  return !taken.has(place) && !taken.has(`${place}/`) && !foldersOf(name).some((folder) => taken.has(folder))
}

/** Parts that a file system may take for one another. */
function fold(part: string): string {
  return part.normalize('NFKC').toLowerCase()
}

function foldPath(name: string): string {
  return name.split('/').map(fold).join('/')
}

/** The folders of a name, folded, outermost first. */
function foldersOf(name: string): readonly string[] {
  const parts = name.split('/').map(fold)
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join('/'))
}

/** One part of a name, cleaned; `''` if nothing usable is left. */
function cleanPart(part: string): string {
  const clean = part
    .normalize('NFC')
    .replace(UNSAFE, '_')
    .replace(/[. ]+$/, '')
  // Our own folder's name, however a file system spells it, is no one else's.
  if (fold(clean) === '.sealdrop') return ''
  return RESERVED.test(clean) ? `_${clean}` : clean
}

/** The end of a name of more than `most` bytes: whole parts of it, or the end of the last part, which says most. */
function shorten(parts: readonly string[], most: number): string {
  const name = parts.join('/')
  const tooMany = utf8(name).length - most
  if (tooMany <= 0) return name
  if (parts.length > 1) return shorten(parts.slice(1), most)
  const characters = Array.from(name)
  let start = 0
  // One byte more, for the "_" before what has become the name of a device.
  for (let cut = 0; cut <= tooMany; start++) cut += utf8(characters[start] ?? '').length
  return cleanPart(characters.slice(start).join(''))
}

/**
 * Controls, characters that turn the direction of text or are not seen, what some file system does not take, and the
 * mark of bytes that were no text. Joiners (U+200C, U+200D) stay: Persian and emoji need them.
 */
const UNSAFE =
  /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffd\\:*?"<>|]/gu

/** Devices of Windows, with whatever extension. */
const RESERVED = /^(con|prn|aux|nul|conin\$|conout\$|com[\d¹²³]|lpt[\d¹²³]) *(\.|$)/i
