import { bech32, BECH32M } from '../../../reference/bech32.ts'
import { HOSTILE_NAMES } from './hostile-names.ts'
import { MODIFIED, pax, tar, tarEntry, type TarEntry } from './tar.ts'

/** `archives.json`: contents of envelopes, good and hostile. docs/protocol.md §3.2. */
export function archiveVectors(): unknown {
  const honest = HONEST.map(([why, text, files]) => ({
    why,
    ...written(
      tar(
        [
          ...(text === '' ? [] : [{ name: 'message.txt', data: text }]),
          ...files.map(honestEntry),
          ...ends(text !== '', files.length),
        ].flat(),
      ),
    ),
    outcome: 'opens',
    text,
    files: files.map(({ name, data }) => ({
      name,
      type: TYPE,
      modifiedAtMs: MODIFIED * 1_000,
      base64: Buffer.from(data ?? '').toString('base64'),
    })),
    token: TOKEN.toString('base64'),
  }))
  const named = HOSTILE_NAMES.map(([why, name]) => ({
    why,
    ...written(tar([...entriesOf(name), ...ends(false, 1)])),
    outcome: 'refused',
  }))
  const crafted = HOSTILE.map(([why, bytes, size]) => ({ why, ...written(bytes, size), outcome: 'refused' }))
  return { archives: [...honest, ...named, ...crafted] }
}

/** An archive without its closing zeros, and the size that it is padded to. */
function written(bytes: Buffer, size = 16_384): { base64: string; size: number } {
  let end = bytes.length
  while (end > 0 && bytes[end - 1] === 0) end -= 1
  return { base64: bytes.subarray(0, end).toString('base64'), size }
}

const TYPE = 'text/plain'
const GOOD_META = JSON.stringify({ v: 1, text: false, types: [TYPE] })
const TOKEN = Buffer.alloc(32, 7)
const token = { name: '.sealdrop/token', data: TOKEN }
const metaOf = (json: unknown): TarEntry => ({
  name: '.sealdrop/meta.json',
  data: typeof json === 'string' ? json : JSON.stringify(json),
})
const ends = (text: boolean, files: number): TarEntry[] => [
  metaOf({ v: 1, text, types: Array<string>(files).fill(TYPE) }),
  token,
]
const file = (name: string | Uint8Array, data = 'x'): TarEntry => ({ name, data })

/** An entry with any name, in the spelling of our entries. */
function entriesOf(name: string | Uint8Array): TarEntry[] {
  return typeof name === 'string' && name !== '' ? honestEntry(file(name)) : [file(name)]
}

/** By docs/protocol.md §3.2 alone, without the product's code. */
function honestEntry(entry: TarEntry): TarEntry[] {
  const name = String(entry.name)
  if (/^[\0-\x7f]{1,100}$/.test(name)) return [entry]
  const characters = Array.from(name)
  while (Buffer.byteLength(characters.join('')) > 100) characters.pop()
  return [pax('path', name), { ...entry, name: characters.join('') }]
}

/** A path so long that 85 letters of two bytes each are less than half of it. */
function deep(top: string): string {
  return `проект/${top}/${'протоколы совещаний рабочей группы по закупкам/'.repeat(3)}решение.txt`
}

