import { ed25519 } from '@noble/curves/ed25519.js'
import { hkdf } from '@noble/hashes/hkdf.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { expect, test } from 'vitest'
import { accessOfReturn } from '#client/box/access.ts'
import { collectParts, deleteItems, listItems, openItem } from '#client/box/inbox.ts'
import { deriveReturn, newReturnCode, parseReturnCode, type ReturnCode } from '#client/box/return.ts'
import { sealAnswer, sealForBox } from '#client/box/write.ts'
import { ageIdentityFromSeed, ageRecipient } from '#client/crypto/envelope.ts'
import { deposit } from '#client/send.ts'
import { memoryStaging } from '#client/staging.ts'
import { addressOf } from '#protocol/address.ts'
import { toBase64url } from '#protocol/bytes.ts'
import { boxServer, type BoxServer } from '../../kit/box-server.ts'
import { newBox, orderFor, type TestBox } from '../../kit/boxes.ts'
import { noise } from '../../kit/bytes.ts'

const words = 'legal winner thank year wave sausage worth useful legal winner thank yellow'
const newest = { order: 'before', seq: 999, most: 50 } as const

test('a return code comes back from its words, however they are typed', () => {
  const code = newReturnCode()
  expect(code.words).toHaveLength(12)
  expect(parseReturnCode(code.words.join(' '))).toEqual(code)
  expect(parseReturnCode(`\n ${code.words.join('\t').toUpperCase()} \u00a0`)).toEqual(code)
  expect(parseReturnCode(words)).toEqual({ words: words.split(' ') })
  expect(newReturnCode(() => noise(16))).toEqual(newReturnCode(() => noise(16)))
  expect(newReturnCode()).not.toEqual(code)
})

test.for([
  ['a word less', words.split(' ').slice(1).join(' ')],
  ['a word more', `${words} yellow`],
  ['a word that is none', words.replace('winner', 'wimmer')],
  ['two words in each other’s places', words.replace('legal winner', 'winner legal')],
  ['another last word', words.replace('yellow', 'zoo')],
  ['the words of a box', `${'abandon '.repeat(23)}art`],
  ['nothing', ''],
])('%s is no return code', ([, text]) => {
  expect(parseReturnCode(text ?? '')).toBeUndefined()
})

test('what a return code opens follows from its entropy as docs/protocol.md has it', async () => {
  const entropy = Uint8Array.from([...Array(16).keys()].map(() => 0x7f))
  const keys = await deriveReturn({ words: words.split(' ') })
  // HKDF in one call extracts and expands with the same salt and key.
  const derived = (info: string) =>
    new Uint8Array(
      hkdf(sha256, entropy, new TextEncoder().encode('sealdrop/v1/return'), new TextEncoder().encode(info), 32),
    )
  expect(keys.key.publicKey).toBe(toBase64url(ed25519.getPublicKey(derived('root'))))
  expect(keys.identity).toBe(ageIdentityFromSeed(derived('age')))
  expect(keys.recipient).toBe(await ageRecipient(keys.identity))
  expect(keys.address).toBe(await addressOf(keys.key.publicKey))
  await expect(deriveReturn({ words: ['x'] })).rejects.toThrow(TypeError)
})

async function write(server: BoxServer, box: TestBox, text: string, returnCode: ReturnCode): Promise<void> {
  const order = { ...(await orderFor(box)), returnCode }
  await deposit(server, await sealForBox({ text, files: [] }, order), order)
}

test('sender and box write to each other, round after round, in one thread', async () => {
  const box = await newBox(2)
  const server = boxServer()
  const returnCode = newReturnCode()
  const keys = await deriveReturn(returnCode)
  const [access] = box.accesses
  if (access === undefined) throw new Error('no reader')
  for (const round of [1, 2, 3]) {
    await write(server, box, `question ${round}`, returnCode)
    const [arrived] = (await listItems(server, access, newest)).items
    if (arrived === undefined) throw new Error('nothing has arrived')
    const asked = await openItem(collectParts(server, access, arrived, memoryStaging()), access, arrived)
    expect([asked.text, asked.thread, asked.isThreadForged]).toEqual([`question ${round}`, keys.address, false])
    if (asked.reply === undefined) throw new Error('nobody waits for an answer')

    const order = { ...(await orderFor(box)), to: asked.reply, from: box.address }
    await deposit(server, await sealAnswer({ text: `answer ${round}`, files: [] }, order), order)

    const side = accessOfReturn(await deriveReturn(parseReturnCode(returnCode.words.join(' ')) ?? returnCode))
    const listing = await listItems(server, side, newest)
    expect(listing.count).toBe(round)
    const [reply] = listing.items
    if (reply === undefined) throw new Error('no answer has arrived')
    const answer = await openItem(collectParts(server, side, reply, memoryStaging()), side, reply)
    expect([answer.text, answer.from, answer.thread]).toEqual([`answer ${round}`, box.address, undefined])
    expect([answer.to.serial, answer.readers]).toEqual([0, []])
  }
  // The holder of the code may delete the answers.
  const { items } = await listItems(server, accessOfReturn(keys), newest)
  const drops = items.map(({ drop }) => drop)
  expect(await deleteItems(server, keys.key, keys.address, drops)).toBe(3)
})

test('two who write to one box are in two threads, and neither opens the other’s answers', async () => {
  const box = await newBox()
  const server = boxServer()
  const codes = [newReturnCode(), newReturnCode()]
  for (const [n, code] of codes.entries()) await write(server, box, `${n}`, code)
  const [access] = box.accesses
  if (access === undefined) throw new Error('no reader')
  const { items } = await listItems(server, access, newest)
  const opened = await Promise.all(
    items.map((each) => openItem(collectParts(server, access, each, memoryStaging()), access, each)),
  )
  expect(new Set(opened.map(({ thread }) => thread)).size).toBe(2)
  const [first] = opened
  if (first?.reply === undefined) throw new Error('nobody waits for an answer')
  const order = { ...(await orderFor(box)), to: first.reply, from: box.address }
  await deposit(server, await sealAnswer({ text: 'for one', files: [] }, order), order)
  const sides = await Promise.all(codes.map(async (code) => accessOfReturn(await deriveReturn(code))))
  const [mine, others] = first.thread === sides[0]?.address ? sides : sides.toReversed()
  if (mine === undefined || others === undefined) throw new Error('a side is missing')
  const [answer] = (await listItems(server, mine, newest)).items
  if (answer === undefined) throw new Error('no answer has arrived')
  expect((await listItems(server, others, newest)).items).toEqual([])
  const parts = collectParts(server, mine, answer, memoryStaging())
  const refused = { code: 'open_failed' }
  await expect(openItem(parts, { ...others, address: mine.address }, answer)).rejects.toMatchObject(refused)
})
