import { expect, test } from 'vitest'
import { collectParts, listItems, openItem } from '#client/box/inbox.ts'
import { sealLetter } from '#client/box/letter.ts'
import { deriveReturn, newReturnCode } from '#client/box/return.ts'
import { fetchCard, sealAnswer, sealForBox } from '#client/box/write.ts'
import { CardFault, sinceMsOf } from '#client/box/card-fault.ts'
import { generateSigningKey } from '#client/crypto/keys.ts'
import { deriveOpener, parseLink } from '#client/link.ts'
import { deposit, seal } from '#client/send.ts'
import { checkDrop } from '#client/sender.ts'
import { memoryStaging } from '#client/staging.ts'
import { toBase64, toBase64url, utf8 } from '#protocol/bytes.ts'
import { formatCard, type Card } from '#protocol/card.ts'
import { epochAt, lifeOfCard } from '#protocol/epoch.ts'
import { boxServer, type BoxServer } from '../../kit/box-server.ts'
import { cardReader, newBox, newReader, NOW, orderFor, ORIGIN, sign, type TestBox } from '../../kit/boxes.ts'
import { says } from '../../kit/network.ts'

// A server that lies. Whatever it does, the sender is told, or the reader; nobody is made to believe anything.

const WEEK_MS = 604_800_000
const letter = { text: 'What I saw', files: [] }
const all = { order: 'after', seq: 0, most: 50 } as const
const accessOf = ({ accesses }: TestBox) => accesses[0] ?? expect.fail('no reader')

/** The answer to a sender who asks for a box's card. */
async function told(box: TestBox, jws: string, known?: number): Promise<unknown> {
  const server = boxServer()
  server.cards.set(box.address, jws)
  return fetchCard(server, box.address, { now: NOW, known }).catch((error: unknown) => error)
}

/** The card with another payload under the signature of the old one. */
function forged(jws: string, card: Card): string {
  const [header = '', , signature = ''] = jws.split('.')
  return `${header}.${toBase64url(utf8(formatCard(card)))}.${signature}`
}

test('another box’s card is foreign_card', async () => {
  const [box, other] = [await newBox(), await newBox()]
  expect(await told(box, other.jws)).toMatchObject({ code: 'foreign_card' })
  // Signed by the right key for another address.
  const { jws } = await sign(box.root, { box: other.address, readers: other.card.readers })
  expect(await told(box, jws)).toMatchObject({ code: 'foreign_card' })
})

test('an old card is rolled_back_card to who remembers a newer one, and stale_card to everybody once it is over', async () => {
  const box = await newBox()
  expect(await told(box, box.jws, box.card.serial + 1)).toMatchObject({ code: 'rolled_back_card', card: box.card })
  expect(await told(box, box.jws, box.card.serial)).toMatchObject({ card: box.card })
  const epoch = epochAt(NOW) - 2
  const { card, jws } = await sign(box.root, { epoch, readers: box.card.readers })
  const fault = await told(box, jws)
  expect(fault).toBeInstanceOf(CardFault)
  expect(fault).toMatchObject({ code: 'stale_card', card })
  // For the sentence that says since when its owner has not renewed it.
  expect(sinceMsOf(fault)).toBe(lifeOfCard(epoch).notAfter * 1_000)
  expect(sinceMsOf(await told(box, box.jws, box.card.serial + 1))).toBeUndefined()
})

test('a card for a time to come is future_card', async () => {
  const box = await newBox()
  const { jws } = await sign(box.root, { epoch: epochAt(NOW + WEEK_MS), readers: box.card.readers })
  expect(await told(box, jws)).toMatchObject({ code: 'future_card' })
})

test('a card to which the server has added a reader of its own is bad_card', async () => {
  const box = await newBox()
  const spy = await cardReader(newReader(), 'Reader 2')
  const card = { ...box.card, readers: [...box.card.readers, spy] }
  expect(await told(box, forged(box.jws, card))).toMatchObject({ code: 'bad_card' })
  // A reader's key in another's place, larger terms, a newer serial: whatever is not signed.
  const first = box.card.readers.map((reader) => ({ ...reader, age: spy.age }))
  for (const changed of [
    { readers: first },
    { serial: 8 },
    { terms: { largest: 1, invitation: true } },
    { name: 'x' },
  ]) {
    expect(await told(box, forged(box.jws, { ...box.card, ...changed }))).toMatchObject({ code: 'bad_card' })
  }
  // Signed by the spy: a card, but not of this box.
  const theirs = await newBox()
  const { jws } = await sign({ ...theirs.root, address: box.address }, card)
  expect(await told(box, jws)).toMatchObject({ code: 'foreign_card' })
})

