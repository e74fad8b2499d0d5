import { createHash } from 'node:crypto'
import { ageKeys } from '../../../reference/age.ts'
import { bech32, BECH32, BECH32M, bech32Words, toWords } from '../../../reference/bech32.ts'
import { argon2id, expand, extract } from '../../../reference/kdf.ts'
import { ed25519Key, rawPublicKey } from '../../../reference/keys.ts'

/** `links.json`: valid and invalid links. docs/protocol.md §2.1. */
export function linkVectors(): unknown {
  const secret = Buffer.from(SECRETS[1])
  const good = bech32('sdlink', Buffer.from([0, ...secret]), BECH32M)
  const withData = (bytes: number[]): string => bech32('sdlink', Buffer.from(bytes), BECH32M)
  return {
    links: SECRETS.flatMap((bytes) =>
      [0, 1].map((flags) => ({
        origin: 'https://drop.example',
        secret: Buffer.from(bytes).toString('hex'),
        flags,
        link: `https://drop.example/#${bech32('sdlink', Buffer.from([flags, ...bytes]), BECH32M)}`,
      })),
    ),
    alsoAccepted: [{ fragment: good.toUpperCase(), why: 'as a QR code in alphanumeric mode has it' }].map((each) => ({
      ...each,
      secret: secret.toString('hex'),
      flags: 0,
    })),
    refused: [
      { fragment: '', why: 'empty' },
      { fragment: 'sdlink1', why: 'no data' },
      { fragment: good.slice(0, -1), why: 'the last character is missing' },
      { fragment: `${good}q`, why: 'a character too many' },
      { fragment: `${good}.`, why: 'the full stop of a sentence' },
      { fragment: good.replace('sdlink', 'Sdlink'), why: 'mixed case' },
      ...misspelt(good).map(({ code, why }) => ({ fragment: code, why })),
      { fragment: `${good.slice(0, 20)} ${good.slice(20)}`, why: 'broken by a space' },
      { fragment: good.replace('sdlink1', 'sdlink'), why: 'no separator' },
      { fragment: bech32('sdlink', Buffer.from([0, ...secret]), BECH32), why: 'the checksum of bech32, not bech32m' },
      { fragment: bech32('sdbox', Buffer.from([0, ...secret]), BECH32M), why: 'another prefix' },
      { fragment: withData([2, ...secret]), why: 'a flag that version 1 does not know' },
      { fragment: withData([0x81, ...secret]), why: 'a flag that version 1 does not know' },
      { fragment: withData([0, ...secret.subarray(1)]), why: '23 bytes of secret' },
      { fragment: withData([0, ...secret, 0]), why: '25 bytes of secret' },
      { fragment: withData([]), why: 'not even flags' },
      {
        fragment: bech32Words('sdlink', [...toWords(Buffer.from([0, ...secret])), 0], BECH32M),
        why: 'a group of bits too many',
      },
    ],
  }
}

/** `keys.json`: every derivation of the key schedule. docs/protocol.md §2.2 and §2.3. */
export async function keyVectors(): Promise<unknown> {
  const schedules = await Promise.all(
    PASSPHRASES.map(([passphrase, note], index) => schedule(SECRETS[index % 3] ?? [], passphrase, note)),
  )
  return { schedules }
}

/** `shelves.json`: the shelf of each drop. docs/storage.md. */
export function shelfVectors(): unknown {
  const shelves = SECRETS.flatMap((bytes) =>
    [...bytes.keys()].slice(0, 4).map((index) => bytes.slice(index, index + 16)),
  ).map((bytes) => {
    const id = Buffer.from(bytes)
    const digest = createHash('sha256').update(id).digest('hex')
    const first = Number.parseInt(digest.slice(0, 2), 16)
    return {
      dropId: id.toString('base64url'),
      sha256: digest,
      of16: Number.parseInt(digest[0] ?? '', 16),
      of256: first,
      of1: 0,
    }
  })
  return { shelves }
}

/** `sizes.json`: size classes. Padmé by bits, as in its paper; docs/protocol.md §3.3. */
export function sizeVectors(): unknown {
  const boundaries = [
    0,
    1,
    512,
    1_024,
    ...[14, 15, 16, 17, 18, 19, 20, 21, 22, 23].flatMap((bits) => [2 ** bits - 1, 2 ** bits, 2 ** bits + 1]),
  ]
  const above = [
    1_048_577, 1_081_344, 1_081_345, 1_500_000, 2_031_616, 2_031_617, 5_000_000, 8_257_536, 8_257_537, 100_000_000,
  ]
  const sizes = [...new Set([...boundaries, ...above])].toSorted((a, b) => a - b)
  return { sizes: sizes.map((bytes) => ({ bytes, class: sizeOf(bytes) })) }
}

