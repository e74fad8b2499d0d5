import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { openItem } from '#client/box/inbox.ts'
import { answerLetterhead, answerSize, boxDropSize } from '#client/box/letter.ts'
import { deriveReturn, newReturnCode } from '#client/box/return.ts'
import { fetchCard, sealAnswer, sealForBox } from '#client/box/write.ts'
import { ageIdentityFromSeed, ageRecipient, openHeader } from '#client/crypto/envelope.ts'
import { newPaddedHeader, stanzasFor } from '#client/crypto/padded-header.ts'
import { headerSize } from '#client/crypto/sizes.ts'
import { isOnePart } from '#client/capacity.ts'
import { deposit, goOn } from '#client/send.ts'
import { formatUnfinished, parseUnfinished } from '#client/unfinished.ts'
import { memorySource } from '#client/source.ts'
import { addressOf } from '#protocol/address.ts'
import { toBase64url, utf8 } from '#protocol/bytes.ts'
import { DropError } from '#protocol/error.ts'
import { MAX_BOX_READERS, MIN_BOX_DROP_BYTES } from '#protocol/limits.ts'
import { parseBoxTerms } from '#protocol/parse-terms.ts'
import { runs } from '../../runs.ts'
import { noise } from '../../kit/bytes.ts'
import { boxServer } from '../../kit/box-server.ts'
import { cardReader, itemOf, newBox, newReader, NOW, orderFor, sign, unsound } from '../../kit/boxes.ts'
import { anyMessage, fileOf, wholeOf } from '../../kit/messages.ts'
import { ciphertextOf, collect } from '../../kit/sealed.ts'

const letter = { text: 'What I saw', files: [fileOf('proof.pdf', noise(3_000))] }

/** How many stanzas a header has. */
const stanzasIn = (header: Uint8Array) => new TextDecoder('latin1').decode(header).split('\n-> ').length - 1

/** Which stanza an identity opens. A header with one of them alone fails: over its MAC, or before that if it is another's. */
async function placeOf(header: Uint8Array, identity: string): Promise<number> {
  const [version = '', ...stanzas] = new TextDecoder('latin1').decode(header).split(/\n(?=-> |---)/)
  const isMine = stanzas.slice(0, -1).map(async (stanza) => {
    const alone = utf8(`${version}\n${stanza}\n${stanzas.at(-1) ?? ''}`)
    const error: unknown = await openHeader(alone, [identity]).catch((each: unknown) => each)
    // The header of one stanza opens as it is.
    if (!(error instanceof DropError)) return true
    return error.cause instanceof Error && error.cause.message.includes('HMAC')
  })
  return (await Promise.all(isMine)).indexOf(true)
}

const described = (files: typeof letter.files) =>
  files.map(({ name, type, source }) => ({ name, type, size: source.size }))

test('whatever is written to a box, each of its readers opens it, and it is as long as was foreseen', async () => {
  await fc.assert(
    fc.asyncProperty(
      anyMessage,
      fc.integer({ min: 1, max: MAX_BOX_READERS }),
      fc.boolean(),
      async (message, count, takesAnswers) => {
        const box = await newBox(count)
        const returnCode = takesAnswers ? newReturnCode() : undefined
        const sealed = await sealForBox(message, { ...(await orderFor(box)), returnCode })
        const { item, parts } = await itemOf(sealed)
        const files = described([...message.files])
        expect(sealed.size).toBe(boxDropSize(utf8(message.text).length, files, box.card, takesAnswers))
        expect(parts.size).toBe(sealed.size)
        for (const access of box.accesses) {
          const opened = await openItem(parts, access, item)
          const { text, files: wanted } = await wholeOf(message)
          expect(opened.text).toBe(text)
          expect(await Promise.all(opened.files.map((file) => collect(file.read())))).toEqual(
            wanted.map(({ bytes }) => bytes),
          )
          expect(opened.readers).toEqual(box.card.readers.map(({ key }) => key))
          expect(opened.to).toMatchObject({ box: box.address, drop: sealed.dropId, serial: box.card.serial })
          expect(opened.thread === undefined).toBe(!takesAnswers)
        }
      },
    ),
    { numRuns: runs(6, 100) },
  )
})

