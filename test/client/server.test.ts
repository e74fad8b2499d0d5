import { beforeAll, expect, test } from 'vitest'
import { signingKeyFromSeed, type SigningKey } from '#client/crypto/keys.ts'
import { emptyForm, jsonForm, PART } from '#client/answers.ts'
import { ask, type Call, type Progress } from '#client/server.ts'
import { formatAcceptSignature } from '#protocol/accept-signature.ts'
import { contentDigest } from '#protocol/content-digest.ts'
import { formatDropId } from '#protocol/id.ts'
import { verifyFields } from '../protocol/support/fields.ts'
import { noise } from '../kit/bytes.ts'
import { delivers, lost, nonceOf, refuses, says, serverThat, type Reply } from '../kit/network.ts'

const dropId = formatDropId(noise(16))
let claim: SigningKey
let locator: SigningKey
let call: Call
const offered = 'a-nonce-that-the-server-offers'
/** The ciphertext that was asked for. */
let good: Reply
const offer = { 'Accept-Signature': formatAcceptSignature('claim', offered) }

beforeAll(async () => {
  good = await delivers(noise(5))
  claim = await signingKeyFromSeed(noise(32))
  locator = await signingKeyFromSeed(noise(32, 2))
  call = { name: 'claim', dropId, body: noise(10), signers: { locator, claim } }
})

test('a request carries what its contract says, and no more', async () => {
  const server = serverThat([good])
  await ask(server, call, PART)
  const [exchange] = server.exchanges
  expect(exchange?.method).toBe('POST')
  expect(exchange?.url).toBe('https://drop.example/v1/drops/claim')
  expect(Object.keys(exchange?.fields ?? {}).toSorted()).toEqual([
    'Content-Digest',
    'Drop-Id',
    'Signature',
    'Signature-Input',
  ])
  expect(exchange?.body).toEqual(noise(10))
})

test('what is sent verifies at the other end', async () => {
  const server = serverThat([good])
  await ask(server, call, PART)
  const { 'Signature-Input': signatureInput = '', Signature: signature = '' } = server.exchanges[0]?.fields ?? {}
  const digest = await contentDigest(noise(10))
  const request = {
    name: 'claim',
    authority: 'drop.example',
    query: '',
    dropId,
    digest,
    signatureInput,
    signature,
  } as const
  expect(await verifyFields(request, 'locator', locator.publicKey)).toMatchObject({ created: 1_800_000_000 })
  expect(await verifyFields(request, 'claim', claim.publicKey)).toMatchObject({ created: 1_800_000_000 })
})

test('no secret and no id is in the address', async () => {
  const server = serverThat([good])
  await ask(server, { name: 'part', dropId, query: '?n=0', reader: claim.publicKey, signers: { reader: claim } }, PART)
  expect(server.exchanges[0]?.url).toBe('https://drop.example/v1/drops/part?n=0')
})

test('a server on a port is signed for with its port', async () => {
  const server = { ...serverThat([]), origin: 'http://127.0.0.1:8787' }
  const urls: string[] = []
  const transport = async (exchange: { url: string; fields: Readonly<Record<string, string>> }) => {
    urls.push(exchange.url)
    const { 'Signature-Input': signatureInput = '', Signature: signature = '' } = exchange.fields
    const request = {
      name: 'sent',
      authority: '127.0.0.1:8787',
      query: '',
      dropId,
      digest: '',
      signatureInput,
      signature,
    } as const
    expect(await verifyFields(request, 'sender', claim.publicKey)).toBeDefined()
    return says({})({ method: 'GET', ...exchange })
  }
  await ask(
    { ...server, transport },
    { name: 'sent', dropId, signers: { sender: claim } },
    jsonForm(() => true),
  )
  expect(urls).toEqual(['http://127.0.0.1:8787/v1/drops/sent'])
})

test('an unsigned request has no signature', async () => {
  const server = serverThat([says({}, {}, 201)])
  await ask(server, { name: 'create', dropId, body: noise(3), fields: { 'Drop-Terms': 'x' } }, emptyForm(201))
  expect(Object.keys(server.exchanges[0]?.fields ?? {}).toSorted()).toEqual(['Content-Digest', 'Drop-Id', 'Drop-Terms'])
})

test('a lost answer is asked for again, more slowly each time, until patience ends', async () => {
  const server = serverThat([lost], 60_000)
  await expect(ask(server, call, PART)).rejects.toMatchObject({ name: 'DropError', code: 'offline' })
  expect(server.waits).toEqual([1_000, 2_000, 4_000, 8_000, 10_000, 10_000, 10_000, 10_000])
  expect(server.exchanges).toHaveLength(9)
})

