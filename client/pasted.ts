import { decodeEscapes } from '#protocol/misplaced-code.ts'
import { replaceHidden } from '#protocol/hidden.ts'
import { parseUrl } from './platform.ts'

/** A code that stands in a text. */
export interface Found<T> {
  /** In lower case, whole. */
  readonly spelling: string
  /** `https://drop.example`; `undefined` where the text names no server. */
  readonly origin: string | undefined
  readonly code: T
}

/**
 * Finds a code in a text as people send it: with words around, broken over lines, in brackets, as what a mail server or a
 * search engine makes of a link. Codes themselves are strict (docs/protocol.md §2.1, §13.1): here it is only found where one
 * is, and its checksum decides. Nothing is guessed.
 * @param prefixes - the beginning of such codes, before the `1`
 * @param parse - the strict parser
 * @returns `undefined` if there is no whole code in it, or more than one
 */
export function findCode<T>(
  text: string,
  prefixes: readonly string[],
  parse: (code: string) => T | undefined,
): Found<T> | undefined {
  const [only, another] = findCodes(text, prefixes, parse)
  return another === undefined ? only : undefined
}

/** All the different codes in a text, each as `findCode` would find it alone. */
export function findCodes<T>(
  text: string,
  prefixes: readonly string[],
  parse: (code: string) => T | undefined,
): readonly Found<T>[] {
  const begin = beginOf(prefixes)
  const found = new Map<string, Found<T>>()
  for (const reading of readings(text.slice(0, MAX_LENGTH))) {
    for (const { index, 0: prefix } of Array.from(reading.matchAll(begin)).slice(0, MAX_CODES)) {
      const code = codeAt(reading.slice(index), prefix, parse)
      if (code === undefined) continue
      const origin = originBefore(reading.slice(0, index))
      if (found.get(code.spelling)?.origin === undefined) found.set(code.spelling, { ...code, origin })
    }
    // A code in plain goes before one that a text may stand for.
    if (Array.from(found.values()).some(({ origin }) => origin !== undefined)) break
  }
  return Array.from(found.values())
}

/** The text, and what it stands for: as HTML, as part of an address, and as mail servers rewrite addresses. */
function* readings(text: string): Generator<string> {
  let reading = visible(text)
  for (let depth = 0; depth <= MAX_DEPTH; depth++) {
    yield reading
    const plain = visible(unescape(reading))
    // Proofpoint's first way of two.
    yield plain.replaceAll('_', '/').replaceAll(/-([0-7][0-9A-F])/gi, (_, hex: string) => byte(hex))
    if (plain === reading) return
    reading = plain
  }
}

function visible(text: string): string {
  return replaceHidden(text.normalize('NFKC'), (character) => (/\s/.test(character) ? character : ''))
}

function unescape(text: string): string {
  const plain = text
    .replaceAll(/<wbr\b[^<>]{0,99}>/gi, '')
    .replaceAll(/<br\b[^<>]{0,99}>/gi, '\n')
    // JSON (RFC 8259 §7), as programs print what they hold.
    .replaceAll(/\\u00([0-7][0-9a-f])/gi, (_, hex: string) => byte(hex))
    .replaceAll(/\\[nrt]/g, '\n')
    .replaceAll('\\/', '/')
    .replaceAll(/&#(?:x([0-9a-f]{1,8})|(\d{1,8}));/gi, (whole, hex?: string, digits = '') => {
      const point = hex === undefined ? Number(digits) : Number.parseInt(hex, 16)
      return point <= 0x10_ffff ? String.fromCodePoint(point) : whole
    })
    .replaceAll(/&(amp|num|sol|colon|period|gt|nbsp|shy|ZeroWidthSpace);/gi, (_, name: string) => {
      return NAMED.get(name.toLowerCase()) ?? ''
    })
  return decodeEscapes(plain)
}

function byte(hex: string): string {
  return String.fromCharCode(Number.parseInt(hex, 16))
}