test.for([
  [1, 1],
  [2, 2],
  [3, 4],
  [4, 4],
  [5, 8],
  [8, 8],
])('for %i readers a header has %i stanzas, each for one of them or for nobody', async ([readers = 0, stanzas = 0]) => {
  const identities = Array.from({ length: readers }, (_, n) => ageIdentityFromSeed(noise(32, n + 1)))
  const { header, fileKey } = await newPaddedHeader(await Promise.all(identities.map(ageRecipient)))
  expect([stanzasFor(readers), stanzasIn(header), header.length]).toEqual([stanzas, stanzas, headerSize(stanzas)])
  for (const identity of identities) expect((await openHeader(header, [identity])).fileKey).toEqual(fileKey)
})

test('the lots decide which stanza is whose', async () => {
  const identities = [1, 2, 3].map((seed) => ageIdentityFromSeed(noise(32, seed)))
  const recipients = await Promise.all(identities.map(ageRecipient))
  // The seed of nobody, then a lot for each of the three and for nobody.
  const drawn = [9, 4, 2, 3, 1].map((byte) => new Uint8Array(32).fill(byte))
  const { header } = await newPaddedHeader(recipients, () => drawn.shift() ?? noise(32))
  expect(await Promise.all(identities.map((identity) => placeOf(header, identity)))).toEqual([3, 1, 2])
  expect(await placeOf(header, ageIdentityFromSeed(new Uint8Array(32).fill(9)))).toBe(0)
})

test('a reader of two is now at the first place and now at the second', async () => {
  const identities = [1, 2].map((seed) => ageIdentityFromSeed(noise(32, seed)))
  const recipients = await Promise.all(identities.map(ageRecipient))
  const places = new Set<number>()
  // That it never is takes luck of one in 2^39.
  for (let round = 0; round < 40 && places.size < 2; round++) {
    places.add(await placeOf((await newPaddedHeader(recipients)).header, identities[0] ?? ''))
  }
  expect(places).toEqual(new Set([0, 1]))
})

test('who is not on the card opens nothing: a stranger, and a reader who was removed', async () => {
  const [ana, ben, removed] = [newReader(), newReader(), newReader()]
  const before = await newBox([ana, ben, removed])
  const readers = [await cardReader(ana, 'Ana'), await cardReader(ben, 'Ben')]
  const { card } = await sign(before.root, { serial: 8, readers })
  const { item, parts } = await itemOf(await sealForBox(letter, await orderFor({ address: before.address, card })))
  const stranger = await newBox(1)
  const [of, ofBen, ofRemoved] = before.accesses
  const [ofStranger] = stranger.accesses
  if (!of || !ofBen || !ofRemoved || !ofStranger) throw new Error('readers are missing')
  expect((await openItem(parts, of, item)).text).toBe(letter.text)
  expect((await openItem(parts, ofBen, item)).text).toBe(letter.text)
  for (const access of [ofRemoved, ofStranger]) {
    await expect(openItem(parts, { ...access, address: before.address }, item)).rejects.toMatchObject({
      code: 'open_failed',
    })
  }
})

test.for(['ML-KEM', 'X25519'] as const)(
  'a reader or a return code with an unsound %s key gets nothing',
  async (half) => {
    const box = await newBox(2)
    const readers = [...box.card.readers]
    const last = readers.pop()
    if (last === undefined) throw new Error('no reader')
    const age = await unsound(last.age, half)
    // Signed by the owner all the same.
    const { card } = await sign(box.root, { readers: [...readers, { ...last, age }] })
    const order = await orderFor({ ...box, card })
    await expect(sealForBox(letter, order)).rejects.toMatchObject({ code: 'bad_card', card })
    const to = { key: last.key, age }
    await expect(sealAnswer(letter, { ...order, to, from: box.address })).rejects.toMatchObject({ code: 'bad_address' })
  },
)

test('a drop that is larger than server or card take is refused before a key is made', async () => {
  const box = await newBox()
  const order = await orderFor(box)
  const size = boxDropSize(10, described(letter.files), box.card, false)
  const { size: sealed } = await sealForBox(letter, { ...order, largest: size })
  expect(sealed).toBe(size)
  await expect(sealForBox(letter, { ...order, largest: size - 1 })).rejects.toMatchObject({ code: 'too_large' })
  const small = { ...box.card, terms: { ...box.card.terms, largest: size - 1 } }
  await expect(sealForBox(letter, { ...order, card: small })).rejects.toMatchObject({ code: 'too_large' })
})

