import { expect, test } from 'vitest'
import { accessOfReturn, accessOfState, type Access } from '#client/box/access.ts'
import { collectParts, deleteItems, listItems, openItem, type OpenedItem } from '#client/box/inbox.ts'
import { join, makeReaderCode } from '#client/box/joining.ts'
import { addReader, removeReader } from '#client/box/owner.ts'
import { invite } from '#client/box/invitations.ts'
import { parseWriteTarget } from '#client/box/address-link.ts'
import { deriveReaderKey } from '#client/box/reader-keys.ts'
import { deriveReturn, newReturnCode, type ReturnCode } from '#client/box/return.ts'
import { deriveRoot } from '#client/box/root.ts'
import { sealAnswer } from '#client/box/write.ts'
import { generateSigningKey } from '#client/crypto/keys.ts'
import { deposit, goOn } from '#client/send.ts'
import { checkDrop, revokeDrop } from '#client/sender.ts'
import type { Server } from '#client/server.ts'
import { memoryStaging } from '#client/staging.ts'
import { formatUnfinished, parseUnfinished } from '#client/unfinished.ts'
import type { BoxAddress } from '#protocol/address.ts'
import { equalBytes, joinBytes, type Bytes } from '#protocol/bytes.ts'
import { serverVia } from './support/clients.ts'
import { fileOf, textMessage } from '../kit/messages.ts'
import { quickStretch } from '../kit/sealed.ts'
import { DAY, travel } from './support/clock.ts'
import { randomNoise } from '../kit/bytes.ts'
import { directly, ORIGIN, type Wire } from './support/wire.ts'
import { publishBox, sealTo, writeTo } from '../kit/owned-boxes.ts'

// Real clients and the real worker: everything that sender, owner and reader do.

const all = { order: 'after', seq: 0, most: 50 } as const

/** Every request is done, and the answer to each one's first attempt is lost. */
function lossy(): Wire & { readonly lost: ReadonlySet<string> } {
  const seen = new Set<string>()
  const wire: Wire = async (request) => {
    const name = [request.method, request.url, request.headers.get('Drop-Id'), request.headers.get('Box-Reader')].join()
    const answer = await directly(request)
    if (seen.has(name)) return answer
    seen.add(name)
    await answer.arrayBuffer()
    throw new TypeError('network error')
  }
  return Object.assign(wire, { lost: seen })
}

function there<T>(found: T | undefined): T {
  if (found === undefined) throw new Error('it is not there')
  return found
}

async function write(server: Server, box: BoxAddress, text: string, returnCode: ReturnCode): Promise<void> {
  await writeTo(server, box, textMessage(text), { returnCode })
}

/** Everything that a reader finds, in the order of its arrival. */
async function readAll(server: Server, access: Access): Promise<OpenedItem[]> {
  const { items, repeated } = await listItems(server, access, all)
  expect(repeated).toEqual([])
  const opened: OpenedItem[] = []
  for (const item of items) {
    opened.push(await openItem(collectParts(server, access, item, memoryStaging()), access, item))
  }
  return opened
}

test('strangers write, two readers read, one answers, the stranger comes back, the owner deletes; each once, whatever is lost', async () => {
  const wire = lossy()
  const server = serverVia(wire)
  const owner = await publishBox(server)
  const ben = await join({ origin: ORIGIN, box: owner.box, readerName: 'Ben', now: Date.now() })
  const { code } = await makeReaderCode(server, ben, Date.now(), quickStretch)
  const shared = await addReader(server, owner, code, Date.now())
  const readers = [await accessOfState(shared), await accessOfState(ben)]
  const keys = readers.map(({ readerKey }) => readerKey)

  const returnCode = newReturnCode()
  await write(server, owner.box, 'What I saw', returnCode)
  for (const access of readers) {
    const [opened, ...others] = await readAll(server, access)
    expect([opened?.text, others]).toEqual(['What I saw', []])
    expect(opened?.readers).toEqual(keys)
  }
  const [asked] = await readAll(server, there(readers[1]))
  if (asked?.reply === undefined) throw new Error('nobody waits for an answer')

  const sender = await generateSigningKey()
  const order = { origin: ORIGIN, ttlSeconds: 86_400, sender, now: Date.now(), to: asked.reply, from: owner.box }
  await deposit(server, await sealAnswer(textMessage('Tell me more'), order), { sender })

  const returned = await deriveReturn(returnCode)
  const side = accessOfReturn(returned)
  const [answer, ...more] = await readAll(server, side)
  expect([answer?.text, answer?.from, more]).toEqual(['Tell me more', owner.box, []])
  await write(server, answer?.from ?? owner.box, 'There is more', returnCode)

  const thread = await readAll(server, there(readers[0]))
  expect(thread.map(({ text }) => text)).toEqual(['What I saw', 'There is more'])
  expect(thread.map((each) => each.thread)).toEqual([side.address, side.address])

  const root = await deriveRoot(there(owner.phrase))
  const { items } = await listItems(server, side, all)
  await deleteItems(server, returned.key, side.address, [there(items[0]).drop])
  const listed = await listItems(server, there(readers[0]), all)
  await deleteItems(
    server,
    root.key,
    owner.box,
    listed.items.map(({ drop }) => drop),
  )
  for (const access of [...readers, side]) expect(await readAll(server, access)).toEqual([])
  const lost = new Set([...wire.lost].map((each) => each.split(',')[1]?.split('?')[0]?.slice(ORIGIN.length)))
  const paths = ['publish', 'card', 'items', 'part', 'delete'].map((name) => `/v1/boxes/${name}`)
  for (const path of ['/v1/drops', ...paths]) expect(lost).toContain(path)
  await expect(
    collectParts(server, there(readers[0]), there(listed.items[0]), memoryStaging()).part(0),
  ).rejects.toMatchObject({ code: 'gone' })
})