test('an answer without end filled the memory of whoever asked', async () => {
  const server = serverThat([])
  let pulled = 0
  const transport = async ({ onReceived, signal }: Parameters<typeof server.transport>[0]): Promise<never> => {
    for (;;) {
      signal?.throwIfAborted()
      onReceived?.((pulled += 1_000_000), 2 ** 53)
      await Promise.resolve()
      if (pulled > 1e9) throw new Error('nobody stopped it')
    }
  }
  await expect(ask({ ...server, transport }, call, PART)).rejects.toMatchObject({ code: 'bad_answer' })
  expect(pulled).toBe(9_000_000)
})

test('without patience a request is made once', async () => {
  const server = serverThat([lost, good], 0)
  await expect(ask(server, call, PART)).rejects.toMatchObject({ code: 'offline' })
  expect(server.exchanges).toHaveLength(1)
})

test('a server that says when to come back is asked then', async () => {
  const server = serverThat([refuses('try_later', {}, { 'Retry-After': '5' }), lost, refuses('internal'), good])
  await ask(server, call, PART)
  expect(server.waits).toEqual([5_000, 2_000, 4_000])
})

test('when patience ends, the last word of the server is what is said', async () => {
  const server = serverThat([refuses('try_later', {}, { 'Retry-After': '5' })], 12_000)
  await expect(ask(server, call, PART)).rejects.toMatchObject({ code: 'try_later' })
  expect(server.waits).toEqual([5_000, 5_000])
})

test.for([
  'gone',
  'claimed',
  'dismissed',
  'wrong_passphrase',
  'bad_request',
  'too_large',
  'id_taken',
  'wrong_origin',
  'length_required',
] as const)('%s is final: it is not asked again', async (code) => {
  const server = serverThat([refuses(code), good])
  await expect(ask(server, call, PART)).rejects.toMatchObject({ code })
  expect(server.exchanges).toHaveLength(1)
  expect(server.waits).toEqual([])
})

test('a wrong passphrase whose answer was lost is asked again with the same nonce, so that it counts once', async () => {
  const server = serverThat([lost, lost, refuses('wrong_passphrase', { triesLeft: 9 })])
  await expect(ask(server, call, PART)).rejects.toMatchObject({ code: 'wrong_passphrase', triesLeft: 9 })
  expect(new Set(server.exchanges.map(nonceOf)).size).toBe(1)
})

test('two requests never share a nonce', async () => {
  const server = serverThat([good])
  for (let count = 0; count < 20; count++) await ask(server, call, PART)
  expect(new Set(server.exchanges.map(nonceOf)).size).toBe(20)
})

test('a nonce that the server has offered is used', async () => {
  const server = serverThat([good])
  await ask(server, { ...call, nonce: offered }, PART)
  expect(nonceOf(server.exchanges[0])).toBe(offered)
})

test('where the clocks disagree a request is signed once more, at once, with the nonce that came with the refusal', async () => {
  const server = serverThat([refuses('not_proved', {}, offer), good])
  await ask(server, call, PART)
  expect(server.exchanges.map(nonceOf)).toEqual([expect.not.stringContaining(offered), offered])
  expect(server.waits).toEqual([])
})

test('a server that is never satisfied gets two signatures and no more', async () => {
  const server = serverThat([refuses('not_proved', {}, offer)])
  await expect(ask(server, call, PART)).rejects.toMatchObject({ code: 'not_proved' })
  expect(server.exchanges).toHaveLength(2)
})

test('a refusal to believe that offers no nonce, or none that can be one, is final', async () => {
  for (const field of ['', 'claim=();nonce="é"', 'claim=();nonce="x y"']) {
    const fields = { 'Accept-Signature': field }
    const server = serverThat([refuses('not_proved', {}, fields)])
    await expect(ask(server, call, PART)).rejects.toMatchObject({ code: 'not_proved' })
    expect(server.exchanges).toHaveLength(1)
  }
})

test('after a renewal a lost answer is still asked for again, with the renewed nonce', async () => {
  const server = serverThat([refuses('not_proved', {}, offer), lost, good])
  await ask(server, call, PART)
  expect(server.exchanges.slice(1).map(nonceOf)).toEqual([offered, offered])
})

test('who waits is told', async () => {
  const told: Progress[] = []
  await ask(serverThat([lost, good]), { ...call, onProgress: (progress) => told.push(progress) }, PART)
  expect(told).toEqual([{ stage: 'waiting', ms: 1_000, why: 'offline' }])
})

