import { beforeAll, expect, test } from 'vitest'
import { announceKeys } from '#client/box/joining.ts'
import { collectParts, deleteItems, listItems } from '#client/box/inbox.ts'
import { fetchOwnCard } from '#client/box/own-card.ts'
import { publish, renew } from '#client/box/owner.ts'
import { invite, listInvitations } from '#client/box/invitations.ts'
import type { BoxState } from '#client/box/state.ts'
import { signingKeyFromSeed, type SigningKey } from '#client/crypto/keys.ts'
import { acknowledge, look, receiveParts } from '#client/receive.ts'
import { jsonForm } from '#client/answers.ts'
import { deriveOpener, parseLink, type Opener } from '#client/link.ts'
import { NotOurs } from '#client/refused.ts'
import { deposit, fetchLimits, goOn, seal } from '#client/send.ts'
import { type Sealed } from '#client/sealed.ts'
import { checkDrop, reopenDrop, revokeDrop } from '#client/sender.ts'
import { ask, mayHaveArrived, type Server } from '#client/server.ts'
import { memorySource } from '#client/source.ts'
import { memoryStaging } from '#client/staging.ts'
import { REQUESTS, type RequestName } from '#protocol/api.ts'
import { isDropError, type DropErrorCode } from '#protocol/error.ts'
import { parseOperator } from '#protocol/operator.ts'
import { boxServer } from '../kit/box-server.ts'
import { newBox, type TestBox } from '../kit/boxes.ts'
import { withReader } from './box/support/published.ts'
import { NOW } from './box/support/states.ts'
import { noise } from '../kit/bytes.ts'
import { delivers, refuses, says, type Reply } from '../kit/network.ts'

// Every request of the contract, asked over every answer that is not its server's.

/** The answers that may come in place of a right one, and the failure that a person is told. */
const STRANGE: readonly (readonly [what: string, reply: Reply, code: DropErrorCode])[] = [
  ...[200, 201, 203, 401, 403, 404, 405, 407, 410, 451].map(
    (status) => [`a page with ${status}`, page(status), 'bad_answer'] as const,
  ),
  ...[301, 302, 303, 307, 308].map(
    (status) =>
      [`a redirect with ${status}`, page(status, { Location: 'https://elsewhere.example/' }), 'bad_answer'] as const,
  ),
  ...[408, 425, 500, 502, 503, 504, 520].flatMap((status) => [
    [`a gateway with ${status}`, page(status), 'offline'] as const,
    [`a gateway with ${status} and Retry-After`, page(status, { 'Retry-After': '7' }), 'offline'] as const,
  ]),
  ['a rate limit', page(429), 'rate_limited'],
  ['a rate limit with Retry-After', page(429, { 'Retry-After': '7' }), 'rate_limited'],
  ['a body limit', page(413), 'body_refused'],
  ['an empty 200 without a type', raw(200, '', ''), 'bad_answer'],
  ['an empty 204', raw(204, '', ''), 'bad_answer'],
  ['JSON of somebody else', raw(200, 'application/json', '{"status":"ok"}'), 'bad_answer'],
  ['JSON of somebody else with 201', raw(201, 'application/json', '{"status":"ok"}'), 'bad_answer'],
  ['JSON that was cut off', raw(200, 'application/json', '{"expires":1795478400,"rea'), 'bad_answer'],
  ['JSON twice', raw(200, 'application/json', '{}{}'), 'bad_answer'],
  ['bytes that are no UTF-8', raw(200, 'application/json', '\u00ff\u00fe'), 'bad_answer'],
  ['a list', raw(200, 'application/json', '[]'), 'bad_answer'],
  ['ciphertext without its digest', raw(200, 'application/octet-stream', 'abc'), 'bad_answer'],
  ['a refusal out of a cache', refuses('gone', {}, { Age: '5' }), 'bad_answer'],
  ['a problem of somebody else', raw(400, 'application/problem+json', '{"type":"about:blank"}'), 'bad_answer'],
]

function page(status: number, fields: Readonly<Record<string, string>> = {}): Reply {
  return says(`<!doctype html><title>session=8f14e45fceea167a</title>`, fields, status)
}

function raw(status: number, type: string, body: string): Reply {
  const bytes = Uint8Array.from(body, (character) => character.charCodeAt(0))
  return () => ({ status, field: (name) => (name === 'Content-Type' && type !== '' ? type : null), body: bytes })
}

let sender: SigningKey
let opener: Opener
let sealed: Sealed
let inParts: Sealed
let owner: BoxState
let reader: BoxState
let box: TestBox

/** How each request comes to be asked. */
const ASKED: Readonly<Record<RequestName, (server: Server) => Promise<unknown>>> = {
  limits: fetchLimits,
  create: (server) => deposit(server, sealed, { sender }),
  begin: async (server) => deposit(server, await goOn(inParts.unfinished, [film]), { sender }),
  upload: async (server) => deposit(server, await goOn(inParts.unfinished, [film]), { sender }),
  uploaded: async (server) => deposit(server, await goOn(inParts.unfinished, [film]), { sender }),
  commit: async (server) => deposit(server, await goOn(inParts.unfinished, [film]), { sender }),
  status: (server) => look(server, opener),
  claim: (server) => receive(server).part(0),
  part: (server) => receive(server).part(1),
  ack: (server) => acknowledge(server, opener, sender, 'A'.repeat(43)),
  revoke: (server) => revokeDrop(server, sealed.ticket, sender),
  reopen: (server) => reopenDrop(server, sealed.ticket, sender, sender.publicKey),
  sent: (server) => checkDrop(server, sealed.ticket, sender),
  card: (server) => fetchOwnCard(server, owner),
  publish: (server) => publish(server, owner, NOW),
  items: (server) => listItems(server, access(), { order: 'after', seq: 0, most: 5 }),
  collect: (server) => collectParts(server, access(), item, memoryStaging()).part(0),
  delete: (server) => deleteItems(server, box.root.key, box.address, [item.drop]),
  keys: (server) => announceKeys(server, reader, NOW),
  readers: (server) => renew(server, owner, NOW),
  invite: (server) => invite(server, owner, { label: '', items: 1, bytes: 1, lifeSeconds: 86_400 }),
  invitations: (server) => listInvitations(server, owner),
  operator: (server) => ask(server, { name: 'operator' }, jsonForm(parseOperator)),
  disclose: (server) =>
    ask(
      server,
      { name: 'disclose', body: noise(5), signers: { operator: sender } },
      jsonForm((said) => (said['kind'] === 'sealdrop disclosure' ? said : undefined)),
    ),
}

