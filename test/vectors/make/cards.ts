import { addressOf, counting, jws, keyOf } from './box-keys.ts'
import { ageKeys } from '../../../reference/age.ts'
import { expand, extract } from '../../../reference/kdf.ts'
import { ed25519Key, rawPublicKey } from '../../../reference/keys.ts'

/** The cards and the readers' keys of `boxes.json`, and the times at which a card holds. docs/protocol.md §13.2 to §13.4. */
export async function cardVectors(): Promise<object> {
  const recipients = Array.from({ length: 9 }, (_, n) => ageKeys(Buffer.alloc(32, n + 1)))
  const ages = recipients.map(({ recipient }) => recipient)
  const readers = ages.map((age, n) => ({ name: `Reader ${n + 1}`, key: keyOf(Buffer.alloc(32, 0x60 + n)), age }))
  return {
    rootEntropy: ENTROPY.toString('hex'),
    rootKey: keyOf(ROOT),
    address: ADDRESS,
    cards: [
      card({ readers: readers.slice(0, 1) }),
      card({
        serial: 1,
        epoch: 0,
        name: 'Die Zeitung \u{1f4ec} "x"',
        readers: readers.slice(0, 8),
        terms: { largest: 0, invitation: true },
      }),
      card({ name: 'روزنامه\u200cی ما', readers: [{ ...readers[0], name: '\u{1faef} ❤\ufe0f\u200d\u{1f525}' }] }),
    ].map((payload) => ({ card: payload, jws: jws(HEADER, JSON.stringify(payload), ROOT) })),
    refusedCards: refusedCards(readers),
    times: times(),
    readerKeys: readerKeys(ages),
  }
}

interface Reader {
  readonly name: string
  readonly key: string
  readonly age: string
}

function card(members: object): object {
  const plain = { v: 1, box: ADDRESS, serial: 1_795_392_000, epoch: 2_968, name: 'Newsroom', readers: [] }
  return { ...plain, terms: { largest: 104_857_600, invitation: false }, ...members }
}

function refusedCards(readers: readonly Reader[]): unknown {
  const [one] = readers
  if (one === undefined) throw new Error('no reader')
  const good = card({ readers: [one] })
  return [
    ...[...badEnvelopes(good), ...badPayloads(good), ...badMembers(good, readers, one)].map(([why, text]) => ({
      code: 'bad_card',
      why,
      jws: text,
    })),
    ...foreignCards(good).map(([why, text]) => ({ code: 'foreign_card', why, jws: text })),
  ]
}

type Refused = readonly [why: string, jws: string]

/** Cards whose signature, header or parts are wrong. */
function badEnvelopes(good: object): Refused[] {
  const json = JSON.stringify(good)
  const signed = (header: object): string => jws(header, json, ROOT)
  const [head = '', body = '', signature = ''] = signed(HEADER).split('.')
  const laterBody = signedWith(good, { serial: 2 }).split('.')[1]
  return [
    ['empty', ''],
    ['no signature', `${head}.${body}.`],
    ['a changed signature', `${head}.${body}.${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`],
    ['the payload of another card', `${head}.${laterBody}.${signature}`],
    ['a fourth part', `${head}.${body}.${signature}.`],
    ['padding', `${head}.${body}.${signature}==`],
    ['stray bits at the end', `${head}.${body}.${signature.slice(0, -1)}${nextLetter(signature.slice(-1))}`],
    ['the general name of the algorithm', signed({ ...HEADER, alg: 'EdDSA' })],
    ['no algorithm', signed({ ...HEADER, alg: 'none' })],
    ['another kind of statement', signed({ ...HEADER, typ: 'sealdrop-keys' })],
    ['no kind', signed({ alg: HEADER.alg, jwk: HEADER.jwk })],
    ['a member of the header that nobody knows', signed({ ...HEADER, kid: '1' })],
    ['a key with a member more', signed({ ...HEADER, jwk: { ...HEADER.jwk, use: 'sig' } })],
    ['a key of another curve', signed({ ...HEADER, jwk: { ...HEADER.jwk, crv: 'X25519' } })],
    ['another key in the header than the one that signed', jws(HEADER, json, STRANGER)],
    ['a key of small order', signed({ ...HEADER, jwk: { ...HEADER.jwk, x: SMALL_ORDER } })],
  ]
}

