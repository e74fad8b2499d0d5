import { hash } from 'node:crypto'
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { base32, bech32 } from '@scure/base'
import { expect, test } from 'vitest'
import { decodeRuns } from '../../drill/decode.ts'
import { newPerson } from '../../drill/people/person.ts'
import { Notebook } from '../../drill/notebook.ts'
import { searchAll, type Sighting } from '../../drill/search.ts'
import type { Holding } from '../../drill/seize.ts'

// The drill finds things in every spelling. test/e2e/drill.test.ts shows that it finds them in a running product.

const TEXT = 'Überweisung an "Müller"\nmorgen'
const KEY = Uint8Array.from({ length: 32 }, (_, at) => (at * 37 + 11) % 256)
const ANA = 'Ana'

/** The sightings of the text and the key in some bytes. The key is declared for `drops.claims`. */
function sightings(bytes: Uint8Array, holding: Partial<Holding> = {}): readonly Sighting[] {
  const notebook = new Notebook()
  notebook.text(ANA, 'text', TEXT)
  notebook.bytes(ANA, 'key', KEY, ['drops.claims'])
  const all: Holding[] = [{ place: 'here', kind: 'file', bytes, values: [], ...holding }]
  return searchAll(notebook.notes, { all, tables: new Map(), store: new Map(), rows: new Map() }).sightings
}

function within(text: string | Uint8Array): Buffer {
  return Buffer.concat([Buffer.from('some other words, '), Buffer.from(text), Buffer.from(', and more')])
}

function apart(digits: string, by: string): string {
  return digits.replaceAll(/../g, by)
}

function inLines(text: string, length: number): string {
  return text.replaceAll(new RegExp(`.{${length}}`, 'g'), '$&\n')
}

const hex = Buffer.from(KEY).toString('hex')
const utf8 = Buffer.from(TEXT)

test.for<[string, string | Uint8Array]>([
  ['as it is', TEXT],
  ['decomposed', TEXT.normalize('NFD')],
  ['in Latin-1', Buffer.from(TEXT, 'latin1')],
  ['in UTF-16', Buffer.from(TEXT, 'utf16le')],
  ['in UTF-16, big-endian', Buffer.from(TEXT, 'utf16le').swap16()],
  ['in upper case', TEXT.toUpperCase()],
  ['reversed', utf8.toReversed()],
  ['in hexadecimal', utf8.toString('hex')],
  ['in hexadecimal, upper case', utf8.toString('hex').toUpperCase()],
  ['percent-encoded', encodeURIComponent(TEXT)],
  ['percent-encoded as a form', encodeURIComponent(TEXT).replaceAll('%20', '+')],
  ['percent-encoded, each byte', utf8.toString('hex').replaceAll(/../g, '%$&')],
  ['in JSON', JSON.stringify({ text: TEXT })],
  ['in JSON of ASCII alone', JSON.stringify(TEXT).replaceAll(/[^ -~]/g, (c) => `\\u00${c.charCodeAt(0).toString(16)}`)],
  ['in base64', utf8.toString('base64')],
  ['in base64 with a character before it', Buffer.from(`.${TEXT}`).toString('base64')],
  ['in base64url with two characters around it', Buffer.from(`..${TEXT}..`).toString('base64url')],
  ['in base64 of base64', Buffer.from(utf8.toString('base64')).toString('base64')],
  ['in hexadecimal of UTF-16', Buffer.from(TEXT, 'utf16le').toString('hex')],
  ['in base64 of two bytes a character', Buffer.from(utf8.toString('base64url'), 'utf16le')],
  ['in hexadecimal of two bytes a character, big-endian', Buffer.from(utf8.toString('hex'), 'utf16le').swap16()],
  [
    'in base64 in lines',
    inLines(Buffer.from(`${'before '.repeat(9)}${TEXT}${' after'.repeat(9)}`).toString('base64'), 32),
  ],
  ['in base64 in lines, in JSON', JSON.stringify(inLines(Buffer.from(`....${TEXT}..`).toString('base64'), 19))],
  ['in hexadecimal with spaces', apart(utf8.toString('hex').toUpperCase(), '$& ')],
  ['in hexadecimal, as a dump has it', inLines(utf8.toString('hex').replaceAll(/.{4}/g, '$& '), 40)],
  ['in base64, percent-encoded', encodeURIComponent(`${Buffer.from(`??>>${TEXT}`).toString('base64')}==`)],
  ['in base32', base32.encode(utf8)],
  ['packed by gzip, in hexadecimal with dashes', apart(gzipSync(TEXT).toString('hex'), '$&-')],
  ['packed by gzip, as a list of numbers', [...gzipSync(TEXT)].join(', ')],
  ['packed by gzip, in base64 of two bytes a character', Buffer.from(gzipSync(TEXT).toString('base64'), 'utf16le')],
  ['packed by gzip', gzipSync(TEXT)],
  ['packed by zlib', deflateSync(TEXT)],
  ['packed by zstd', zstdCompressSync(TEXT)],
  ['packed by gzip and cut', gzipSync(`${TEXT}${hex.repeat(9)}${'q w e r'.repeat(99)}`).subarray(0, -40)],
  ['packed by gzip, in base64', gzipSync(TEXT).toString('base64')],
  ['packed by gzip, in JSON, in gzip', gzipSync(JSON.stringify({ a: gzipSync(TEXT).toString('base64') }))],
])('a text is found %s', ([, written]) => {
  expect(sightings(within(written)).map(({ note, isDeclared }) => [note.what, isDeclared])).toContainEqual([
    'text',
    false,
  ])
})