const film = memorySource(noise(8_500_000))
const item = { drop: 'oWoM-7cC-h23a0_amIcAbw' as Sealed['dropId'], seq: 1, size: 20, parts: 1, arrived: 1, expires: 9 }

function access(): TestBox['accesses'][number] {
  const [first] = box.accesses
  if (first === undefined) throw new Error('nobody reads this box')
  return first
}

function receive(server: Server) {
  return receiveParts(server, opener, sender, { size: 9_000_000, parts: 2, nonce: undefined }, memoryStaging())
}

beforeAll(async () => {
  sender = await signingKeyFromSeed(noise(32, 9))
  const stretch = async () => noise(32, 8)
  const options = {
    origin: 'https://drop.example',
    sender,
    ttlSeconds: 300,
    reads: 1,
    passphrase: '',
    stretch,
    now: NOW,
  }
  sealed = await seal({ text: 'the tip', files: [] }, options)
  inParts = await seal({ text: '', files: [{ name: 'film', type: '', modifiedAtMs: 0, source: film }] }, options)
  const { secret } = parseLink(sealed.link) ?? {}
  if (secret === undefined) throw new Error('no link')
  opener = await deriveOpener(secret, '', stretch)
  ;[, owner, reader] = await withReader()
  box = await newBox()
})

/** A line on which one request is answered strangely, and every other as its server would. */
async function lineWith(
  name: RequestName,
  reply: Reply,
  isStrange: () => boolean,
): Promise<Server & { asked: string[] }> {
  const isOfInbox = ['items', 'collect', 'delete'].includes(name)
  const [published] = await withReader()
  const honest = isOfInbox ? boxServer() : published
  const asked: string[] = []
  let ticks = 0
  return {
    ...honest,
    origin: 'https://drop.example',
    patienceMs: 20_000,
    ticks: () => ticks,
    wait: async (ms) => void (ticks += ms),
    asked,
    transport: async (exchange) => {
      const found = requestOf(exchange.method, exchange.url)
      asked.push(found)
      if (found === name && isStrange()) return reply(exchange)
      return HONEST[found]?.(exchange) ?? honest.transport(exchange)
    },
  }
}

function requestOf(method: string, url: string): RequestName {
  const { pathname } = new URL(url)
  const names = Object.keys(REQUESTS) as RequestName[]
  const found = names.find((each) => REQUESTS[each].path === pathname && REQUESTS[each].method === method)
  if (found === undefined) throw new Error('no such request')
  return found
}

const about = (status: number): Reply =>
  says({ expires: 1_900_000_000, reads: 1, size: inParts.size, parts: inParts.parts }, {}, status)

/** A server's answers about the drop in parts, as far as others are asked before the strange one. */
const HONEST: Readonly<Partial<Record<RequestName, Reply>>> = {
  begin: (exchange) => about(201)(exchange),
  upload: says({}, {}, 201),
  uploaded: (exchange) =>
    says({
      expires: 1_900_000_000,
      reads: 1,
      size: inParts.size,
      parts: inParts.parts,
      state: 'uploading',
      received: [null, null],
    })(exchange),
  claim: async (exchange) => (await delivers(noise(3)))(exchange),
}

const names = Object.keys(REQUESTS) as RequestName[]

/** These seal, or make keys for three months, before they ask: each gets one answer of each kind. */
const SLOW: ReadonlySet<RequestName> = new Set<RequestName>([
  'begin',
  'upload',
  'uploaded',
  'commit',
  'publish',
  'readers',
  'keys',
])

const ONE_OF_EACH = STRANGE.filter(([what]) =>
  /^(a page with 200|a redirect with 307|a gateway with 504|a rate limit|a body limit|JSON of somebody else|JSON that was cut off)$/.test(
    what,
  ),
)

test.for(names)('nothing that is not the answer to %s is believed, lost, misnamed or printed', async (name) => {
  for (const [what, reply, code] of SLOW.has(name) ? ONE_OF_EACH : STRANGE) {
    // An operator may say nothing at all of itself: docs/protocol.md §6.10.
    if (name === 'operator' && what === 'JSON of somebody else') continue
    const server = await lineWith(name, reply, () => true)
    const error: unknown = await ASKED[name](server).then(
      () => 'believed',
      (thrown: unknown) => thrown,
    )
    expect([what, isDropError(error) ? error.code : error]).toEqual([what, code])
    expect([what, error instanceof NotOurs]).toEqual([what, true])
    expect(`${String(error)} ${JSON.stringify(error)}`).not.toMatch(/session=|doctype|elsewhere\.example|[\w-]{22}/)
    // Also by what counts requests or bytes: it may have passed this one on. A look changes nothing.
    expect([what, mayHaveArrived(error)]).toEqual([what, REQUESTS[name].method !== 'GET'])
  }
})
