import { base32, bech32 } from '@scure/base'
import type { Note } from './notebook.ts'

/** One way in which a program may have written something down. */
export interface Spelling {
  /** `as it is`, `hex`, … */
  readonly way: string
  readonly bytes: Uint8Array
}

/** A thing in every way in which programs write things down, without spellings that are too short to be told from chance. */
export function spellingsOf({ bytes, isText }: Pick<Note, 'bytes' | 'isText'>): readonly Spelling[] {
  // Such as the address ::1, which is nearly all zeros: it is searched for as a whole value.
  if (new Set(bytes).size < LEAST_KINDS) return []
  const all = [...ofBytes(bytes), ...(isText ? ofText(bytes) : [])]
  // Four bytes in hexadecimal occur by chance every now and then.
  const least = bytes.length < LEAST_BYTES ? LEAST_BYTES + 1 : LEAST_BYTES
  const seen = new Set<string>()
  return all.filter(({ bytes: spelled }) => {
    const key = Buffer.from(spelled).toString('latin1')
    return spelled.length >= least && !seen.has(key) && seen.add(key)
  })
}

/** Spellings that are too short to be searched for in a stream: only whole values are compared with them. */
export function shortSpellingsOf({ bytes }: Pick<Note, 'bytes'>): readonly Spelling[] {
  const buffer = Buffer.from(bytes)
  const texts = (['hex', 'base64', 'base64url'] as const).map((way) => ascii(way, buffer.toString(way)))
  return [{ way: 'a whole value', bytes }, ...texts, ascii('hex', buffer.toString('hex').toUpperCase())]
}

/** Bytes of the shortest thing that is searched for in a stream. */
export const LEAST_BYTES = 8

function ofBytes(bytes: Uint8Array): Spelling[] {
  const buffer = Buffer.from(bytes)
  const hex = buffer.toString('hex')
  return [
    { way: AS_IT_IS, bytes },
    { way: 'reversed', bytes: bytes.toReversed() },
    ascii('hex', hex),
    ascii('hex', hex.toUpperCase()),
    ascii('hex with marks', hex.replaceAll(/..(?=.)/g, '$&:')),
    ascii(
      'percent-encoding',
      hex.replaceAll(/../g, (pair) => `%${pair.toUpperCase()}`),
    ),
    ascii('percent-encoding', hex.replaceAll(/../g, '%$&')),
    ascii('JSON escapes', hex.replaceAll(/../g, String.raw`\x$&`)),
    ascii('JSON escapes', hex.replaceAll(/../g, String.raw`\u00$&`)),
    ascii('JSON escapes', hex.toUpperCase().replaceAll(/../g, String.raw`\u00$&`)),
    ascii('list of numbers', [...bytes].join(',')),
    ascii('list of numbers', [...bytes].join(', ')),
    ascii('list of numbers', [...bytes].map((byte, at) => `"${at}":${byte}`).join(',')),
    ...base64(buffer),
    ...base32Of(bytes),
    // Half of it is zeros.
    ...(bytes.length < LEAST_BYTES ? [] : inUtf16(buffer.toString('latin1'))),
  ]
}

/** In base64 its spelling depends on its offset in a group of three, and the characters at its ends depend on its neighbours. */
function base64(buffer: Buffer): Spelling[] {
  return [0, 1, 2].flatMap((shift) => {
    const text = Buffer.concat([Buffer.alloc(shift), buffer])
      .toString('base64')
      .replaceAll('=', '')
    const isCut = (shift + buffer.length) % 3 !== 0
    const own = text.slice([0, 2, 3][shift], isCut ? -1 : undefined)
    return [ascii('base64', own), ascii('base64url', own.replaceAll('+', '-').replaceAll('/', '_'))]
  })
}

/** In the alphabets of RFC 4648 §6 and of our links, only from its own beginning: bytes before it would change every character. */
function base32Of(bytes: Uint8Array): Spelling[] {
  const most = bytes.subarray(0, bytes.length - (bytes.length % 5))
  // Without the prefix and the checksum.
  const own = bech32.encode('x', bech32.toWords(most), false).slice(2, -6)
  const plain = base32.encode(most)
  return [plain, own].flatMap((text) => [ascii('base32', text.toLowerCase()), ascii('base32', text.toUpperCase())])
}

function ofText(bytes: Uint8Array): Spelling[] {
  const text = new TextDecoder().decode(bytes)
  // A piece of text may begin in the middle of a character.
  if (text.includes('\ufffd')) return []
  const forms = [text.normalize('NFC'), text.normalize('NFD')]
  return forms.flatMap((form) => {
    const json = JSON.stringify(form).slice(1, -1)
    const escaped = json.replaceAll(/[^\0-\x7f]/g, (letter) => unicodeEscape(letter))
    const encoded = encodeURIComponent(form)
    return [
      { way: AS_IT_IS, bytes: Buffer.from(form) },
      ascii('JSON escapes', json),
      ascii('JSON escapes', escaped),
      ascii(
        'JSON escapes',
        escaped.replaceAll(/\\u[\da-f]{4}/g, (escape) => `\\u${escape.slice(2).toUpperCase()}`),
      ),
      ascii('percent-encoding', encoded),
      ascii(
        'percent-encoding',
        encoded.replaceAll(/%../g, (escape) => escape.toLowerCase()),
      ),
      ascii('percent-encoding', encoded.replaceAll('%20', '+')),
      ascii('upper case', form.toUpperCase()),
      ascii('lower case', form.toLowerCase()),
      ...inUtf16(form),
      { way: 'Latin-1', bytes: Buffer.from(form, 'latin1') },
      ...base64(Buffer.from(form)),
    ]
  })
}

function unicodeEscape(letter: string): string {
  return `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`
}

function ascii(way: string, text: string): Spelling {
  return { way, bytes: Buffer.from(text) }
}

function inUtf16(text: string): Spelling[] {
  const bytes = Buffer.from(text, 'utf16le')
  return [
    { way: 'UTF-16', bytes },
    { way: 'UTF-16, big-endian', bytes: Buffer.from(bytes).swap16() },
  ]
}

/** The spelling of declared things. */
export const AS_IT_IS = 'as it is'

/** Different bytes in a thing that can be told from chance. */
const LEAST_KINDS = 3