test('no card at all, and what is none, is told as such', async () => {
  const box = await newBox()
  for (const jws of ['', 'a.b.c', box.jws.slice(0, -1), `${box.jws}.`, 'A'.repeat(40_000)]) {
    expect(await told(box, jws)).toMatchObject({ code: 'bad_card' })
  }
  for (const body of [{}, { card: 5, largest: 1 }, { card: box.jws }, { card: box.jws, largest: -1 }, []]) {
    const server = boxServer()
    server.hand = () => says(body)
    await expect(fetchCard(server, box.address, { now: NOW })).rejects.toMatchObject({ code: 'bad_answer' })
  }
})

test('a card with a further reader that the owner did sign is shown to the sender, and told to every reader', async () => {
  const [ana, ben] = [newReader(), newReader()]
  const box = await newBox([ana])
  const readers = [await cardReader(ana, 'Ana'), await cardReader(ben, 'Ben')]
  const { jws } = await sign(box.root, { serial: 8, readers })
  const server = boxServer()
  server.cards.set(box.address, jws)
  const { card } = await fetchCard(server, box.address, { now: NOW, known: box.card.serial })
  expect(card.readers.map(({ name }) => name)).toEqual(['Ana', 'Ben'])
  const order = await orderFor({ ...box, card })
  await deposit(server, await sealForBox(letter, order), order)
  const opened = await openFirst(server, box)
  // Ana knows of one reader; the drop says that it was sealed for two, by a later card.
  expect(opened.readers).not.toEqual(box.card.readers.map(({ key }) => key))
  expect([opened.readers, opened.to.serial]).toEqual([readers.map(({ key }) => key), 8])
})

async function openFirst(server: BoxServer, box: TestBox, at = 0) {
  const access = accessOf(box)
  const item = (await listItems(server, access, all)).items[at]
  if (item === undefined) throw new Error('nothing is listed')
  return openItem(collectParts(server, access, item, memoryStaging()), access, item)
}

async function boxWithTwo() {
  const box = await newBox()
  const server = boxServer()
  const order = await orderFor(box)
  const texts = ['one', 'two']
  for (const text of texts) await deposit(server, await sealForBox({ text, files: [] }, order), order)
  const [one, two] = server.lists.get(box.address) ?? []
  if (one === undefined || two === undefined) throw new Error('nothing has arrived')
  return { box, server, order, one, two }
}

test('one drop handed out for another of the same box is misplaced', async () => {
  const { box, server, one, two } = await boxWithTwo()
  server.parts.set(one.drop, server.parts.get(two.drop) ?? [])
  await expect(openFirst(server, box)).rejects.toMatchObject({ code: 'misplaced' })
  expect((await openFirst(server, box, 1)).text).toBe('two')
})

test('the same drop under a second id is misplaced, under a second place repeated', async () => {
  const { box, server, one, two } = await boxWithTwo()
  const twice = { ...one, seq: 3 }
  server.lists.set(box.address, [one, two, twice])
  const { items, repeated } = await listItems(server, accessOf(box), all)
  expect([items, repeated]).toEqual([[one, two], [twice]])
  // One page later: the reader knows where it was.
  const known = new Map(items.map(({ drop, seq }) => [drop, seq]))
  const after = { ...all, seq: 2 }
  expect(await listItems(server, accessOf(box), after, known)).toMatchObject({ items: [], repeated: [twice] })
})

test('somebody else’s drop does not open; one that was sealed for this reader, but for no box, is misplaced', async () => {
  const { box, server, order, one } = await boxWithTwo()
  const other = await newBox()
  const theirs = await sealForBox(letter, await orderFor(other))
  server.parts.set(one.drop, [await theirs.sealPart(0)])
  await expect(openFirst(server, box)).rejects.toMatchObject({ code: 'open_failed' })

  const options = { origin: ORIGIN, sender: order.sender, ttlSeconds: 3_600, reads: 1, passphrase: '', now: NOW }
  const drop = await seal(letter, { ...options, stretch: async () => new Uint8Array(0) })
  server.parts.set(one.drop, [await drop.sealPart(0)])
  await expect(openFirst(server, box)).rejects.toMatchObject({ code: 'open_failed' })
  const parsed = parseLink(drop.link)
  if (parsed === undefined) throw new Error('the link is damaged')
  const { identity } = await deriveOpener(parsed.secret, '', async () => new Uint8Array(0))
  const access = { ...accessOf(box), identitiesFor: () => [identity] }
  const parts = collectParts(server, access, one, memoryStaging())
  await expect(openItem(parts, access, one)).rejects.toMatchObject({ code: 'misplaced' })
})

