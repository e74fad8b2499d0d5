import { createHash } from 'node:crypto'
import { wordlist } from '@scure/bip39/wordlists/english.js'
import { ageKeys } from '../../../reference/age.ts'
import { bech32, BECH32, BECH32M } from '../../../reference/bech32.ts'
import { expand, extract } from '../../../reference/kdf.ts'
import { ed25519Key, rawPublicKey } from '../../../reference/keys.ts'
import { misspelt } from './links.ts'
import { addressOf, counting } from './box-keys.ts'
import { cardVectors } from './cards.ts'

/** `boxes.json`: addresses, roots, chains, cards, invitations, codes. docs/protocol.md §13. */
export async function boxVectors(): Promise<unknown> {
  return {
    roots: ENTROPIES.map(([bytes, published]) => rootOf(Buffer.from(bytes), published)),
    refusedPhrases: refusedPhrases(),
    addresses: addresses(),
    readers: [Buffer.alloc(32), counting(32, 1)].map((seed) => readerOf(seed)),
    chains: await Promise.all([chainOf(0, Buffer.alloc(32)), chainOf(2_968, counting(32, 7))]),
    returns: await Promise.all([Buffer.alloc(16), counting(16, 9)].map((entropy) => returnOf(entropy))),
    invitations: invitations(),
    readerCodes: readerCodes(),
    ...(await cardVectors()),
  }
}

/** Entropy to the words of BIP-39: groups of eleven bits, the last of them ending with a checksum. */
function words(entropy: Buffer): string {
  const bits = (bytes: Buffer): string => Array.from(bytes, (byte) => byte.toString(2).padStart(8, '0')).join('')
  const all = bits(entropy) + bits(createHash('sha256').update(entropy).digest()).slice(0, entropy.length / 4)
  return (all.match(/.{11}/g) ?? []).map((group) => wordlist[Number.parseInt(group, 2)]).join(' ')
}

function rootOf(entropy: Buffer, published: string | undefined): unknown {
  const phrase = words(entropy)
  if (published !== undefined && published !== phrase) throw new Error('BIP-39 says otherwise.')
  const rk = extract('sealdrop/v1/box', entropy)
  const seed = expand(rk, 'root', 32)
  const key = rawPublicKey(ed25519Key(seed))
  return {
    entropy: entropy.toString('hex'),
    phrase,
    rk: rk.toString('hex'),
    seed: seed.toString('hex'),
    publicKey: key.toString('base64url'),
    address: addressOf(key),
  }
}

function refusedPhrases(): unknown {
  const good = words(counting(32, 1)).split(' ')
  const [first = '', second = '', ...others] = good
  return [
    { phrase: '', why: 'empty' },
    { phrase: good.slice(0, 23).join(' '), why: '23 words' },
    { phrase: [...good, good[0]].join(' '), why: '25 words' },
    { phrase: [second, first, ...others].join(' '), why: 'two words have changed places' },
    { phrase: good.with(3, 'sealdrop').join(' '), why: 'a word that is not on the list' },
    { phrase: good.with(3, good[3] === 'zoo' ? 'zone' : 'zoo').join(' '), why: 'another word of the list' },
    { phrase: words(counting(16, 1)), why: 'twelve words: a return code' },
  ]
}

function addresses(): unknown {
  const hash = counting(32, 1)
  const good = bech32('sdbox', Buffer.from([0, ...hash]), BECH32M)
  const withData = (bytes: number[]): string => bech32('sdbox', Buffer.from(bytes), BECH32M)
  return {
    accepted: [Buffer.alloc(32), hash, counting(32, 0xf0)].map((each) => ({
      hash: each.toString('hex'),
      address: bech32('sdbox', Buffer.from([0, ...each]), BECH32M),
    })),
    alsoAccepted: [{ text: good.toUpperCase(), address: good, why: 'as a QR code in alphanumeric mode has it' }],
    refused: [
      { text: '', why: 'empty' },
      { text: good.slice(0, -1), why: 'the last character is missing' },
      { text: `${good}.`, why: 'the full stop of a sentence' },
      { text: good.replace('sdbox', 'Sdbox'), why: 'mixed case' },
      ...misspelt(good).map(({ code, why }) => ({ text: code, why })),
      { text: bech32('sdbox', Buffer.from([0, ...hash]), BECH32), why: 'the checksum of bech32, not bech32m' },
      { text: bech32('sdlink', Buffer.from([0, ...hash]), BECH32M), why: 'another prefix' },
      { text: withData([1, ...hash]), why: 'a version that nobody knows' },
      { text: withData([0, ...hash.subarray(1)]), why: '31 bytes of hash' },
      { text: withData([0, ...hash, 0]), why: '33 bytes of hash' },
    ],
  }
}