/** A prefix and its `1`, which may be broken like the rest. */
function beginOf(prefixes: readonly string[]): RegExp {
  const broken = prefixes.map((prefix) => Array.from(`${prefix}1`).join(GLUE))
  return new RegExp(`(?:${broken.join('|')})`, 'gi')
}

/** The code at the beginning of a text: the shortest that is one, of all that goes on over line ends. */
function codeAt<T>(
  text: string,
  prefix: string,
  parse: (code: string) => T | undefined,
): { spelling: string; code: T } | undefined {
  let spelling = prefix.replaceAll(new RegExp(GLUE, 'g'), '').toLowerCase()
  let rest = text.slice(prefix.length)
  for (let pieces = 0; pieces < MAX_PIECES; pieces++) {
    const [glue = ''] = new RegExp(`^${GLUE}`).exec(rest) ?? []
    const [piece = ''] = /^[0-9a-z]*/i.exec(rest.slice(glue.length)) ?? []
    if (piece === '') return undefined
    spelling += piece.toLowerCase()
    rest = rest.slice(glue.length + piece.length)
    const code = parse(spelling)
    if (code !== undefined) return { spelling, code }
  }
  return undefined
}

/**
 * The origin of the address that ends where a code begins; that of the inner one where an address is nested in another. None where a line end
 * may stand within an address or between two.
 */
function originBefore(text: string): string | undefined {
  const address = addressAtEnd(text)
  const url =
    urlIn(address) ??
    (schemeless(address) === undefined ? urlIn(addressAtEnd(text.replaceAll(LINE_ENDS, ''))) : undefined)
  const found =
    url ?? (urlIn(addressAtEnd(text.replaceAll(LINE_ENDS, ''))) === undefined ? schemeless(address) : undefined)
  return found !== undefined && isPlain(found) ? found.origin : undefined
}

/**
 * Whether the address is of a server such as ours: of the first page, behind whose `?` only a tracker may have put a word.
 * Any other one leads somewhere by its content, and its owner must not be asked.
 */
function isPlain({ pathname, search }: URL): boolean {
  return pathname === '/' && /^(?:\?[\w=&-]*)?$/.test(search)
}

function addressAtEnd(text: string): string {
  // A star: Proofpoint's second way of two.
  return new RegExp(`([^\\s"'<>()\\[\\]{}|]*)(?:#|\\*)${GLUE}$`).exec(text.slice(-MAX_ADDRESS))?.[1] ?? ''
}

/** The last that begins in it; some that rewrite addresses leave one slash of two. */
function urlIn(text: string): URL | undefined {
  const at = Array.from(text.matchAll(/https?:\/+/gi)).at(-1)?.index
  return at === undefined ? undefined : parseUrl(text.slice(at))
}

/** As browsers take it. */
function schemeless(address: string): URL | undefined {
  return /^[\w-]+(?:\.[\w-]+)+(?::\d+)?\/?$/.test(address) ? parseUrl(`https://${address}`) : undefined
}

/**
 * The traces of a line end within a code: spaces, the `=` of quoted-printable (RFC 2045 §6.7), a hyphen, `>` or a bar of a
 * quoted mail. An address bar takes the line end itself away. None of them is a letter of a code.
 */
const GLUE = String.raw`[\s=>|│┃\u2010-]*`
const LINE_ENDS = /[=\u2010-]?[ \t]{0,9}[\r\n][\s>|│┃]*/g

/** Those of HTML that are written for what a link has, or breaks at. Those that are left out here are of no width. */
const NAMED: ReadonlyMap<string, string> = new Map([
  ['amp', '&'],
  ['num', '#'],
  ['sol', '/'],
  ['colon', ':'],
  ['period', '.'],
  ['gt', '>'],
  ['nbsp', ' '],
])

/** A longer text is a file, and no message that somebody was sent. */
const MAX_LENGTH = 20_000

/** Characters that may stand before a code, and how many there may be. */
const MAX_ADDRESS = 4_000
const MAX_CODES = 50

/** How often an address may be nested in another. */
const MAX_DEPTH = 4

/** As many as a poster has, and some more. */
const MAX_PIECES = 40