test('a drop that was moved to another box does not open; one whose readers read both is misplaced', async () => {
  const ana = newReader()
  const [from, to, strange] = [await newBox([ana]), await newBox([ana]), await newBox()]
  const server = boxServer()
  const order = await orderFor(from)
  await deposit(server, await sealForBox(letter, order), order)
  const items = server.lists.get(from.address) ?? []
  for (const { address } of [to, strange]) server.lists.set(address, items)
  expect((await openFirst(server, from)).text).toBe(letter.text)
  await expect(openFirst(server, to)).rejects.toMatchObject({ code: 'misplaced' })
  await expect(openFirst(server, strange)).rejects.toMatchObject({ code: 'open_failed' })
})

test('an answer that goes to another return address is misplaced, whoever opens it', async () => {
  const box = await newBox()
  const keys = await deriveReturn(newReturnCode())
  const server = boxServer()
  const order = { ...(await orderFor(box)), to: { key: keys.key.publicKey, age: keys.recipient }, from: box.address }
  await deposit(server, await sealAnswer(letter, order), order)
  const [item] = server.lists.get(keys.address) ?? []
  if (item === undefined) throw new Error('nothing has arrived')
  const other = (await generateSigningKey()).publicKey
  const access = { address: box.address, key: keys.key, identitiesFor: () => [keys.identity], readerKey: other }
  const parts = collectParts(server, { ...access, address: keys.address }, item, memoryStaging())
  await expect(openItem(parts, access, item)).rejects.toMatchObject({ code: 'misplaced' })
})

test('a drop that names another box, or another drop, is misplaced although it is sealed for this reader', async () => {
  const { box, server, order, one, two } = await boxWithTwo()
  const other = await newBox()
  const recipients = box.card.readers.map(({ age }) => age)
  const notSound = () => expect.fail('not sound')
  for (const [address, drop] of [
    [other.address, one.drop],
    [box.address, two.drop],
  ] as const) {
    const letterhead = { to: { box: address, drop, serial: 7, readers: [] } }
    const sealed = await sealLetter(letter, { letterhead, recipients, notSound, link: '' }, order)
    server.parts.set(one.drop, [await sealed.sealPart(0)])
    await expect(openFirst(server, box)).rejects.toMatchObject({ code: 'misplaced' })
  }
})

test('a drop that is said to have arrived in another age does not open, and nothing else happens', async () => {
  const { box, server, one, two } = await boxWithTwo()
  for (const arrived of [0, 10_000_000]) {
    server.lists.set(box.address, [{ ...one, arrived }, two])
    await expect(openFirst(server, box)).rejects.toMatchObject({ code: 'open_failed' })
  }
})

test('bytes that were changed, cut or swapped on the server open to nothing', async () => {
  const { box, server, one } = await boxWithTwo()
  const [whole] = server.parts.get(one.drop) ?? []
  if (whole === undefined) throw new Error('nothing has arrived')
  const changed = whole.slice()
  changed[5_000] = (changed[5_000] ?? 0) ^ 1
  for (const part of [changed, whole.slice(0, -1), new Uint8Array(0)]) {
    server.parts.set(one.drop, [part])
    await expect(openFirst(server, box)).rejects.toMatchObject({ code: 'open_failed' })
  }
})

test('a card without readers is bad_card even if it is signed: nobody could open what is sealed by it', async () => {
  const box = await newBox()
  expect(await told(box, (await sign(box.root, {})).jws)).toMatchObject({ code: 'bad_card' })
})

test('whatever the server says of readers who claimed a drop in a box, none of it is proved', async () => {
  const box = await newBox()
  const order = await orderFor(box)
  const { ticket, size } = await sealForBox(letter, order)
  const record = { created: 1_800_000_000, nonce: 'n'.repeat(24), signature: toBase64(new Uint8Array(64)) }
  const receipt = { reader: order.sender.publicKey, claim: record }
  const sent = { expires: 1_801_000_000, reads: 0, size, parts: 1, state: 'claimed', triesLeft: 10, claims: [receipt] }
  const server = boxServer()
  server.hand = () => says(sent)
  expect((await checkDrop(server, ticket, order.sender)).claims).toEqual([
    { ...receipt, isClaimProved: false, isOpeningProved: false },
  ])
})
