import { expect, test } from 'vitest'
import { generateSigningKey, type SigningKey } from '#client/crypto/keys.ts'
import { addressOf } from '#protocol/address.ts'
import { toBase64url, utf8 } from '#protocol/bytes.ts'
import { CARD_TYPE, formatCard, formatProtectedHeader, READER_KEYS_TYPE, readCard, readSigned } from '#protocol/card.ts'

const root: Promise<SigningKey> = generateSigningKey()

/** Signs header and payload as they are. RFC 7515 §3.1 by hand, without the library that verifies. */
async function signed(header: string, payload: string | Uint8Array): Promise<string> {
  const bytes = typeof payload === 'string' ? utf8(payload) : payload
  const text = `${toBase64url(utf8(header))}.${toBase64url(bytes)}`
  const signature = await crypto.subtle.sign('Ed25519', (await root).privateKey, utf8(text))
  return `${text}.${toBase64url(new Uint8Array(signature))}`
}

async function headerOf(type: string): Promise<string> {
  return JSON.stringify(formatProtectedHeader(type, (await root).publicKey))
}

/** A card whose name needs a escape, and one character beyond ASCII. */
async function payloadOfCard(): Promise<string> {
  const { publicKey } = await root
  const readers = [{ name: 'Ana', key: publicKey, age: `age1pq1${'q'.repeat(1_952)}` }]
  const box = await addressOf(publicKey)
  const terms = { largest: 1_000, invitation: false }
  return formatCard({ v: 1, box, serial: 12, epoch: 2_968, name: 'The "Föhn"', readers, terms })
}

/** Texts that a parser reads alike. */
const SPELLINGS: readonly (readonly [why: string, change: (json: string) => string])[] = [
  ['a member twice, the other value first', (json) => json.replace('"serial":12', '"serial":11,"serial":12')],
  ['a member twice, of one value', (json) => json.replace('"serial":12', '"serial":12,"serial":12')],
  ['a member twice, below', (json) => json.replace('"largest":1000', '"largest":9,"largest":1000')],
  ['a member of a reader twice', (json) => json.replace('"name":"Ana"', '"name":"Bob","name":"Ana"')],
  ['a member twice, spelt in two ways', (json) => json.replace('"serial":12', '"s\\u0065rial":11,"serial":12')],
  ['a space after a comma', (json) => json.replace(',', ', ')],
  ['a space after a colon', (json) => json.replace(':', ': ')],
  ['a line feed at the end', (json) => `${json}\n`],
  ['a tab at the beginning', (json) => `\t${json}`],
  ['a number with a point', (json) => json.replace('"serial":12', '"serial":12.0')],
  ['a number with an exponent', (json) => json.replace('"largest":1000', '"largest":1e3')],
  ['a number with a sign', (json) => json.replace('"epoch":2968', '"epoch":-0')],
  ['a number that is none exactly', (json) => json.replace('"serial":12', '"serial":12.0000000000000000001')],
  ['a letter escaped', (json) => json.replace('Ana', '\\u0041na')],
  ['a letter beyond ASCII escaped', (json) => json.replace('ö', '\\u00f6')],
  ['a quotation mark by its number', (json) => json.replace('\\"', '\\u0022')],
  ['a solidus escaped', (json) => json.replace('Ana', 'A\\/a')],
  ['the name of a member escaped', (json) => json.replace('"serial"', '"s\\u0065rial"')],
]

test('a card in the one spelling is read', async () => {
  const card = await readCard(
    await signed(await headerOf(CARD_TYPE), await payloadOfCard()),
    await addressOf((await root).publicKey),
  )
  expect(card.card.name).toBe('The "Föhn"')
})

test.for(SPELLINGS)('a card with %s is bad, though its root key signed it', async ([, change]) => {
  const payload = await payloadOfCard()
  const changed = change(payload)
  expect(changed).not.toBe(payload)
  JSON.parse(changed)
  const jws = await signed(await headerOf(CARD_TYPE), changed)
  await expect(readCard(jws, await addressOf((await root).publicKey))).rejects.toMatchObject({ code: 'bad_card' })
})

test.for([
  ['a member twice', '{"v":1,"first":1,"first":2}'],
  ['a space', '{"v": 1}'],
  ['nothing in it', ''],
  ['two values', '{}{}'],
  ['a byte order mark', '\u{feff}{}'],
] as const)('keys of a reader with %s are refused like a card', async ([, payload]) => {
  const read = async (text: string): Promise<unknown> =>
    (await readSigned(await signed(await headerOf(READER_KEYS_TYPE), text), READER_KEYS_TYPE, 10_000)).payload
  await expect(read(payload)).rejects.toMatchObject({ code: 'bad_card' })
  expect(await read('{"v":1}')).toEqual({ v: 1 })
})

test('a payload that is no UTF-8 is refused', async () => {
  const bytes = new Uint8Array([0x22, 0xff, 0x22])
  const jws = await signed(await headerOf(CARD_TYPE), bytes)
  await expect(readSigned(jws, CARD_TYPE, 1_000)).rejects.toMatchObject({ code: 'bad_card' })
})

test.for<readonly [string, (header: string) => string]>([
  ['a space', (header) => header.replace(',', ', ')],
  ['another order', (header) => JSON.stringify({ typ: CARD_TYPE, ...JSON.parse(header) })],
  ['a member twice', (header) => header.replace('{"alg"', '{"typ":"sealdrop-keys","alg"')],
  ['a member of the key twice', (header) => header.replace('"crv"', '"kty":"EC","kty":"OKP","crv"')],
  ['an escape', (header) => header.replace('Ed25519', 'Ed2551\\u0039')],
  ['one more member', (header) => header.replace('{', '{"kid":"1",')],
])('a header with %s makes a card bad', async ([, change]) => {
  const header = await headerOf(CARD_TYPE)
  expect(change(header)).not.toBe(header)
  const jws = await signed(change(header), await payloadOfCard())
  await expect(readCard(jws, await addressOf((await root).publicKey))).rejects.toMatchObject({ code: 'bad_card' })
})

test('a card of any content comes back from its text', async () => {
  const header = await headerOf(CARD_TYPE)
  for (const value of [null, 0, -1, 1e21, 0.1, '', '\u2028\u0000\u007f"\\/', '😀', [], [[1]], { '': 1, 'a b': null }]) {
    const jws = await signed(header, JSON.stringify(value))
    expect((await readSigned(jws, CARD_TYPE, 1_000)).payload).toEqual(value)
  }
})