const HONEST: readonly (readonly [string, string, readonly TarEntry[]])[] = [
  ['nothing at all', '', []],
  ['a text', 'the password is hunter2', []],
  ['a text that begins with a byte order mark', '\ufeffhello', []],
  ['a file', '', [file('plan.pdf', 'pdf')]],
  ['an empty file', '', [file('empty', '')]],
  ['a text and files', 'see below', [file('a'), file('b/c.txt'), file('b/d.txt')]],
  ['a file called message.txt where there is no text', '', [file('message.txt')]],
  [
    'names in other scripts',
    '',
    [
      file('\u0646\u0627\u0645\u0647\u200c\u06cc \u0645\u0646.txt'),
      file('\ud83d\udc69\u200d\ud83d\ude80.png'),
      file('\u6587\u66f8'),
    ],
  ],
  ['dotfiles', '', [file('.env'), file('.config/x')]],
  ['a name of 100 bytes', '', [file('n'.repeat(100))]],
  ['a name of 101 bytes', '', [file('n'.repeat(101))]],
  ['a name of 255 bytes', '', [file('n'.repeat(255))]],
  ['a name of 100 bytes of which one character has two', '', [file(`${'n'.repeat(98)}é`)]],
  ['a name whose hundredth byte is the first of two', '', [file(`${'n'.repeat(99)}é.txt`)]],
  ['a name whose hundredth byte is the first of three', '', [file(`${'n'.repeat(99)}文.txt`)]],
  ['a name whose hundredth byte is the second of three', '', [file(`${'n'.repeat(98)}文.txt`)]],
  ['a name whose hundredth byte is the first of four', '', [file(`${'n'.repeat(99)}👩.txt`)]],
  ['a name whose hundredth byte is the second of four', '', [file(`${'n'.repeat(98)}👩.txt`)]],
  ['a name whose hundredth byte is the third of four', '', [file(`${'n'.repeat(97)}👩.txt`)]],
  ['a name whose hundredth byte ends a character', '', [file(`${'n'.repeat(97)}文.txt`)]],
  ['folders whose hundredth byte is the first of two', '', [file(`${'d'.repeat(99)}é/x/plan.pdf`)]],
  ['folders whose hundredth byte is the second of three', '', [file(`d/${'n'.repeat(96)}文/plan.pdf`)]],
  ['folders whose hundredth byte is the third of four', '', [file(`d/${'n'.repeat(95)}👩/plan.pdf`)]],
  ['a folder that ends with the hundredth byte', '', [file(`${'d'.repeat(99)}/plan.pdf`)]],
  ['folders of more than 155 bytes', '', [file(`${'d'.repeat(160)}/${'f'.repeat(90)}`)]],
  [
    'a name of a hundred characters, most of them of three bytes',
    '',
    [file('2026年度予算案および事業計画書に関する説明資料最終版改訂第三稿承認済み.pdf')],
  ],
  ['two folders that differ at their beginning', '', ['архив', 'новое'].map((top) => file(deep(top)))],
  ['a name of 4,095 bytes, in folders of 255', '', [file(`${`${'d'.repeat(255)}/`.repeat(15)}${'n'.repeat(255)}`)]],
  ['a pax header that ends with its block', '', [file(`${'d'.repeat(250)}/${'n'.repeat(250)}é`)]],
  [
    'joiners and selectors where scripts and pictures need them',
    '',
    [
      file('\u0646\u0627\u0645\u0647\u200c\u06cc.txt'),
      file('\u0d9a\u0dca\u200d\u0dbb'),
      file('1\ufe0f\u20e3\u2764\ufe0f'),
    ],
  ],
  ['a character that few know yet', '', [file('\u{1faef}.png'), file('\u{33479}')]],
]

/** The address of nobody's box. */
const BOX = bech32('sdbox', Buffer.alloc(33), BECH32M)
const hello = file('hello')
const good = tar([hello, ...ends(false, 1)])
const meta1 = metaOf({ v: 1, text: false, types: [TYPE] })
const withMeta = (json: unknown): Buffer => tar([hello, metaOf(json), token])
const withBox = (box: string): Buffer =>
  withMeta({ v: 1, text: false, types: [TYPE], to: { box, drop: 'A'.repeat(22), serial: 0, readers: [] } })
const twice = (a: string, b: string): Buffer => tar([...[file(a), file(b)].flatMap(honestEntry), ...ends(false, 2)])
const long = file('d'.repeat(110) + '/' + 'n'.repeat(40))
const cut = file(`${'n'.repeat(97)}👩`)
/** The one entry of an archive, in another spelling than that of `honestEntry`. */
const spelled = (entry: TarEntry, change: (pax: TarEntry, entry: TarEntry) => readonly TarEntry[]): Buffer => {
  const [first = entry, second = entry] = honestEntry(entry)
  return tar([...change(first, second), ...ends(false, 1)])
}
const oneOf = (entry: TarEntry): Buffer => tar([entry, ...ends(false, 1)])

/** A name in two fields, as ustar allows. */
function divided({ name, ...entry }: TarEntry): TarEntry {
  const [prefix = '', last = ''] = String(name).split('/')
  return { ...entry, prefix, name: last }
}