async function schedule(bytes: readonly number[], passphrase: string | null, note: string): Promise<unknown> {
  const secret = Buffer.from(bytes)
  const prk = extract('sealdrop/v1/link', secret)
  const salt = expand(prk, 'passphrase', 16)
  const normal = Buffer.from((passphrase ?? '').normalize('NFKC'), 'utf8')
  const stretched = passphrase === null ? Buffer.alloc(0) : argon2id(normal, salt)
  const prk2 = extract(prk, stretched)
  const seeds = { locator: expand(prk, 'locator', 32), claim: expand(prk2, 'claim', 32), age: expand(prk2, 'age', 32) }
  const { identity, recipient } = ageKeys(seeds.age)
  return {
    note,
    secret: secret.toString('hex'),
    passphrase,
    normalized: passphrase === null ? null : normal.toString('hex'),
    prk: prk.toString('hex'),
    dropId: expand(prk, 'id', 16).toString('base64url'),
    locator: {
      seed: seeds.locator.toString('hex'),
      publicKey: rawPublicKey(ed25519Key(seeds.locator)).toString('base64url'),
    },
    salt: salt.toString('hex'),
    stretched: stretched.toString('hex'),
    prk2: prk2.toString('hex'),
    claim: {
      seed: seeds.claim.toString('hex'),
      publicKey: rawPublicKey(ed25519Key(seeds.claim)).toString('base64url'),
    },
    age: {
      seed: seeds.age.toString('hex'),
      identity,
      recipientSha256: createHash('sha256').update(recipient).digest('hex'),
    },
  }
}

function sizeOf(bytes: number): number {
  if (bytes <= 1_048_576)
    return [14, 15, 16, 17, 18, 19, 20].map((bits) => 1 << bits).find((size) => size >= bytes) ?? 0
  const length = BigInt(bytes)
  const exponent = BigInt(length.toString(2).length - 1)
  const exponentBits = BigInt(exponent.toString(2).length)
  const mask = (1n << (exponent - exponentBits)) - 1n
  const padded = (length + mask) & ~mask
  return Number(((padded + 511n) / 512n) * 512n)
}

const counting = (from: number): number[] => Array.from({ length: 24 }, (_, index) => (from + index) % 256)
const SECRETS = [Array<number>(24).fill(0), counting(1), counting(0xf0)] as const

const PASSPHRASES: readonly (readonly [string | null, string])[] = [
  [null, 'no passphrase: nothing is stretched'],
  [null, 'another secret'],
  ['correct horse battery staple', 'ASCII'],
  ['caf\u00e9 \u212b', 'composed: NFKC makes U+212B of it U+00C5'],
  ['cafe\u0301 A\u030a', 'the same, decomposed: NFKC composes it'],
  ['\ufb01ve \u2460\uff11 \u067e\u0646\u062c', 'a ligature, a circled and a full-width digit fold; Persian stays'],
  [' two  spaces ', 'spaces count, at the ends too'],
]

/** Misspellings of a whole code, as people and programs produce them. docs/protocol.md §2.1. */
export function misspelt(code: string): readonly { readonly code: string; readonly why: string }[] {
  const upper = code.toUpperCase()
  return [
    { code: `#${code}`, why: 'as location.hash has it' },
    { code: ` ${code}`, why: 'a space before it' },
    { code: `${code}\n`, why: 'a line feed after it' },
    { code: `${code}\u{feff}`, why: 'a byte order mark after it' },
    { code: code.replace('1', '1 '), why: 'a space in it' },
    { code: code.replace('s', '\u{17f}'), why: 'a long s, whose upper case is S' },
    { code: upper.replace('S', '\u{17f}'), why: 'a long s in upper case' },
    {
      code: upper.replace('I', '\u{130}'),
      why: 'an I with a dot, which is what some languages have for the upper case of i',
    },
    { code: upper.replace('K', '\u{212a}'), why: 'a sign for kelvin, whose lower case is k' },
    { code: code.replace('sd', '\u{ff53}\u{ff44}'), why: 'full-width letters' },
  ].filter((each) => each.code !== code && each.code !== upper)
}
