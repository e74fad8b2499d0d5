import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { accessOfState } from '#client/box/access.ts'
import { collectParts, listItems, openItem } from '#client/box/inbox.ts'
import { join as joinBox, makeReaderCode } from '#client/box/joining.ts'
import { addReader, removeReader } from '#client/box/owner.ts'
import { deriveReaderKey } from '#client/box/reader-keys.ts'
import { deriveReturn, newReturnCode } from '#client/box/return.ts'
import type { BoxState } from '#client/box/state.ts'
import { fetchCard, sealAnswer, sealForBox } from '#client/box/write.ts'
import { stretch } from '#client/crypto/argon2.ts'
import { generateSigningKey } from '#client/crypto/keys.ts'
import { deposit } from '#client/send.ts'
import { emptyForm } from '#client/answers.ts'
import { ask } from '#client/server.ts'
import { memoryStaging } from '#client/staging.ts'
import { formatPublishBody } from '#protocol/box-api.ts'
import { epochAt } from '#protocol/epoch.ts'
import { dropIdBytes, type DropId } from '#protocol/id.ts'
import { ROOT } from '../../tools/bundle.ts'
import { findCandidates } from '../../drill/candidates.ts'
import { findLocks } from '../../drill/locks.ts'
import { startProduct, type Product } from '../../drill/product.ts'
import { textsOf } from '../../drill/run.ts'
import { seizeAll } from '../../drill/seize.ts'
import { tryAsKey } from '../../drill/tries.ts'
import { cardReader, newBox, newReader, sign } from '../kit/boxes.ts'
import { makeVariant, type Change, type Variant } from '../tools/variant.ts'
import { reach, send } from './support/people.ts'
import { publishBox } from '../kit/owned-boxes.ts'

// Only the readers shown to the sender can open a drop: the server cannot, with anything it holds or hands out.

const message = { text: 'for nobody else', files: [] }
const all = { order: 'after', seq: 0, most: 50 } as const

test('a stored drop has as many recipients as readers, filled up, and opens with nothing that an operator has', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sealdrop-no-escrow-'))
  const product = await startProduct(ROOT, folder)
  const expected = new Map<string, number>()
  const keys: Uint8Array[] = []
  try {
    const { sealed } = await send(product.url, message)
    expected.set(hexOf(sealed.dropId), 1)
    keys.push(sealed.unfinished.fileKey)
    for (const [readers, stanzas] of [
      [1, 1],
      [2, 2],
      [3, 4],
      [4, 4],
      [5, 8],
      [8, 8],
    ] as const) {
      const drop = await sendToBox(product.url, readers)
      expected.set(hexOf(drop.dropId), stanzas)
      keys.push(drop.unfinished.fileKey)
    }
    const answer = await answerSomebody(product.url)
    expected.set(hexOf(answer.dropId), 1)
    keys.push(answer.unfinished.fileKey)
  } finally {
    await product.seize()
  }
  const holdings = seizeAll(folder, textsOf(product, ROOT))
  rmSync(folder, { recursive: true })
  const { whole } = findCandidates(holdings)
  const locks = findLocks(
    holdings,
    whole.map(({ value }) => value),
  )
  expect(new Map(locks.ciphertexts.map(({ count, drop }) => [drop, count]))).toEqual(expected)
  // All of the known kind: the purpose of a stanza of another kind could not be told.
  for (const { count, stanzas } of locks.ciphertexts) expect(stanzas.length).toBe(count)
  expect(whole.length).toBeGreaterThan(50)
  for (const { place, value } of whole) expect([place, tryAsKey(value, locks, 'whole')]).toEqual([place, []])
  // The same tries with the keys that only senders have.
  for (const key of keys) expect(tryAsKey(key, locks, 'whole')).toMatchObject([{ as: 'file key' }])
})

/** A box with this many readers on its card, and a drop for them. */
async function sendToBox(origin: string, readers: number) {
  const server = reach(origin)
  const now = Date.now()
  const box = await newBox(readers, now)
  const { jws } = await sign(box.root, { epoch: epochAt(now), readers: box.card.readers })
  const { key } = box.root
  const body = formatPublishBody([jws])
  const publication = {
    name: 'publish',
    box: box.address,
    boxReader: key.publicKey,
    body,
    signers: { root: key },
  } as const
  await ask(server, publication, emptyForm())
  const { card } = await fetchCard(server, box.address, { now })
  expect(card.readers.length).toBe(readers)
  const sender = await generateSigningKey()
  const sealed = await sealForBox(message, { origin, address: box.address, card, ttlSeconds: 86_400, sender, now })
  await deposit(server, sealed, { sender })
  return sealed
}

async function answerSomebody(origin: string) {
  const { key, recipient } = await deriveReturn(newReturnCode())
  const { address: from } = await newBox(1, Date.now())
  const sender = await generateSigningKey()
  const to = { key: key.publicKey, age: recipient }
  const sealed = await sealAnswer(message, { origin, to, from, ttlSeconds: 86_400, sender, now: Date.now() })
  await deposit(reach(origin), sealed, { sender })
  return sealed
}

function hexOf(id: DropId): string {
  return Buffer.from(dropIdBytes(id)).toString('hex')
}