test.for<[string, Uint8Array]>([
  ['deflate', deflateRawSync(TEXT)],
  ['brotli', brotliCompressSync(TEXT)],
])('a value that is packed by %s is found', ([, value]) => {
  expect(sightings(value, { kind: 'value', values: [value] }).map(({ note }) => note.what)).toContain('text')
})

test.for<[string, string | Uint8Array]>([
  ['as it is', KEY],
  ['as a list of numbers', `[${[...KEY].join(',')}]`],
  ['as JSON of a typed array', JSON.stringify(KEY)],
  ['in hexadecimal with marks', hex.replaceAll(/..(?=.)/g, '$&:')],
  ['in hexadecimal with marks, upper case', hex.toUpperCase().replaceAll(/..(?=.)/g, '$&:')],
  ['as numbers of a program', hex.replaceAll(/../g, '0x$&, ')],
  ['in lines of hexadecimal', inLines(hex, 16)],
  ['reversed in hexadecimal', Buffer.from(KEY.toReversed()).toString('hex')],
  ['in the alphabet of links', bech32.encode('other', bech32.toWords(KEY), false)],
  ['in base64 inside a line', `"spare":"${Buffer.from(KEY).toString('base64')}"`],
])('a key is found %s', ([, written]) => {
  expect(sightings(within(written)).map(({ note }) => note.what)).toContain('key')
})

test('a declared thing may be in its own column and the files of that database, as it is, and nowhere else', () => {
  const column = { kind: 'column', column: 'drops.claims', tables: [] } as const
  const of = (bytes: Uint8Array, holding: Partial<Holding>): boolean[] =>
    sightings(bytes, holding).map(({ isDeclared }) => isDeclared)
  expect(of(KEY, column)).toEqual([true])
  expect(of(KEY, { ...column, column: 'drops.tries' })).toEqual([false])
  expect(of(Buffer.from(hex), column)).not.toContain(true)
  expect(of(KEY, { kind: 'file', tables: ['drops'] })).toEqual([true])
  expect(of(KEY, { kind: 'file', tables: ['items'] })).toEqual([false])
  expect(of(KEY, { kind: 'words' })).toEqual([false])
})

test.for(['%', '%4', '%4a%'])('%s, which stands by chance beside what is declared, makes no leak of it', (chance) => {
  const card = `${'x'.repeat(99)}.${Buffer.from(`{"name":"${TEXT}"}`).toString('base64url')}.${'s'.repeat(99)}`
  const ways = sightings(within(`${chance}${card}`)).map(({ way }) => way)
  expect(ways.filter((way) => way.includes('base64'))).not.toEqual([])
  expect(ways.filter((way) => way.includes('percent'))).toEqual([])
})

