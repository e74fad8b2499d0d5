import { MODIFIED, pax, tar, tarEntry, type TarEntry } from './tar.ts'

/** `archives.json`: what is inside an envelope, good and hostile. docs/protocol.md §3.2. */
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
    ...written(tar([{ name, data: 'x' }, ...ends(false, 1)])),
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

/** Names of more than 100 bytes go into a pax header where no folder can be split off. */
function honestEntry(entry: TarEntry): TarEntry[] {
  const name = String(entry.name)
  if (Buffer.byteLength(name) <= 100) return [entry]
  return [{ ...pax('path', name), name: Buffer.from(`PaxHeader/${name}`).subarray(0, 100) }, entry]
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
  ['a name of 255 bytes', '', [file('n'.repeat(255))]],
]

const HOSTILE_NAMES: readonly (readonly [string, string | Uint8Array])[] = [
  ['a way out of the folder', '../x'],
  ['a way out in the middle', 'a/../../x'],
  ['the folder itself', '.'],
  ['an absolute name', '/etc/passwd'],
  ['an empty name', ''],
  ['an empty part', 'a//b'],
  ['a backslash', '..\\x'],
  ['a drive', 'C:x'],
  ['a control character', 'a\u0007b'],
  ['a newline', 'a\nb'],
  ['an override of the direction of text', 'exe.\u202egnp'],
  ['a space that is not seen', 'a\u200bb'],
  ['a byte order mark within', 'a\ufeffb'],
  ['a byte order mark before', '\ufeffa'],
  ['bytes that are no UTF-8', Uint8Array.of(0x61, 0xff, 0x62)],
  ['a name that is not in NFC', 'cafe\u0301'],
  ['a name that ends with a dot', 'x.'],
  ['a name that ends with a space', 'x '],
  ['a device of Windows', 'con'],
  ['a device of Windows in a folder, with an extension', 'a/Com1.txt'],
  ['our own folder', '.sealdrop/x'],
  ['our own folder in other letters', '.SealDrop/x'],
]

const hello = file('hello')
const good = tar([hello, ...ends(false, 1)])
const path256 = 'n'.repeat(256)
const meta1 = metaOf({ v: 1, text: false, types: [TYPE] })
const withMeta = (json: unknown): Buffer => tar([hello, metaOf(json), token])
const twice = (a: string, b: string): Buffer => tar([file(a), file(b), ...ends(false, 2)])
const oneOf = (entry: TarEntry): Buffer => tar([entry, ...ends(false, 1)])

const HOSTILE: readonly (readonly [string, Buffer, number?])[] = [
  ['no tar at all', Buffer.from('no tar')],
  ['nothing but zeros', Buffer.alloc(0)],
  ['a name of 256 bytes', tar([pax('path', path256), file(path256), ...ends(false, 1)])],
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
  ['a pax header that says nothing', tar([{ name: 'PaxHeader', type: 'x', mode: 0o644 }, hello, ...ends(false, 1)])],
  ['a pax header of two blocks', tar([pax('path', 'n'.repeat(600)), file('n'.repeat(600)), ...ends(false, 1)])],
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
  ['a meta of a later version', withMeta({ v: 2, text: false, types: [TYPE] })],
  ['a meta without version', withMeta({ text: false, types: [TYPE] })],
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
