import { compactVerify } from 'jose/jws/compact/verify'
import { isRootOf, parseBoxAddress, type BoxAddress } from './address.ts'
import { parseBase64url, toBase64url, utf8 } from './bytes.ts'
import { DropError } from './error.ts'
import { lifeOfCard, type Epoch } from './epoch.ts'
import { hasHidden, SPACES } from './hidden.ts'
import { anyText, isWhole, listOf, parseExactJson, recordOf, textOf } from './json.ts'
import { CARD_EARLY_SECONDS, MAX_BOX_NAME_CHARACTERS, MAX_BOX_READERS, MAX_CARD_CHARACTERS } from './limits.ts'
import { isSafeKey, parsePublicKey, parseSafeKey, publicKeyBytes, type PublicKey } from './public-key.ts'
import { isRecipient } from './recipient.ts'

/** The statement of a box for one epoch, signed by its root key. docs/protocol.md §13.4. */
export interface Card {
  readonly v: 1
  readonly box: BoxAddress
  /** Grows with every publication. A client that has seen one believes no smaller one. */
  readonly serial: number
  readonly epoch: Epoch
  /** The name that the box gives itself. A stranger's word. */
  readonly name: string
  /** The readers of drops that are sealed to this card: one to eight. */
  readonly readers: readonly CardReader[]
  readonly terms: BoxTermsOfCard
}

/** A person or a device that reads a box. */
export interface CardReader {
  /** The owner's name for it. */
  readonly name: string
  /** Proves possession to the server. */
  readonly key: PublicKey
  /** `age1pq1…`, of this epoch. */
  readonly age: string
}

export interface BoxTermsOfCard {
  /** Bytes of ciphertext of the largest drop that the owner wants. */
  readonly largest: number
  /** Whether it takes drops by invitation only. */
  readonly invitation: boolean
}

/** The payload of a card, in the one order of its members. */
export function formatCard({ v, box, serial, epoch, name, readers, terms }: Card): string {
  const { largest, invitation } = terms
  const plain = readers.map((reader) => ({ name: reader.name, key: reader.key, age: reader.age }))
  return JSON.stringify({ v, box, serial, epoch, name, readers: plain, terms: { largest, invitation } })
}

/**
 * Reads a card: compact JWS (RFC 7515), Ed25519 (RFC 8037), the root key in the header.
 * @throws DropError `bad_card` if the key that it names has not signed it, or if it is no card; `foreign_card` if that key is
 * another box's. `checkCard` decides whether it is valid today.
 */
export async function readCard(jws: string, address: BoxAddress): Promise<{ card: Card; root: PublicKey }> {
  const { payload, root } = await readSigned(jws, CARD_TYPE, MAX_CARD_CHARACTERS)
  if (!(await isRootOf(root, address))) throw new DropError('foreign_card')
  const card = parseCard(payload)
  if (card === undefined) throw new DropError('bad_card')
  if (card.box !== address) throw new DropError('foreign_card')
  return { card, root }
}

/**
 * Whether a sender may seal to a card now.
 * @param now - milliseconds since 1970.
 * @param known - the largest serial of this box that is remembered, if any.
 * @throws DropError `stale_card`, `future_card`, `rolled_back_card`
 */
export function checkCard(card: Card, now: number, known = 0): void {
  const { notBefore, notAfter } = lifeOfCard(card.epoch)
  if (card.serial < known) throw new DropError('rolled_back_card')
  if (now / 1_000 >= notAfter) throw new DropError('stale_card')
  if (now / 1_000 < notBefore - CARD_EARLY_SECONDS) throw new DropError('future_card')
}

/** The header of everything that a root or a reader key signs. */
export function formatProtectedHeader(
  type: string,
  signer: PublicKey,
): { alg: string; typ: string; jwk: { kty: string; crv: string; x: string } } {
  return { alg: 'Ed25519', typ: type, jwk: { kty: 'OKP', crv: 'Ed25519', x: signer } }
}

/**
 * A compact JWS whose header names its own key.
 * @throws DropError `bad_card` for any fault of it
 */