let folder: string
let variant: Variant
let liar: Product
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sealdrop-no-escrow-'))
  const spy = await cardReader(newReader(Date.now()), 'Night desk', Date.now())
  variant = await makeVariant(
    LIES.map(({ by, ...change }) => ({ ...change, by: by.replace('SPY', JSON.stringify(spy)) })),
  )
  liar = await startProduct(variant.root, folder)
})
afterAll(async () => {
  await liar.seize()
  await variant[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true })
})

test('senders refuse a card to which a worker has added a recipient', async () => {
  const { address, state } = await makeBox('Spied on')
  const now = Date.now()
  await expect(fetchCard(reach(liar.url), address, { now })).rejects.toMatchObject({ code: 'bad_card' })
  // The command has an exit code for that, and sends nothing.
  const { code, stderr } = await sealdrop(['send', '--to', address], message.text)
  expect([code, stderr]).toEqual([6, expect.stringMatching(/^sealdrop: .*(card|keys)/)])
  expect((await listItems(reach(liar.url), await accessOfState(state), all)).items).toEqual([])
})

test('an older card that still names a removed reader is noticed by readers, and by senders who remember', async () => {
  const server = reach(liar.url)
  const { address, state: made } = await makeBox('Rolled back')
  const now = Date.now()
  const ben = await joinBox({ origin: liar.url, box: address, readerName: 'Ben', now })
  const withBen = await addReader(server, made, (await makeReaderCode(server, ben, now, stretch)).code, now)
  const { publicKey: removed } = await deriveReaderKey(ben.reader.seed)
  const state = await removeReader(server, withBen, removed, now)
  expect(state.readers.map(({ key }) => key)).not.toContain(removed)

  // The owner signed it, and the signature still holds: a sender who sees this box for the first time cannot tell.
  const { card } = await fetchCard(server, address, { now })
  expect([card.serial < state.serial, card.readers.map(({ key }) => key)]).toEqual([
    true,
    expect.arrayContaining([removed]),
  ])
  const sender = await generateSigningKey()
  const order = { origin: liar.url, address, card, ttlSeconds: 86_400, sender, now }
  await deposit(server, await sealForBox(message, order), { sender })
  await expect(fetchCard(server, address, { now, known: state.serial })).rejects.toMatchObject({
    code: 'rolled_back_card',
  })

  // The drop says for whom it was sealed, and by which card: its readers compare that with their own card.
  const access = await accessOfState(state)
  const [item] = (await listItems(server, access, all)).items
  if (item === undefined) throw new Error('nothing is listed')
  const opened = await openItem(collectParts(server, access, item, memoryStaging()), access, item)
  const known = new Set(state.readers.map(({ key }) => key))
  expect(opened.readers.filter((key) => !known.has(key))).toEqual([removed])
  expect(opened.to.serial).toBeLessThan(state.serial)
})

async function makeBox(name: string): Promise<{ address: BoxState['box']; state: BoxState }> {
  const state = await publishBox(reach(liar.url), { name })
  return { address: state.box, state }
}

function sealdrop(args: readonly string[], input: string): Promise<{ code: unknown; stderr: string }> {
  const env = { ...process.env, SEALDROP_SERVER: liar.url, SEALDROP_HOME: join(folder, 'home') }
  return new Promise((done) => {
    const command = [join(ROOT, 'dist/cli/sealdrop.js'), ...args]
    const child = execFile(process.execPath, command, { env }, (error, _, stderr) =>
      done({ code: error?.code ?? 0, stderr }),
    )
    child.stdin?.end(input)
  })
}

/**
 * A worker with false cards: depending on the name of the box it adds a reader to the card, or hands out the longest card that
 * it has seen.
 * Owners ask for the card after each publication, so the first request after one gets the true card.
 */
const LIES: readonly Change[] = [
  {
    file: 'worker/main.ts',
    replace: 'return await router.fetch(request, env, context)',
    by: `const { pathname } = new URL(request.url)
      const box = request.headers.get('Box-Address')
      if (pathname === '/v1/boxes/publish') {
        const { cards } = JSON.parse(await request.clone().text())
        if (cards[0].length > (longest.get(box)?.[0].length ?? 0)) longest.set(box, cards)
        unchecked.add(box)
      }
      const response = await router.fetch(request, env, context)
      return pathname === '/v1/boxes/card' && response.ok && !unchecked.delete(box) ? lie(box, response) : response`,
  },
  {
    file: 'worker/main.ts',
    replace: "export { Shelf } from './drops/shelf.ts'",
    by: `export { Shelf } from './drops/shelf.ts'

const longest = new Map()
const unchecked = new Set()
async function lie(box, response) {
  const answer = await response.json()
  const [header, payload, signature] = answer.card.split('.')
  const card = read(payload)
  if (card.name === 'Rolled back') answer.card = longest.get(box).find((jws) => read(jws.split('.')[1]).epoch === card.epoch)
  else answer.card = [header, write({ ...card, readers: [...card.readers, SPY] }), signature].join('.')
  return Response.json(answer)
}
function read(payload) {
  return JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/')))
}
function write(card) {
  return btoa(JSON.stringify(card)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}`,
  },
]