test('a card that was fetched and then laid aside is looked at again', async () => {
  const box = await newBox()
  const order = await orderFor(box)
  const late = NOW + 30 * 86_400_000
  await expect(sealForBox(letter, { ...order, now: late })).rejects.toMatchObject({ code: 'stale_card' })
  const other = await newBox()
  await expect(sealForBox(letter, { ...order, card: other.card })).rejects.toMatchObject({ code: 'foreign_card' })
})

test('a card that holds is given out, with what both server and box take', async () => {
  const box = await newBox(3)
  const server = boxServer()
  server.cards.set(box.address, box.jws)
  const fetched = await fetchCard(server, box.address, { now: NOW, known: box.card.serial })
  expect(fetched).toEqual({ card: box.card, root: box.root.key.publicKey, largest: 100_000_000 })
  const wide = await sign(box.root, { readers: box.card.readers, terms: { largest: 1e12, invitation: true } })
  server.cards.set(box.address, wide.jws)
  expect((await fetchCard(server, box.address, { now: NOW })).largest).toBe(104_857_600)
  expect(server.exchanges[0]?.fields).toEqual({ 'Box-Address': box.address })
  await expect(fetchCard(server, (await newBox()).address, { now: NOW })).rejects.toMatchObject({ code: 'gone' })
})

test('a drop goes into a box under its terms, and with its invitation if there is one', async () => {
  const box = await newBox()
  const order = await orderFor(box)
  const server = boxServer()
  const invitation = noise(16)
  const open = await sealForBox(letter, order)
  const invited = await sealForBox(letter, { ...order, invitation })
  const ticket = await deposit(server, open, order)
  await deposit(server, invited, order)
  expect(ticket).toEqual({ ...open.ticket, expiresAtMs: 1_801_267_200_000 })
  expect(ticket).not.toHaveProperty('claim')
  const [first, second] = server.exchanges.map(({ fields }) => fields)
  expect(parseBoxTerms(first?.['Drop-Terms'] ?? '')).toEqual({
    ttlSeconds: 1_209_600,
    box: box.address,
    sender: order.sender.publicKey,
  })
  expect(first).not.toHaveProperty('Box-Invitation')
  expect(second?.['Box-Invitation']).toBe(toBase64url(invitation))
  expect(server.lists.get(box.address)?.map(({ drop }) => drop)).toEqual([open.dropId, invited.dropId])
})

test('neither the return code nor what follows from it is told to the server', async () => {
  const box = await newBox()
  const order = await orderFor(box)
  const returnCode = newReturnCode()
  const keys = await deriveReturn(returnCode)
  const server = boxServer()
  const sealed = await sealForBox(letter, { ...order, returnCode })
  await deposit(server, sealed, order)
  const seen =
    JSON.stringify(server.exchanges.map(({ url, fields }) => ({ url, fields }))) +
    new TextDecoder('latin1').decode(await ciphertextOf(sealed)) +
    JSON.stringify(sealed.ticket)
  for (const secret of [keys.address, keys.key.publicKey, keys.recipient, keys.identity, letter.text, 'proof.pdf']) {
    expect(seen).not.toContain(secret)
  }
  // A person who finds an upload that was broken off finds no way to the answers.
  const kept = formatUnfinished(sealed.unfinished)
  expect(kept).toContain(keys.recipient)
  const pairs = returnCode.words.slice(1).map((word, n) => `${returnCode.words[n] ?? ''} ${word}`)
  for (const secret of [keys.identity, ...pairs]) expect(kept).not.toContain(secret)
})