test('any 23 bytes of a short text are found, and three words of a phrase', () => {
  const notebook = new Notebook()
  notebook.plaintext(ANA, 'text', Buffer.from('behind the old lighthouse, under the third step from the top'))
  notebook.words(ANA, 'phrase', ['van', 'bag', 'civil', 'decide', 'cage'])
  const found = (text: string): string[] => {
    const all: Holding[] = [{ place: 'here', kind: 'file', bytes: Buffer.from(text), values: [] }]
    const { sightings: seen } = searchAll(notebook.notes, { all, tables: new Map(), store: new Map(), rows: new Map() })
    return [...new Set(seen.map(({ note }) => note.what))]
  }
  expect(found('he old lighthouse, unde')).toEqual(['text'])
  expect(found('x, civil-decide-cage, y')).toEqual(['phrase'])
  expect(found('van bag decide cage civil')).toEqual([])
})

test('millions of digits in one run, and a secret behind them, are read without running out of stack', () => {
  const found = decodeRuns(Buffer.from(`${'1'.repeat(8_000_000)}|${apart(utf8.toString('hex'), '$& ')}`))
  expect(found.some(({ bytes }) => Buffer.from(bytes).includes(TEXT))).toBe(true)
})

test.for([2_097_100, 2_097_151, 2_097_152])(
  'a run that begins after %i bytes is read whole, wherever it is cut',
  (sizeBytes) => {
    const found = decodeRuns(Buffer.from(`${' '.repeat(sizeBytes)}${apart(utf8.toString('hex'), '$&:')}`))
    expect(found.map(({ bytes }) => Buffer.from(bytes).toString())).toContain(TEXT)
  },
)

test('an address is found as text, and as a value of four bytes or their hexadecimal digits, but not among others', () => {
  const notebook = new Notebook()
  notebook.text(ANA, 'address', '198.51.100.20')
  notebook.bytes(ANA, 'address', Uint8Array.of(198, 51, 100, 20))
  const value = Uint8Array.of(198, 51, 100, 20)
  const all: Holding[] = [
    { place: 'text', kind: 'words', bytes: Buffer.from('from 198.51.100.20:443'), values: [] },
    { place: 'value', kind: 'column', column: 'drops.seen', bytes: value, values: [value] },
    { place: 'digits', kind: 'column', column: 'drops.seen', bytes: value, values: [Buffer.from('C6336414')] },
    { place: 'word', kind: 'words', bytes: Buffer.from('{"by":"c6336414","at":1}'), values: [] },
    { place: 'noise', kind: 'file', bytes: Buffer.from(`${'c6336414'.repeat(2)}00`), values: [] },
  ]
  const { sightings: seen } = searchAll(notebook.notes, { all, tables: new Map(), store: new Map(), rows: new Map() })
  expect(seen.map(({ place }) => place)).toEqual(['text', 'value', 'digits', 'word'])
})

test('an address is found shortened, hashed, and as other programs write it', () => {
  const notebook = new Notebook()
  newPerson(ANA, 0, 'https://drop.example', notebook)
  newPerson('Ben', 1, 'https://drop.example', notebook)
  const [ip4, ip6] = ['198.51.100.20', '2001:db8:5ea1:d809::a1']
  for (const [what, written] of [
    ['address of a person', ip4],
    ['address of a person', 'ip-198-51-100-20.isp.example'],
    ['address of a person', '20.100.51.198.in-addr.arpa'],
    ['address of a person', ip6],
    ['address of a person', '2001:0db8:5ea1:d809:0000:0000:0000:00a1'],
    ['address of a person', '2001:db8:5ea1:d809:0:0:0:a1'],
    ['network of a person', '198.51.100.0/24'],
    ['network of a person', '2001:db8:5ea1:d809::/64'],
    ['hash of an address', hash('sha256', ip4)],
    ['hash of an address', hash('sha1', ip6, 'base64')],
    ['hash of an address', hash('md5', Uint8Array.of(198, 51, 100, 20))],
  ] as const) {
    const all: Holding[] = [{ place: 'here', kind: 'words', bytes: Buffer.from(written), values: [] }]
    const { sightings: seen } = searchAll(notebook.notes, { all, tables: new Map(), store: new Map(), rows: new Map() })
    expect([written, seen.map(({ note }) => note.what)]).toEqual([written, expect.arrayContaining([what])])
  }
})
