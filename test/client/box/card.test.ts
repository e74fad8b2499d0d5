import { expect, test } from 'vitest'
import { signCard } from '#client/box/card-sign.ts'
import { readReaderKeys, deriveReaderKey, signReaderKeys } from '#client/box/reader-keys.ts'
import { deriveRoot, newPhrase } from '#client/box/root.ts'
import { parseBoxAddress, type BoxAddress } from '#protocol/address.ts'
import { toBase64url, utf8 } from '#protocol/bytes.ts'
import { checkCard, readCard, type Card } from '#protocol/card.ts'
import boxes from '../../vectors/boxes.json' with { type: 'json' }
import { fromHex } from '../../kit/bytes.ts'

const address = addressIn(boxes.address)

test.for(boxes.cards)('a card is signed as the vector has it, and read again: $card.name', async ({ jws, card }) => {
  const root = await deriveRoot(newPhrase(() => fromHex(boxes.rootEntropy)))
  expect([root.address, root.key.publicKey]).toEqual([boxes.address, boxes.rootKey])
  const read = await readCard(jws, address)
  expect(read).toEqual({ card, root: boxes.rootKey })
  expect(await signCard(root, read.card)).toBe(jws)
})

test.for(boxes.refusedCards)('a card is refused as $code: $why', async ({ code, jws }) => {
  await expect(readCard(jws, address)).rejects.toMatchObject({ name: 'DropError', code })
})

test('a card whose signature has one character changed is refused', async () => {
  const jws = boxes.cards[0]?.jws ?? ''
  const at = jws.lastIndexOf('.')
  for (const place of [1, at - 2, at + 1, jws.length - 2]) {
    const changed = jws.slice(0, place) + (jws[place] === 'A' ? 'B' : 'A') + jws.slice(place + 1)
    await expect(readCard(changed, address)).rejects.toMatchObject({ code: 'bad_card' })
  }
})

test('a card in another spelling is refused, though its root key signed it', async () => {
  const { key } = await deriveRoot(newPhrase(() => fromHex(boxes.rootEntropy)))
  const [header = '', payload = ''] = (boxes.cards[0]?.jws ?? '').split('.')
  const signed = async (text: string): Promise<string> =>
    `${text}.${toBase64url(new Uint8Array(await crypto.subtle.sign('Ed25519', key.privateKey, utf8(text))))}`
  expect(await readCard(await signed(`${header}.${payload}`), address)).toMatchObject({ root: boxes.rootKey })
  // A last character of two or four bits has some to spare.
  const stray = [payload, toBase64url(utf8(`${payloadOf(payload)} `)), toBase64url(utf8(`${payloadOf(payload)}  `))]
    .filter((text) => text.length % 4 !== 0)
    .map((text) => text.slice(0, -1) + successor(text.slice(-1)))
  expect(stray.length).toBeGreaterThan(0)
  for (const text of [...stray, `${payload}=`, `${payload}==`, ` ${payload}`])
    await expect(readCard(await signed(`${header}.${text}`), address)).rejects.toMatchObject({ code: 'bad_card' })
})

test('a card that is too long is refused unread', async () => {
  const jws = boxes.cards[0]?.jws ?? ''
  await expect(readCard(jws + 'A'.repeat(32_768), address)).rejects.toMatchObject({ code: 'bad_card' })
})

test.for(boxes.times)('of a card with serial 100 it is said: $outcome ($why)', ({ now, known, outcome }) => {
  const card: Card = { ...theCard(), serial: 100, epoch: 2_968 }
  let said = 'holds'
  try {
    checkCard(card, now * 1_000, known)
  } catch (error) {
    said = (error as { code: string }).code
  }
  expect(said).toBe(outcome)
})

test.for(boxes.readerKeys.accepted)('the keys of a reader are signed as the vector has them', async (vector) => {
  const { seed, jws, name, key, first, ages } = vector
  expect(await readReaderKeys(jws, address)).toEqual({ name, key, first, ages })
  expect(await signReaderKeys(address, { name, first, ages }, await deriveReaderKey(fromHex(seed)))).toBe(jws)
})

test.for(boxes.readerKeys.refused)('keys of a reader are refused: $why', async ({ jws }) => {
  expect(await readReaderKeys(jws, address)).toBeUndefined()
})

test('keys for fifteen epochs are refused', async () => {
  const [one] = boxes.readerKeys.accepted
  const ages = Array.from({ length: 15 }, (_, n) => one?.ages[n % 2] ?? '')
  const key = await deriveReaderKey(fromHex(one?.seed ?? ''))
  const signed = (count: number): Promise<string> =>
    signReaderKeys(address, { name: 'Ana', first: 1, ages: ages.slice(0, count) }, key)
  expect(await readReaderKeys(await signed(14), address)).toBeDefined()
  expect(await readReaderKeys(await signed(15), address)).toBeUndefined()
})

function payloadOf(segment: string): string {
  return new TextDecoder().decode(
    Uint8Array.from(atob(segment.replaceAll('-', '+').replaceAll('_', '/')), (each) => each.charCodeAt(0)),
  )
}

/** The next character of base64url: it differs in the last bit. */
function successor(character: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  return alphabet[alphabet.indexOf(character) + 1] ?? ''
}

function theCard(): Card {
  return { v: 1, box: address, serial: 1, epoch: 0, name: 'n', readers: [], terms: { largest: 0, invitation: false } }
}

function addressIn(text: string): BoxAddress {
  const found = parseBoxAddress(text)
  if (found === undefined) throw new TypeError('no address')
  return found
}