const HOSTILE: readonly (readonly [string, Buffer, number?])[] = [
  ['no tar at all', Buffer.from('no tar')],
  ['nothing but zeros', Buffer.alloc(0)],
  ['a name of 256 bytes', spelled(file('n'.repeat(256)), (first, entry) => [first, entry])],
  ['a folder of 256 bytes', spelled(file(`${'n'.repeat(256)}/x`), (first, entry) => [first, entry])],
  ['a name of 4,096 bytes', spelled(file(`${'d/'.repeat(2_047)}nn`), (first, entry) => [first, entry])],
  ['a long name divided at a folder, as ustar has it', tar([divided(long), ...ends(false, 1)])],
  ['a long name divided at a folder, and in a pax header', spelled(long, (first) => [first, divided(long)])],
  ['a name of other letters without a pax header', tar([file('文書'), ...ends(false, 1)])],
  ['a name of ASCII that needs no pax header, in one', tar([pax('path', 'hello'), hello, ...ends(false, 1)])],
  [
    'a long name with a part of a character in the header',
    spelled(cut, (first, entry) => [first, { ...entry, name: Buffer.from(String(cut.name)).subarray(0, 100) }]),
  ],
  [
    'a long name with U+FFFD for a part of a character',
    spelled(cut, (first, entry) => [first, { ...entry, name: `${'n'.repeat(97)}\ufffd` }]),
  ],
  ['a long name with nothing of it in the header', spelled(cut, (first, entry) => [first, { ...entry, name: '' }])],
  [
    'a pax header named after the file',
    spelled(cut, (first, entry) => [{ ...first, name: `PaxHeader/${'n'.repeat(80)}` }, entry]),
  ],
  ['a pax header of another mode', spelled(cut, (first, entry) => [{ ...first, mode: 0o644 }, entry])],
  [
    'a pax header with a length that begins with a zero',
    spelled(cut, (first, entry) => [
      { ...first, data: `0${String(Number.parseInt(String(first.data), 10) + 1)}${String(first.data).slice(3)}` },
      entry,
    ]),
  ],
  [
    'a pax header with a second record',
    spelled(cut, (first, entry) => [{ ...first, data: `${String(first.data)}13 comment=x\n` }, entry]),
  ],
  [
    'a pax header with a zero byte in its record',
    spelled(cut, (first, entry) => [{ ...first, data: `${String(first.data).slice(0, -2)}\0\n` }, entry]),
  ],
  ['a pax header that says that it is huge', spelled(cut, (first, entry) => [{ ...first, size: 8 ** 11 - 1 }, entry])],
  ['two folders that differ by case', twice('A/x.txt', 'a/y.txt')],
  ['two folders that differ by a joiner', twice('\u06cc\u0647/x', '\u06cc\u200c\u0647/y')],
  ['two names that differ by the shape of a last letter', twice('\u03b1\u03c2', '\u03b1\u03c3')],
  ['two names that differ by a sharp s', twice('stra\u00dfe', 'STRASSE')],
  ['two names that differ by a selector', twice('\u2764', '\u2764\ufe0f')],
  ['two entries of one name', twice('a', 'a')],
  ['two names that differ by case', twice('A.txt', 'a.TXT')],
  ['two names that differ by compatibility', twice('\ufb01le', 'file')],
  ['a name that is both file and folder', twice('a', 'a/b')],
  ['a name that is both folder and file, in other letters', twice('A/b', 'a')],
  ['a symbolic link', oneOf({ name: 'a', type: '2', linkname: '/etc/passwd' })],
  ['a hard link', oneOf({ name: 'a', type: '1', linkname: 'hello' })],
  ['a character device', oneOf({ name: 'a', type: '3' })],
  ['a block device', oneOf({ name: 'a', type: '4' })],
  ['a pipe', oneOf({ name: 'a', type: '6' })],
  ['a folder', oneOf({ name: 'a/', type: '5', mode: 0o755 })],
  ['a folder that says it is a file', oneOf({ name: 'a/' })],
  ['a sparse file, which tars read differently', oneOf({ ...hello, type: 'S' })],
  ['a label, which some tars do not extract', oneOf({ ...hello, type: 'V' })],
  ['a contiguous file', oneOf({ ...hello, type: '7' })],
  ['a kind of entry from before ustar', oneOf({ ...hello, patch: { 156: '\0' } })],
  ['a pax header that renames a harmless file', tar([pax('path', '../x'), hello, ...ends(false, 1)])],
  ['a pax header that renames to a clean name', tar([pax('path', 'other'), hello, ...ends(false, 1)])],
  ['a pax header that changes a size', tar([pax('size', '512'), hello, ...ends(false, 1)])],
  ['a pax header with a comment', tar([pax('comment', 'hidden'), hello, ...ends(false, 1)])],
  ['a pax header that says nothing', tar([{ name: 'PaxHeader', type: 'x' }, hello, ...ends(false, 1)])],
  [
    'two pax headers before one entry',
    tar([...honestEntry(file('m'.repeat(200))).slice(0, 1), ...honestEntry(file('n'.repeat(200))), ...ends(false, 1)]),
  ],
  ['a global pax header', tar([pax('path', 'other', 'g'), hello, ...ends(false, 1)])],
  [
    'a long name as GNU writes it',
    tar([{ name: '././@LongLink', type: 'L', data: 'other\0' }, hello, ...ends(false, 1)]),
  ],
  [
    'a long link name as GNU writes it',
    tar([{ name: '././@LongLink', type: 'K', data: 'other\0' }, hello, ...ends(false, 1)]),
  ],
  ['another name after the first NUL', oneOf({ ...hello, name: 'hello\0../x' })],
  ['a prefix that makes the name absolute', oneOf({ ...hello, prefix: '/etc' })],
  ['a prefix where none is needed', oneOf({ ...hello, prefix: 'a' })],
  ['a file that may be run', oneOf({ ...hello, mode: 0o4755 })],
  ['an owner', oneOf({ ...hello, patch: { 265: 'root' } })],
  ['the header of GNU tar', oneOf({ ...hello, patch: { 257: 'ustar  \0' } })],
  ['no magic', oneOf({ ...hello, patch: { 257: '\0\0\0\0\0\0\0\0' } })],
  ['a size in base 256', oneOf({ ...hello, patch: { 124: '\x80\0\0\0\0\0\0\0\0\0\0\x01' } })],
  ['a negative size', oneOf({ ...hello, patch: { 124: '\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff' } })],
  ['a size that goes beyond the end', oneOf({ ...hello, size: 100_000 })],
  ['a wrong checksum', oneOf({ ...hello, checksum: 1 })],
  ['bytes hidden between two entries', tar([hello, ...ends(false, 1)]).fill('hidden', 512 + 100, 512 + 106)],
  ['a zero block between two entries', Buffer.concat([tarEntry(hello), Buffer.alloc(512), tar(ends(false, 1))])],
  ['two archives in one', Buffer.concat([good, good])],
  ['bytes after the end', Buffer.concat([good, Buffer.from('hidden')])],
  ['bytes at the very end', Buffer.concat([good, Buffer.alloc(16_384 - good.length - 1), Buffer.from('x')])],
  ['a size that is no class', good, 16_384 - 512],
  ['a larger class than is needed, which tells that something is wrong', good, 20_480],
  ['no token', tar([hello, meta1])],
  ['no meta', tar([hello, token])],
  ['the token before the meta', tar([hello, token, meta1])],
  ['an entry after the token', tar([...ends(false, 1), hello])],
  ['a token that is too short', tar([hello, meta1, { ...token, data: TOKEN.subarray(1) }])],
  ['an empty token', tar([hello, meta1, { ...token, data: '' }])],
  ['two tokens', tar([hello, meta1, token, token])],
  ['a letterhead with an address in upper case', withBox(BOX.toUpperCase())],
  ['a letterhead with an address with white space around it', withBox(` ${BOX}\n`)],
  ['a meta of a later version', withMeta({ v: 2, text: false, types: [TYPE] })],
  ['a meta without version', withMeta({ text: false, types: [TYPE] })],
  ['a version that is a decimal', withMeta(GOOD_META.replace('1', '1.0'))],
  ['a version with an exponent', withMeta(GOOD_META.replace('1', '1e0'))],
  ['a member of the meta twice', withMeta(GOOD_META.replace('"text"', '"v":1,"text"'))],
  [
    'a member of the meta twice, of which the first says something else',
    withMeta(GOOD_META.replace('"v"', '"v":2,"v"')),
  ],
  ['a byte order mark before the meta', withMeta(`\u{feff}${GOOD_META}`)],
  ['white space in the meta', withMeta(GOOD_META.replace(',', ', '))],
  ['a line feed after the meta', withMeta(`${GOOD_META}\n`)],
  ['an escape where none is needed', withMeta(GOOD_META.replace('text', String.raw`te\u0078t`))],
  ['a meta that is no JSON', withMeta('{')],
  ['a meta that is no object', withMeta('null')],
  [
    'a meta in bytes that are no UTF-8',
    tar([hello, { name: '.sealdrop/meta.json', data: Uint8Array.of(0xff) }, token]),
  ],
  ['more types than files', withMeta({ v: 1, text: false, types: [TYPE, TYPE] })],
  ['fewer types than files', withMeta({ v: 1, text: false, types: [] })],
  ['a type that is no text', withMeta({ v: 1, text: false, types: [1] })],
  ['a text that is not there', withMeta({ v: 1, text: true, types: [] })],
  ['a text that is not first', tar([hello, file('message.txt'), metaOf({ v: 1, text: true, types: [TYPE] }), token])],
  ['a text that is no UTF-8', tar([{ name: 'message.txt', data: Uint8Array.of(0xff) }, ...ends(true, 0)])],
  ['an archive that is cut within an entry', good.subarray(0, 600), 16_384],
]
