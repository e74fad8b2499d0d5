import { expect, test } from 'vitest'
import { collectParts, deleteItems, listItems, openItem } from '#client/box/inbox.ts'
import { sealLetter } from '#client/box/letter.ts'
import { newReturnCode } from '#client/box/return.ts'
import { sealForBox } from '#client/box/write.ts'
import { deposit } from '#client/send.ts'
import { memorySource } from '#client/source.ts'
import { memoryStaging } from '#client/staging.ts'
import { parseDeleteBody, type Item } from '#protocol/box-api.ts'
import { equalBytes } from '#protocol/bytes.ts'
import { contentDigest } from '#protocol/content-digest.ts'
import { dayAt, epochAt } from '#protocol/epoch.ts'
import { formatDropId } from '#protocol/id.ts'
import { parseBoxAddress } from '#protocol/address.ts'
import { parsePublicKey } from '#protocol/public-key.ts'
import type { Exchange } from '#client/transport.ts'
import type { RequestName, Role } from '#protocol/api.ts'
import { advance } from '#client/box/chain.ts'
import { verifyFields } from '../../protocol/support/fields.ts'
import { noise } from '../../kit/bytes.ts'
import { boxServer } from '../../kit/box-server.ts'
import { itemOf, newBox, NOW, orderFor, type TestBox } from '../../kit/boxes.ts'
import { fileOf } from '../../kit/messages.ts'
import { says } from '../../kit/network.ts'
import { collect } from '../../kit/sealed.ts'

const DAY_MS = 86_400_000
const listing = { order: 'after', seq: 0, most: 50 } as const
const letter = { text: 'What I saw', files: [] }
const accessOf = ({ accesses }: TestBox) => accesses[0] ?? expect.fail('no reader')
const idOf = (n: number) => formatDropId(noise(16, n))
const item = (seq: number, changes: Partial<Item> = {}): Item => ({
  drop: idOf(seq),
  seq,
  size: 20_000,
  parts: 1,
  arrived: 20_833,
  expires: 1_801_267_200,
  ...changes,
})

/** Whether a request was signed as its contract says, by the key that it names. */
async function isSigned({ url, fields, body }: Exchange, name: RequestName, role: Role): Promise<boolean> {
  const { host: authority, search: query } = new URL(url)
  const box = parseBoxAddress(fields['Box-Address'] ?? '')
  const boxReader = parsePublicKey(fields['Box-Reader'] ?? '')
  if (box === undefined || boxReader === undefined) return false
  const digest = body === undefined ? '' : await contentDigest(new Uint8Array(body))
  const dropId = name === 'collect' ? idOf(1) : undefined
  const signed = { signatureInput: fields['Signature-Input'] ?? '', signature: fields['Signature'] ?? '' }
  const request = { name, authority, query, digest, box, boxReader, dropId, ...signed }
  return (await verifyFields(request, role, boxReader)) !== undefined
}

test('what was written is listed, collected as often as one likes, opened, and deleted', async () => {
  const box = await newBox(2)
  const access = accessOf(box)
  const server = boxServer()
  const order = await orderFor(box)
  const source = memorySource(noise(9_000_000))
  const files = [{ ...fileOf('large', noise(0)), source }]
  for (const message of [letter, { text: '', files }]) await deposit(server, await sealForBox(message, order), order)
  const { items, repeated, more, count } = await listItems(server, access, listing)
  expect([items.length, repeated, more, count]).toEqual([2, [], false, 2])
  for (let round = 0; round < 2; round++) {
    for (const [index, each] of items.entries()) {
      const staging = memoryStaging()
      const opened = await openItem(collectParts(server, access, each, staging), access, each)
      expect(opened.text).toBe(index === 0 ? letter.text : '')
      for (const file of opened.files) {
        expect(equalBytes(await collect(file.read()), await source.read(0, source.size))).toBe(true)
      }
    }
  }
  const [first] = items
  const [newest] = (await listItems(server, access, { order: 'before', seq: 99, most: 1 })).items
  expect([first?.seq, newest?.seq]).toEqual([1, 2])
  const drops = items.map(({ drop }) => drop)
  expect(await deleteItems(server, box.root.key, box.address, drops)).toBe(2)
  expect(await deleteItems(server, box.root.key, box.address, drops)).toBe(2)
  expect((await listItems(server, access, listing)).items).toEqual([])
  const gone = collectParts(server, access, items[0] ?? item(1), memoryStaging())
  await expect(gone.part(0)).rejects.toMatchObject({ code: 'gone' })
})