export async function readSigned(
  jws: string,
  type: string,
  mostCharacters: number,
): Promise<{ payload: unknown; root: PublicKey }> {
  try {
    if (jws.length > mostCharacters) throw new RangeError('too long')
    // The library accepts padding and stray bits, and so several spellings of one text and one signature.
    if (!jws.split('.').every(isOneSpelling)) throw new RangeError('spelling')
    if (parseBase64url(jws.slice(jws.lastIndexOf('.') + 1), 64) === undefined) throw new RangeError('signature')
    let signer: PublicKey | undefined
    const verified = await compactVerify(
      jws,
      ({ jwk }) => {
        const key = parsePublicKey(jwk?.x ?? '')
        if (key === undefined || !isSafeKey(key)) throw new RangeError('key')
        signer = key
        return crypto.subtle.importKey('raw', publicKeyBytes(key), 'Ed25519', false, ['verify'])
      },
      { algorithms: ['Ed25519'] },
    )
    if (signer === undefined) throw new RangeError('no key')
    const [header = ''] = jws.split('.')
    if (header !== toBase64url(utf8(JSON.stringify(formatProtectedHeader(type, signer)))))
      throw new RangeError('header')
    return { payload: parseExactJson(UTF8.decode(verified.payload)), root: signer }
  } catch (cause) {
    throw new DropError('bad_card', { cause })
  }
}

/** JSON has no byte order mark (RFC 8259 §8.1). */
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** RFC 7515 §4.1.9. */
export const CARD_TYPE = 'sealdrop-card'

/** The same for a reader's announcement. */
export const READER_KEYS_TYPE = 'sealdrop-keys'

const BLANK_END = new RegExp(`^[${SPACES}]|[${SPACES}]$`)

function parseCard(value: unknown): Card | undefined {
  const record = inOrder(value, ['v', 'box', 'serial', 'epoch', 'name', 'readers', 'terms'])
  const terms = inOrder(record?.['terms'], ['largest', 'invitation'])
  if (record === undefined || terms === undefined || record['v'] !== 1) return undefined
  const { serial, epoch } = record
  const box = textOf(record['box'], parseBoxAddress)
  const name = parseName(record['name'])
  const { largest, invitation } = terms
  if (box === undefined || name === undefined || !isWhole(serial) || !isWhole(epoch)) return undefined
  // A box that has published nothing has serial 0.
  if (serial === 0) return undefined
  if (!isWhole(largest) || typeof invitation !== 'boolean') return undefined
  const readers = listOf(record['readers'], parseReader)
  if (readers === undefined || readers.length === 0 || readers.length > MAX_BOX_READERS) return undefined
  if (new Set(readers.map(({ key }) => key)).size !== readers.length) return undefined
  return { v: 1, box, serial, epoch, name, readers, terms: { largest, invitation } }
}

function parseReader(value: unknown): CardReader | undefined {
  const record = inOrder(value, ['name', 'key', 'age'])
  if (record === undefined) return undefined
  const name = parseName(record['name'])
  const key = parseSafeKey(record['key'])
  const age = anyText(record['age'])
  if (name === undefined || key === undefined || age === undefined || !isRecipient(age)) return undefined
  return { name, key, age }
}

/** A name that may be shown to people: one line, no hidden characters, no white space at its ends. docs/protocol.md §13.4. */
export function parseName(value: unknown): string | undefined {
  const name = anyText(value)
  if (name === undefined || name === '' || name.length > MAX_BOX_NAME_CHARACTERS) return undefined
  return BLANK_END.test(name) || hasHidden(name) ? undefined : name
}

function isOneSpelling(text: string): boolean {
  return parseBase64url(text, Math.floor((text.length * 3) / 4)) !== undefined
}

/** In this order: a card has one spelling. */
function inOrder(value: unknown, names: readonly string[]): Readonly<Record<string, unknown>> | undefined {
  const record = recordOf(value)
  return record !== undefined && Object.keys(record).join() === names.join() ? record : undefined
}