/** Rightly signed payloads that are no JSON, or JSON in another spelling than ours. */
function badPayloads(good: object): Refused[] {
  const json = JSON.stringify(good)
  const signed = (payload: string): string => jws(HEADER, payload, ROOT)
  return [
    ['no JSON', signed('card')],
    ['something after the JSON', signed(`${json}{}`)],
    ['a byte order mark', signed(`\ufeff${json}`)],
    ['a member twice', signed(json.replace('"epoch"', '"epoch":1,"epoch"'))],
    ['a member twice, and its name escaped once', signed(json.replace('"epoch"', '"\\u0065poch":1,"epoch"'))],
    ['white space', signed(JSON.stringify(good, undefined, 1))],
    ['a number in another spelling', signed(json.replace('1795392000', '1.795392e9'))],
    ['an escape that nothing needs', signed(json.replace('Newsroom', '\\u004eewsroom'))],
    ['an array', signed(`[${json}]`)],
  ]
}

/** Rightly signed cards with a member that is wrong. */
function badMembers(good: object, readers: readonly Reader[], one: Reader): Refused[] {
  const json = JSON.stringify(good)
  const signed = (payload: string): string => jws(HEADER, payload, ROOT)
  const saying = (members: object): string => signedWith(good, members)
  const reader = (members: object): string => saying({ readers: [{ ...one, ...members }] })
  const { v, box, ...others } = good as { v: number; box: string }
  return [
    ['another version', saying({ v: 2 })],
    ['members in another order', signed(JSON.stringify({ box, v, ...others }))],
    ['a member more', saying({ until: 1 })],
    ['a serial of nothing', saying({ serial: 0 })],
    ['a serial that is not whole', saying({ serial: 1.5 })],
    ['a serial below zero', saying({ serial: -1 })],
    ['a serial that is no safe integer', signed(json.replace('1795392000', '9007199254740992'))],
    ['an epoch that is a text', saying({ epoch: '2968' })],
    ['no name', saying({ name: '' })],
    ['a name of 81 characters', saying({ name: 'n'.repeat(81) })],
    ['a name of two lines', saying({ name: 'a\nb' })],
    ['a name that turns the direction', saying({ name: 'a\u202eb' })],
    ['a name with a letter of a tag', saying({ name: 'a\u{e0065}' })],
    ['a name that is a filler', saying({ name: '\u3164' })],
    ['a name with a joiner that joins nothing', saying({ name: 'a\u200db' })],
    ['a name with a soft hyphen', saying({ name: 'a\u00adb' })],
    ['a name with a space before it', saying({ name: ' Newsroom' })],
    ['a name with a space behind it', saying({ name: 'Newsroom\u3000' })],
    ['half of a surrogate pair in a name', signed(json.replace('Newsroom', '\\ud83d'))],
    ['an address in upper case', saying({ box: ADDRESS.toUpperCase() })],
    ['an address with a space before it', saying({ box: ` ${ADDRESS}` })],
    ['an address with a line feed behind it', saying({ box: `${ADDRESS}\n` })],
    ['an address in upper case, with white space around it', saying({ box: ` ${ADDRESS.toUpperCase()}\n` })],
    ['no readers', saying({ readers: [] })],
    ['nine readers', saying({ readers })],
    ['one reader twice', saying({ readers: [one, { ...one, name: 'Another' }] })],
    ['a reader with a key of small order', reader({ key: SMALL_ORDER })],
    ['a reader with a recipient of another kind', reader({ age: `age1${'q'.repeat(58)}` })],
    ['a reader with a recipient that is cut', reader({ age: one.age.slice(0, -1) })],
    ['a reader with a member more', reader({ role: 'owner' })],
    ['terms with a member more', saying({ terms: { largest: 1, invitation: false, x: 1 } })],
    ['terms without one', saying({ terms: { largest: 1 } })],
    ['a largest drop below zero', saying({ terms: { largest: -1, invitation: false } })],
  ]
}