test('a part that was damaged on the way is asked for again; one without its digest is no answer', async () => {
  const access = accessOf(await newBox())
  const server = boxServer()
  const whole = noise(20)
  const digest = { 'Content-Digest': await contentDigest(whole) }
  const answers = [
    says(noise(20, 2), digest),
    says(whole.slice(1), digest),
    says(whole, digest),
    ...Array(3).fill(says(whole)),
  ]
  server.hand = () => answers.shift()
  expect(await collectParts(server, access, item(1), memoryStaging()).part(0)).toEqual(whole)
  expect(server.asked).toEqual(['collect', 'collect', 'collect'])
  const bare = collectParts(server, access, item(1), memoryStaging())
  await expect(bare.part(0)).rejects.toMatchObject({ code: 'bad_answer' })
})

test('each request is signed for its box by the key that it names', async () => {
  const box = await newBox()
  const access = accessOf(box)
  const server = boxServer()
  server.parts.set(idOf(1), [noise(20)])
  server.lists.set(box.address, [item(1)])
  await listItems(server, access, listing)
  await collectParts(server, access, item(1), memoryStaging()).part(0)
  await deleteItems(server, box.root.key, box.address, [idOf(1)])
  const [items, part, deleted] = server.exchanges
  if (!items || !part || !deleted) throw new Error('requests are missing')
  expect(await isSigned(items, 'items', 'member')).toBe(true)
  expect(await isSigned(part, 'collect', 'member')).toBe(true)
  expect(await isSigned(deleted, 'delete', 'root')).toBe(true)
  expect(await isSigned({ ...items, url: items.url.replace('after=0', 'after=1') }, 'items', 'member')).toBe(false)
  expect(items.url).toBe('https://drop.example/v1/boxes/items?after=0&most=50')
  expect(part.url).toBe('https://drop.example/v1/boxes/part?n=0')
  expect(items.fields['Box-Reader']).toBe(access.readerKey)
  expect(part.fields['Drop-Id']).toBe(idOf(1))
  expect(deleted.fields['Box-Reader']).toBe(box.root.key.publicKey)
})

test.for([
  ['not in order', [item(2), item(1)]],
  ['from before the place that was asked for', [item(0)]],
  ['two drops in one place', [item(1), item(1, { drop: idOf(2) })]],
  ['more than were asked for', Array.from({ length: 51 }, (_, n) => item(n + 1))],
  ['no parts', [item(1, { parts: 0 })]],
  ['more parts than bytes', [item(1, { parts: 3 })]],
  ['more bytes than parts hold', [item(1, { size: 9_000_000 })]],
  ['a place that is no number', [{ ...item(1), seq: '1' }]],
  ['a day that is no day', [item(1, { arrived: -1 })]],
  ['an expiry that is none', [{ ...item(1), expires: null }]],
  ['an id that is none', [{ ...item(1), drop: 'x' }]],
  ['nothing', [null]],
] as const)('a listing with %s is refused', async ([, items]) => {
  const access = accessOf(await newBox())
  const server = boxServer()
  server.hand = () => says({ items, more: false, count: 1, bytes: 1 })
  await expect(listItems(server, access, listing)).rejects.toMatchObject({ code: 'bad_answer' })
})

test.for([
  [{ items: {}, more: false, count: 1, bytes: 1 }],
  [{ items: [], more: 0, count: 1, bytes: 1 }],
  [{ items: [], more: false, count: -1, bytes: 1 }],
  [{ items: [], more: false, count: 1 }],
  [[]],
])('an answer that is no listing is refused: %j', async ([body]) => {
  const server = boxServer()
  server.hand = () => says(body)
  await expect(listItems(server, accessOf(await newBox()), listing)).rejects.toMatchObject({ code: 'bad_answer' })
})

test('an item that is listed again is told apart, on one page and over pages', async () => {
  const access = accessOf(await newBox())
  const server = boxServer()
  const again = item(3, { drop: idOf(1) })
  server.hand = () => says({ items: [item(1), item(1), item(2), again], more: true, count: 3, bytes: 1 })
  const { items, repeated } = await listItems(server, access, listing)
  expect(items).toEqual([item(1), item(2)])
  expect(repeated).toEqual([item(1), again])
  // The same page once more is no repetition; a drop that has moved is one.
  server.hand = () => says({ items: [again, item(2), item(1)], more: false, count: 3, bytes: 1 })
  const before = { order: 'before', seq: 9, most: 50 } as const
  const known = new Map(items.map(({ drop, seq }) => [drop, seq]))
  expect(await listItems(server, access, before, known)).toMatchObject({
    items: [item(2), item(1)],
    repeated: [again],
  })
})