test('a drop in parts goes on after a crash, into the same box, and opens there', async () => {
  const box = await newBox(3)
  const order = { ...(await orderFor(box)), invitation: noise(16), returnCode: newReturnCode() }
  const source = memorySource(noise(9_000_000))
  const sealed = await sealForBox({ text: 'x', files: [{ ...fileOf('large', noise(0)), source }] }, order)
  expect(sealed.parts).toBe(2)
  const server = boxServer()
  server.hand = (name, { url }) => {
    if (name === 'upload' && url.endsWith('n=1')) throw new TypeError('network error')
    return undefined
  }
  const impatient = { ...server, patienceMs: 0 }
  await expect(deposit(impatient, sealed, order)).rejects.toMatchObject({ code: 'offline' })
  const kept = parseUnfinished(formatUnfinished(sealed.unfinished))
  expect(kept).toEqual(sealed.unfinished)
  if (kept === undefined) throw new Error('nothing was kept')
  server.hand = () => undefined
  await deposit(server, await goOn(kept, [source]), order)
  expect(server.exchanges.filter(({ fields }) => 'Box-Invitation' in fields)).toHaveLength(2)
  const [item, ...more] = server.lists.get(box.address) ?? []
  const [access] = box.accesses
  if (item === undefined || access === undefined) throw new Error('nothing has arrived')
  expect(more).toEqual([])
  const parts = server.parts.get(item.drop) ?? []
  const opened = await openItem({ count: 2, size: item.size, part: async (n) => parts[n] ?? noise(0) }, access, item)
  expect(opened.files[0]?.size).toBe(9_000_000)
})

test.for([
  ['no letterhead', { letterhead: undefined }],
  ['another letterhead', { letterhead: { to: {} } }],
  ['a letterhead that is none', { letterhead: 5 }],
  ['the terms of a link', { terms: 'ttl=5' }],
  ['the link of a drop', { link: 'https://drop.example/#sdlink1qqqqzqsrqszsvpcgpy9qkrqdpc83qygjzv2p29shcka9vx' }],
  ['another id', { dropId: 'A'.repeat(22) }],
] as const)('an unfinished drop for a box with %s is none', async ([, change]) => {
  const { unfinished } = await sealForBox(letter, await orderFor(await newBox()))
  const json = JSON.parse(formatUnfinished(unfinished)) as object
  expect(parseUnfinished(JSON.stringify(json))).toEqual(unfinished)
  expect(parseUnfinished(JSON.stringify({ ...json, ...change }))).toBeUndefined()
})

test('an unfinished drop whose link, terms and letterhead name different boxes is none', async () => {
  const formatted = async () =>
    JSON.parse(formatUnfinished((await sealForBox(letter, await orderFor(await newBox()))).unfinished)) as {
      link: string
      terms: string
      letterhead: { to: { box: string } }
    }
  const [one, other] = [await formatted(), await formatted()]
  const { box } = other.letterhead.to
  for (const change of [
    { link: other.link },
    { terms: other.terms },
    { letterhead: { ...one.letterhead, to: { ...one.letterhead.to, box } } },
  ]) {
    expect(parseUnfinished(JSON.stringify({ ...one, ...change }))).toBeUndefined()
  }
})

test('an answer goes to the address of the return code, for one reader, as long as was foreseen', async () => {
  const box = await newBox()
  const keys = await deriveReturn(newReturnCode())
  const to = { key: keys.key.publicKey, age: keys.recipient }
  const sealed = await sealAnswer(letter, { ...(await orderFor(box)), to, from: box.address })
  expect(sealed.terms.box).toBe(await addressOf(to.key))
  expect(sealed.link).toBe(`https://drop.example/#${keys.address}`)
  expect(sealed.size).toBe(answerSize(10, described(letter.files), box.address))
  expect(stanzasIn(await sealed.sealPart(0))).toBe(1)
})

test('of an answer that would fit one part the server was asked how much it takes', async () => {
  const box = await newBox()
  const keys = await deriveReturn(newReturnCode())
  const order = { ...(await orderFor(box)), to: { key: keys.key.publicKey, age: keys.recipient }, from: box.address }
  const file = fileOf('proof.pdf', new Uint8Array(0))
  const isOne = async (size: number): Promise<boolean> => {
    const files = [{ ...file, source: { ...file.source, size } }]
    const foreseen = isOnePart(0, described(files), answerLetterhead(box.address))
    expect((await sealAnswer({ text: '', files }, order)).parts === 1).toBe(foreseen)
    return foreseen
  }
  expect([await isOne(3_900_000), await isOne(8_250_000), await isOne(8_300_000)]).toEqual([true, true, false])
})

test('the smallest drop that a server takes for a box is the smallest that anybody seals', async () => {
  const { address } = await newBox()
  expect(answerSize(1, [], address)).toBe(MIN_BOX_DROP_BYTES)
})