test('a drop in parts is broken off, goes on from what was kept, and arrives once', async () => {
  const server = serverVia()
  const owner = await publishBox(server)
  const access = await accessOfState(owner)
  const bytes = randomNoise(9_000_000)
  const file = fileOf('film.mp4', bytes)
  const sealed = await sealTo(server, owner.box, { text: 'a film', files: [file] }, { returnCode: newReturnCode() })
  expect(sealed.parts).toBe(2)
  let uploads = 0
  const breaking = serverVia(
    async (request) => {
      if (request.url.includes('/upload?') && ++uploads > 1) throw new TypeError('network error')
      return directly(request)
    },
    { patienceMs: 0 },
  )
  await expect(deposit(breaking, sealed, sealed.order)).rejects.toMatchObject({ code: 'offline' })
  expect((await listItems(server, access, all)).items).toEqual([])

  const kept = parseUnfinished(formatUnfinished(sealed.unfinished))
  const again = await goOn(there(kept), [file.source])
  const { sender } = sealed.order
  await deposit(serverVia(lossy()), again, { sender })
  await deposit(server, again, { sender })
  const [opened, ...others] = await readAll(serverVia(lossy()), access)
  expect([opened?.text, others]).toEqual(['a film', []])
  const pieces: Bytes[] = []
  for await (const piece of opened?.files[0]?.read() ?? []) pieces.push(piece.slice())
  expect(equalBytes(joinBytes(pieces), bytes)).toBe(true)
})

test('the sender sees that a drop is there, and takes it back', async () => {
  const server = serverVia()
  const owner = await publishBox(server)
  const sealed = await sealTo(server, owner.box, textMessage('a mistake'))
  const { sender } = sealed.order
  const ticket = await deposit(server, sealed, { sender })
  expect(await checkDrop(server, ticket, sender)).toMatchObject({ state: 'ready', reads: 0, claims: [] })
  expect(await revokeDrop(server, ticket, sender)).toMatchObject({ state: 'revoked' })
  expect(await readAll(server, await accessOfState(owner))).toEqual([])
})

test('a reader who was taken off the card lists nothing, collects nothing, and opens nothing that is sealed from then on', async () => {
  const server = serverVia()
  const owner = await publishBox(server)
  const ben = await join({ origin: ORIGIN, box: owner.box, readerName: 'Ben', now: Date.now() })
  const { code } = await makeReaderCode(server, ben, Date.now(), quickStretch)
  const shared = await addReader(server, owner, code, Date.now())
  const access = await accessOfState(ben)
  await write(server, owner.box, 'for both', newReturnCode())
  expect((await readAll(server, access)).map(({ text }) => text)).toEqual(['for both'])

  await removeReader(server, shared, (await deriveReaderKey(ben.reader.seed)).publicKey, Date.now())
  await write(server, owner.box, 'for Ana', newReturnCode())
  await expect(listItems(server, access, all)).rejects.toMatchObject({ code: 'not_proved' })
  const ana = await accessOfState(owner)
  const [, item] = (await listItems(server, ana, all)).items
  if (item === undefined) throw new Error('nothing has arrived')
  await expect(collectParts(server, access, item, memoryStaging()).part(0)).rejects.toMatchObject({
    code: 'not_proved',
  })
  // Even if the server gave it away.
  const parts = collectParts(server, ana, item, memoryStaging())
  await expect(openItem(parts, access, item)).rejects.toMatchObject({ code: 'open_failed' })
})

test('a box by invitation takes drops that come with one, of one part and of several, and nothing else', async () => {
  const server = serverVia()
  const owner = await publishBox(server, { invitation: true })
  const { link } = await invite(server, owner, { label: 'Cleo', items: 2, bytes: 30_000_000, lifeSeconds: 86_400 })
  const { address, invitation } = there(parseWriteTarget(link))
  const films = [fileOf('film.mp4', randomNoise(9_000_000))]
  const refused = { code: 'invitation_needed' }
  for (const message of [textMessage('x'), { text: '', files: films }]) {
    const uninvited = await sealTo(server, address, message)
    await expect(deposit(server, uninvited, uninvited.order)).rejects.toMatchObject(refused)
    const invited = await sealTo(server, address, message, { invitation })
    await deposit(server, invited, invited.order)
    await deposit(server, invited, invited.order)
  }
  expect((await readAll(server, await accessOfState(owner))).map(({ files }) => files.length)).toEqual([0, 1])
  const third = await sealTo(server, address, textMessage('one too many'), { invitation })
  await expect(deposit(server, third, third.order)).rejects.toMatchObject({ code: 'box_full' })
})

test('a day later it is still there; after its expiry it is nowhere', async () => {
  const server = serverVia()
  const owner = await publishBox(server)
  const access = await accessOfState(owner)
  await write(server, owner.box, 'for a day', newReturnCode())
  travel(DAY / 2)
  expect(await readAll(server, access)).toHaveLength(1)
  travel(2 * DAY)
  expect(await readAll(server, access)).toEqual([])
})