function readerOf(seed: Buffer): unknown {
  const prk = extract('sealdrop/v1/reader', seed)
  const keySeed = expand(prk, 'key', 32)
  return {
    seed: seed.toString('hex'),
    keySeed: keySeed.toString('hex'),
    publicKey: rawPublicKey(ed25519Key(keySeed)).toString('base64url'),
  }
}

async function chainOf(epoch: number, key: Buffer): Promise<unknown> {
  const steps: unknown[] = []
  let at = key
  for (let ahead = 0; ahead <= 13; ahead++) {
    const { identity, recipient } = ageKeys(expand(at, 'sealdrop/v1/age', 32))
    const recipientSha256 = createHash('sha256').update(recipient).digest('hex')
    steps.push({ epoch: epoch + ahead, key: at.toString('hex'), identity, recipientSha256 })
    at = expand(at, 'sealdrop/v1/next', 32)
  }
  return { epoch, key: key.toString('hex'), steps }
}

async function returnOf(entropy: Buffer): Promise<unknown> {
  const rr = extract('sealdrop/v1/return', entropy)
  const key = rawPublicKey(ed25519Key(expand(rr, 'root', 32)))
  const { identity, recipient } = ageKeys(expand(rr, 'age', 32))
  return {
    entropy: entropy.toString('hex'),
    words: words(entropy),
    publicKey: key.toString('base64url'),
    address: addressOf(key),
    identity,
    recipientSha256: createHash('sha256').update(recipient).digest('hex'),
  }
}

function invitations(): unknown {
  const hash = counting(32, 1)
  const secret = counting(16, 0x40)
  const of = (bytes: readonly number[], prefix = 'sdin', constant = BECH32M): string =>
    bech32(prefix, Buffer.from(bytes), constant)
  return {
    accepted: [
      [Buffer.alloc(32), Buffer.alloc(16)],
      [hash, secret],
    ].map(([box = hash, own = secret]) => ({
      address: bech32('sdbox', Buffer.from([0, ...box]), BECH32M),
      secret: own.toString('hex'),
      hash: createHash('sha256').update(own).digest('base64url'),
      field: own.toString('base64url'),
      link: `https://drop.example/#${of([0, ...box, ...own])}`,
    })),
    refused: [
      { code: of([0, ...hash, ...secret]).slice(0, -1), why: 'the last character is missing' },
      ...misspelt(of([0, ...hash, ...secret])),
      { code: of([1, ...hash, ...secret]), why: 'a version that nobody knows' },
      { code: of([0, ...hash, ...secret.subarray(1)]), why: '15 bytes of secret' },
      { code: of([0, ...hash, ...secret, 0]), why: '17 bytes of secret' },
      { code: of([0, ...hash, ...secret], 'sdinv'), why: 'another prefix' },
      { code: of([0, ...hash, ...secret], 'sdinvite'), why: 'a prefix that makes it longer than bech32m is made for' },
      { code: of([0, ...hash, ...secret], 'sdin', BECH32), why: 'the checksum of bech32, not bech32m' },
    ],
  }
}

function readerCodes(): unknown {
  const secret = counting(24, 1)
  const of = (bytes: readonly number[], prefix = 'sdreader'): string => bech32(prefix, Buffer.from(bytes), BECH32M)
  const good = of([0, ...secret])
  return {
    accepted: [
      { secret: secret.toString('hex'), code: good },
      { secret: Buffer.alloc(24).toString('hex'), code: of([0, ...Buffer.alloc(24)]) },
    ],
    refused: [
      { code: good.slice(0, -1), why: 'the last character is missing' },
      ...misspelt(good),
      { code: of([1, ...secret]), why: 'a version that nobody knows' },
      { code: of([0, ...secret.subarray(1)]), why: '23 bytes of secret' },
      { code: of([0, ...secret], 'sdlink'), why: 'a link, which is for somebody else' },
    ],
  }
}

const REPEATED = 'legal winner thank year wave sausage worth useful'
const ADVICE = 'letter advice cage absurd amount doctor acoustic'

/** Four of them have the phrases that BIP-39 publishes with its reference implementation. */
const ENTROPIES: readonly (readonly [Uint8Array, string | undefined])[] = [
  [Buffer.alloc(32), `${'abandon '.repeat(23)}art`],
  [Buffer.alloc(32, 0x7f), `${REPEATED} ${REPEATED} ${REPEATED.replace('useful', 'title')}`],
  [Buffer.alloc(32, 0x80), `${ADVICE} avoid ${ADVICE} avoid ${ADVICE} bless`],
  [Buffer.alloc(32, 0xff), `${'zoo '.repeat(23)}vote`],
  [counting(32, 1), undefined],
]