test('the body of a part is hashed once, by whoever sealed it', async () => {
  const server = serverThat([lost, says({}, {}, 201)])
  const digest = 'sha-256=:known:'
  const part = { query: '?n=3', body: noise(10), digest, signers: { sender: claim } }
  await ask(server, { name: 'upload', dropId, ...part }, emptyForm(201))
  for (const { method, url, fields } of server.exchanges)
    expect([method, url, fields['Content-Digest']]).toEqual(['PUT', 'https://drop.example/v1/drops/upload?n=3', digest])
})

test('ciphertext that was damaged on the way is fetched again', async () => {
  const fields = { 'Content-Digest': await contentDigest(noise(6)) }
  const server = serverThat([says(noise(5), fields), good])
  expect(await ask(server, call, PART)).toEqual(noise(5))
  expect(server.waits).toEqual([1_000])
})

test('a request that is stopped is not sent again', async () => {
  const stop = new AbortController()
  const server = serverThat([
    (exchange) => {
      stop.abort()
      expect(exchange.signal?.aborted).toBe(true)
      throw new TypeError('aborted')
    },
  ])
  await expect(ask(server, { ...call, signal: stop.signal }, PART)).rejects.toMatchObject({ code: 'stopped' })
  await expect(ask(server, { ...call, signal: stop.signal }, PART)).rejects.toMatchObject({ code: 'stopped' })
  expect(server.exchanges).toHaveLength(1)
})

test('who waits for the next attempt is stopped at once', async () => {
  const stop = new AbortController()
  const server = { ...serverThat([lost]), wait: () => new Promise<void>(() => {}) }
  const asking = ask(server, { ...call, signal: stop.signal, onProgress: () => stop.abort() }, PART)
  await expect(asking).rejects.toMatchObject({ code: 'stopped' })
})

test('while anything of a transfer goes through, no request of it loses patience', async () => {
  const transfer = { renewedAtMs: 0 }
  let left = 5
  const server = serverThat([lost], 5_000)
  const wait = async (ms: number): Promise<void> => {
    await server.wait(ms)
    // Another part of the same drop has gone through meanwhile.
    if (left-- > 0) transfer.renewedAtMs = server.clock()
  }
  await expect(ask({ ...server, wait }, { ...call, transfer }, PART)).rejects.toMatchObject({ code: 'offline' })
  expect(server.waits).toEqual([1_000, 2_000, 4_000])
  const lasting = serverThat([...Array<Reply>(100).fill(lost), good], Infinity)
  await ask(lasting, call, PART)
  expect(lasting.waits).toHaveLength(100)
})

test('a machine that slept over a part had used up all patience, and asked nobody when it woke', async () => {
  // While it asks, and while it waits, an hour passes.
  const sleepy = serverThat([], 15_000)
  let now = 0
  const ticks = (): number => now
  const wait = async (ms: number): Promise<void> => (await sleepy.wait(ms), void (now += ms + 3_600_000))
  const transport = async (): Promise<never> => ((now += 3_600_000), Promise.reject(new TypeError('network error')))
  const server = { ...sleepy, ticks, wait, transport }
  await expect(ask(server, { ...call, transfer: { renewedAtMs: 0 } }, PART)).rejects.toMatchObject({ code: 'offline' })
  expect(sleepy.waits).toEqual([1_000, 2_000, 4_000, 8_000])
  // Where no part is at stake, a person who has waited that long is told.
  await expect(ask(server, call, PART)).rejects.toMatchObject({ code: 'offline' })
  expect(sleepy.waits).toHaveLength(4)
  // Nor was patience left to a part that was long on its way, only to be refused for the clock.
  const refusing = serverThat([refuses('not_proved', {}, offer), lost, good], 15_000)
  const slowly: typeof refusing.transport = (exchange) => ((now += 3_600_000), refusing.transport(exchange))
  await ask({ ...refusing, ticks, transport: slowly }, { ...call, transfer: { renewedAtMs: 0 } }, PART)
})

test('where the clocks disagree, the requests of one transfer learn it once', async () => {
  const transfer = { renewedAtMs: 0 }
  const server = serverThat([refuses('not_proved', {}, offer), good])
  for (let count = 0; count < 3; count++) await ask(server, { ...call, transfer }, PART)
  expect(server.exchanges.slice(1).map(nonceOf)).toEqual([offered, offered, offered])
  expect(nonceOf(server.exchanges[0])).not.toBe(offered)
})

test('after an outage a nonce that has aged meanwhile is renewed once more', async () => {
  const stale = refuses('not_proved', {}, offer)
  const server = serverThat([stale, lost, stale, good])
  expect(await ask(server, call, PART)).toEqual(noise(5))
  expect(server.exchanges).toHaveLength(4)
})