function foreignCards(good: object): Refused[] {
  const key = rawPublicKey(ed25519Key(STRANGER))
  const theirs = (address: string): string => {
    const header = { ...HEADER, jwk: { ...HEADER.jwk, x: key.toString('base64url') } }
    return jws(header, JSON.stringify({ ...good, box: address }), STRANGER)
  }
  return [
    ['a card by another root key, for its own box', theirs(addressOf(key))],
    ['a card by another root key, for this box', theirs(ADDRESS)],
    ['a card by this root key, for another box', signedWith(good, { box: addressOf(key) })],
  ]
}

/** A card with some members replaced, rightly signed. */
function signedWith(good: object, members: object): string {
  return jws(HEADER, JSON.stringify({ ...good, ...members }), ROOT)
}

/** A card of epoch 2,968 with serial 100. Times are seconds since 1970. */
function times(): unknown {
  const begin = 2_968 * 604_800
  const end = begin + 604_800 + 86_400
  return [
    { now: begin - 3_601, known: 0, outcome: 'future_card', why: 'more than an hour early' },
    { now: begin - 3_600, known: 0, outcome: 'holds', why: 'an hour early: clocks differ' },
    { now: begin, known: 100, outcome: 'holds', why: 'the serial that is known' },
    { now: end - 1, known: 99, outcome: 'holds', why: 'the last second of the day of grace' },
    { now: end, known: 0, outcome: 'stale_card', why: 'after the day of grace' },
    { now: begin, known: 101, outcome: 'rolled_back_card', why: 'a larger serial is known' },
  ]
}

function readerKeys(ages: readonly string[]): unknown {
  const seed = expand(extract('sealdrop/v1/reader', counting(32, 1)), 'key', 32)
  const key = keyOf(seed)
  const header = { alg: 'Ed25519', typ: 'sealdrop-keys', jwk: { kty: 'OKP', crv: 'Ed25519', x: key } }
  const good = { v: 1, box: ADDRESS, name: 'Ana', first: 2_968, ages: ages.slice(0, 2) }
  const saying = (members: object): string => jws(header, JSON.stringify({ ...good, ...members }), seed)
  return {
    accepted: [{ seed: counting(32, 1).toString('hex'), ...good, key, jws: saying({}) }],
    refused: [
      { why: 'for another box', jws: saying({ box: addressOf(Buffer.alloc(32)) }) },
      { why: 'a card', jws: jws({ ...header, typ: 'sealdrop-card' }, JSON.stringify(good), seed) },
      { why: 'signed by another key', jws: jws(header, JSON.stringify(good), ROOT) },
      { why: 'a member more', jws: saying({ serial: 1 }) },
      { why: 'a member twice', jws: jws(header, JSON.stringify(good).replace('"first"', '"first":1,"first"'), seed) },
      { why: 'white space', jws: jws(header, JSON.stringify(good, undefined, 1), seed) },
      { why: 'no name', jws: saying({ name: '' }) },
      { why: 'a name with a letter of a tag', jws: saying({ name: 'Ana\u{e0065}' }) },
      { why: 'an address in upper case', jws: saying({ box: ADDRESS.toUpperCase() }) },
      { why: 'an address with white space around it', jws: saying({ box: ` ${ADDRESS}\n` }) },
      { why: 'no keys', jws: saying({ ages: [] }) },
      { why: 'a recipient of another kind', jws: saying({ ages: [`age1${'q'.repeat(58)}`] }) },
    ],
  }
}

/** The same bytes, with a stray bit at the end. */
function nextLetter(letter: string): string {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  return letters[letters.indexOf(letter) + 1] ?? ''
}

const ENTROPY = counting(32, 1)
const ROOT = expand(extract('sealdrop/v1/box', ENTROPY), 'root', 32)
const ADDRESS = addressOf(rawPublicKey(ed25519Key(ROOT)))
const HEADER = { alg: 'Ed25519', typ: 'sealdrop-card', jwk: { kty: 'OKP', crv: 'Ed25519', x: keyOf(ROOT) } }

/** The seed of a root key that is not this box's. */
const STRANGER = Buffer.alloc(32, 0x77)
const SMALL_ORDER = Buffer.concat([Buffer.from([1]), Buffer.alloc(31)]).toString('base64url')