test('hundreds are deleted a hundred at a time', async () => {
  const box = await newBox()
  const server = boxServer()
  const drops = Array.from({ length: 250 }, (_, n) => idOf(n + 1))
  server.lists.set(
    box.address,
    drops.slice(0, 200).map((drop, n) => item(n + 1, { drop })),
  )
  expect(await deleteItems(server, box.root.key, box.address, drops)).toBe(250)
  expect(server.lists.get(box.address)).toEqual([])
  const runs = server.exchanges.flatMap(({ body }) => (body === undefined ? [] : parseDeleteBody(body)?.length))
  expect(runs).toEqual([100, 100, 50])
  expect(server.asked.slice(0, 2)).toEqual(['delete', 'collect'])
  expect(await deleteItems(server, box.root.key, box.address, [])).toBe(0)
  server.hand = () => says({ deleted: 101 })
  await expect(deleteItems(server, box.root.key, box.address, drops)).rejects.toMatchObject({ code: 'bad_answer' })
})

test.for([-1, 0, 1])(
  'a drop that arrives in the epoch that is its card’s %i opens; two off it does not',
  async (off) => {
    const early = NOW - 14 * DAY_MS
    const box = await newBox([{ seed: noise(32), chain: { epoch: epochAt(early), key: noise(32, 2) } }])
    const access = accessOf(box)
    const { item: arrived, parts } = await itemOf(await sealForBox(letter, await orderFor(box)))
    const on = (ms: number) => openItem(parts, access, { ...arrived, arrived: dayAt(ms) })
    expect((await on(NOW - off * 7 * DAY_MS)).text).toBe(letter.text)
    await expect(on(NOW + 14 * DAY_MS)).rejects.toMatchObject({ code: 'open_failed' })
  },
)

test('once its epoch’s key is deleted, a drop opens for nobody, and as if it had been changed', async () => {
  const reader = { seed: noise(32), chain: { epoch: epochAt(NOW), key: noise(32, 2) } }
  const box = await newBox([reader])
  const { item: arrived, parts } = await itemOf(await sealForBox(letter, await orderFor(box)))
  expect((await openItem(parts, accessOf(box), arrived)).text).toBe(letter.text)
  for (const ahead of [1, 2, 9]) {
    const later = NOW + ahead * 7 * DAY_MS
    const forgetful = await newBox([{ ...reader, chain: advance(reader.chain, epochAt(later)) }], later)
    const access = { ...accessOf(forgetful), address: box.address }
    await expect(openItem(parts, access, arrived)).rejects.toMatchObject({ code: 'open_failed' })
  }
})

test('a thread is what its sender proved; one that is claimed for somebody else is none', async () => {
  const box = await newBox()
  const order = await orderFor(box)
  const first = await sealForBox(letter, { ...order, returnCode: newReturnCode() })
  const { item: arrived, parts } = await itemOf(first)
  const opened = await openItem(parts, accessOf(box), arrived)
  expect([opened.isThreadForged, opened.from]).toEqual([false, undefined])
  const { letterhead } = opened
  expect(opened.reply).toEqual({ key: letterhead?.reply?.key, age: letterhead?.reply?.age })
  // Somebody who has read that drop claims its thread for another one.
  const drop = idOf(77)
  const to = { box: box.address, drop, serial: 7, readers: box.card.readers.map(({ key }) => key) }
  const recipients = box.card.readers.map(({ age }) => age)
  const forged = await sealLetter(
    letter,
    { letterhead: { to, reply: letterhead?.reply }, recipients, notSound: () => expect.fail('not sound'), link: '' },
    order,
  )
  const found = await itemOf(forged)
  const claimed = await openItem(found.parts, accessOf(box), found.item)
  expect(claimed).toMatchObject({ text: letter.text, isThreadForged: true, thread: undefined, reply: undefined })
})

test('other words under the id of a letter that is gone are in no thread', async () => {
  const box = await newBox()
  const order = await orderFor(box)
  const first = await sealForBox(letter, { ...order, returnCode: newReturnCode() })
  const { item: arrived, parts } = await itemOf(first)
  const { letterhead, opened } = await openItem(parts, accessOf(box), arrived)
  if (letterhead === undefined) throw new Error(`no letterhead in ${opened}`)
  const recipients = box.card.readers.map(({ age }) => age)
  const again = { letterhead, recipients, notSound: () => expect.fail('not sound'), link: '' }
  for (const forged of [
    { ...letter, text: 'Trust me' },
    { ...letter, text: '' },
  ]) {
    const found = await itemOf(await sealLetter(forged, again, order))
    const claimed = await openItem(found.parts, accessOf(box), found.item)
    expect([claimed.isThreadForged, claimed.thread]).toEqual([true, undefined])
  }
  const same = await itemOf(await sealLetter(letter, again, order))
  expect((await openItem(same.parts, accessOf(box), same.item)).isThreadForged).toBe(false)
})
