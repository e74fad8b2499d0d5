import { utf8 } from '#protocol/bytes.ts'
import { replaceHidden, SPACES, withoutMarks } from '#protocol/hidden.ts'
import { MAX_NAME_BYTES, MAX_PATH_BYTES } from '#protocol/limits.ts'

/**
 * File names cross from one machine to another, and the other end is a stranger's. Sealing cleans a name; opening
 * refuses one that is not clean. docs/protocol.md §3.2.
 */

/** Whether a received name is safe to show and to save under: one or more plain parts joined by `/`. */
export function isCleanName(name: string): boolean {
  return isShortEnough(name) && name.split('/').every((part) => part !== '' && cleanPart(part) === part)
}

/** Whether a name, with its folders, is within what an archive takes. */
export function isShortEnough(name: string): boolean {
  return utf8(name).length <= MAX_PATH_BYTES
}

/**
 * Whether two of these names are the same to some file system: two files, a file and a folder, or two folders that are
 * spelled differently. By neighbours in order, so that what many long names cost is bounded by their length.
 */
export function haveClash(names: readonly string[]): boolean {
  const all = names.map((name) => {
    const parts = name.split('/')
    const folded = parts.map(fold)
    // Before everything that a name can have: what is in a folder follows it at once.
    return { parts, folded, key: folded.join('\0') }
  })
  all.sort((a, b) => (a.key < b.key ? -1 : 1))
  return all.some(({ parts, folded }, index) => {
    const next = all[index + 1]
    if (next === undefined) return false
    for (const [at, part] of folded.entries()) {
      if (next.folded[at] !== part) return false
      const isFile = at === parts.length - 1 || at === next.parts.length - 1
      if (isFile || next.parts[at] !== parts[at]) return true
    }
    return false
  })
}

/**
 * Gives files clean names, each in a place of its own: two names never become one, and neither do two folders, whatever file
 * system they end on. A clean name whose place is free stays as it is.
 * @returns a function that names one file after the other. The name may be longer than an archive takes: `isShortEnough`
 */
export function makeNamer({ reserved = [], most = MAX_NAME_BYTES, change = same }: Naming = {}): (
  name: string,
) => string {
  const root = newFolder(reserved.map(fold))
  const take = (folder: Folder, part: string, isFolder: boolean): string =>
    takeFree(folder, cleanPart(change(part), most), most, isFolder)
  return (name) => {
    // Steps, not names: no file system has a file that is called so.
    const parts = name.split('/').filter((part) => !['', '.', '..'].includes(part))
    const last = parts.pop() ?? 'file'
    let folder = root
    const clean: string[] = []
    for (const part of parts) {
      const inner = folder.folders.get(part) ?? { name: take(folder, part, true), folder: newFolder([]) }
      folder.folders.set(part, inner)
      clean.push(inner.name)
      folder = inner.folder
    }
    return [...clean, take(folder, last, false)].join('/')
  }
}

/** A name as one part, for a place that has no folders. */
export function flatName(name: string): string {
  return makeNamer()(name.replaceAll('/', '_'))
}

/** One part of a name with a number in it, before its extension: `plan (2).pdf`. */
export function numbered(part: string, count: number, isFolder = false, most: number = MAX_NAME_BYTES): string {
  const { stem, extension } = isFolder ? { stem: part, extension: '' } : divide(part)
  return fit(stem, ` (${count})${extension}`, most)
}

/** How names are given. */
export interface Naming {
  /** Names in the outermost folder that no file may have. */
  readonly reserved?: readonly string[]
  /** Bytes of a part, at least 100. A longer name is cut, and an ellipsis shows where. */
  readonly most?: number
  /** Changes a part before it is cleaned. Two that become the same are told apart. */
  readonly change?: (part: string) => string
}

function same(part: string): string {
  return part
}

/** The names in one folder so far. */
interface Folder {
  readonly taken: Set<string>
  /** By the name that the sender's folder has. */
  readonly folders: Map<string, { readonly name: string; readonly folder: Folder }>
  /** How far the numbers of each name are used up: a phone calls every picture `image.jpg`. */
  readonly counts: Map<string, number>
}

function newFolder(taken: readonly string[]): Folder {
  return { taken: new Set(taken), folders: new Map(), counts: new Map() }
}

function takeFree({ taken, counts }: Folder, clean: string, most: number, isFolder: boolean): string {
  let free = clean
  for (let count = counts.get(clean) ?? 2; taken.has(fold(free)); count++) {
    free = numbered(clean, count, isFolder, most)
    counts.set(clean, count + 1)
  }
  taken.add(fold(free))
  return free
}

/** Parts that some file system takes for one another: by case, by composition, or by what is not seen in them. */
function fold(part: string): string {
  return withoutMarks(part.normalize('NFKC')).toUpperCase().toLowerCase().normalize('NFKC')
}

/** One part of a name, cleaned. */
function cleanPart(part: string, most: number = MAX_NAME_BYTES): string {
  const plain = replaceHidden(part.normalize('NFC'), () => '_')
    .replaceAll(FORBIDDEN, '_')
    .replace(BLANK_END, '')
  const { stem, extension } = divide(plain === '' ? '_' : plain)
  // Our own folder's name, however a file system spells it, is no one else's.
  const isReserved = RESERVED.test(plain) || fold(plain) === '.sealdrop'
  return fit(`${isReserved ? '_' : ''}${stem}`, extension, most)
}

/** An extension is short, and not all of the name. */
function divide(part: string): { stem: string; extension: string } {
  const [, stem = part, extension = ''] = /^(.+)(\.[^.]{1,16})$/su.exec(part) ?? []
  return { stem, extension }
}

/** Both together, with the end of the stem cut off where they are longer than `most` bytes. */
function fit(stem: string, end: string, most: number): string {
  if (utf8(stem + end).length <= most) return stem + end
  const tail = `…${end}`
  let left = most - utf8(tail).length
  let kept = ''
  for (const character of stem) {
    left -= utf8(character).length
    if (left < 0) break
    kept += character
  }
  return kept.replace(LOOSE_END, '') + tail
}

/** Characters that some file system does not take, and the mark of bytes that were no text. */
const FORBIDDEN = /[\ufffd\\:*?"<>|]/g

const BLANK_END = new RegExp(`[.${SPACES}]+$`)

/** Joins or selects nothing once what follows is cut off. */
const LOOSE_END = /(?:[\u200c\u200d]|[\ufe0e\ufe0f])+$/

/** Devices of Windows, with whatever extension. */
const RESERVED = /^(con|prn|aux|nul|conin\$|conout\$|com[\d¹²³]|lpt[\d¹²³]) *(\.|$)/i
