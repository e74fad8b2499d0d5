import { beforeAll, expect, test } from 'vitest'
import { generateSigningKey, type SigningKey } from '#client/crypto/keys.ts'
import type { PartHashes } from '#client/seal-parts.ts'
import { deposit, goOn, seal } from '#client/send.ts'
import { type Sealed } from '#client/sealed.ts'
import type { Progress } from '#client/server.ts'
import type { ByteSource } from '#client/source.ts'
import { formatUnfinished, parseUnfinished } from '#client/unfinished.ts'
import { flip } from '../kit/bytes.ts'
import { lost, refuses, says } from '../kit/network.ts'
import { partsServer, type Hand } from '../kit/parts-server.ts'

/** Three parts. */
const size = 16_700_000
let sender: SigningKey
let reads: [number, number][]
let fill: number

const source: ByteSource = {
  size,
  read: async (start, end) => {
    reads.push([start, end])
    return new Uint8Array(end - start).fill(fill)
  },
}

async function sealed(): Promise<Sealed> {
  reads = []
  fill = 7
  const options = { origin: 'https://drop.example', ttlSeconds: 3_600, reads: 1, passphrase: '', now: 0 }
  const stretch = async () => new Uint8Array(0)
  const files = [{ name: 'large', type: '', modifiedAtMs: 0, source }]
  return seal({ text: '', files }, { ...options, stretch, sender })
}

/** The drop after a crash, as it was kept; with the hashes as they were noted until then. */
async function afterCrash(drop: Sealed, hashes: readonly (PartHashes | undefined)[] = drop.unfinished.hashes) {
  const kept = parseUnfinished(formatUnfinished({ ...drop.unfinished, hashes }))
  if (kept === undefined) throw new Error('nothing was kept')
  reads = []
  return goOn(kept, [source])
}

/** A request that fails once, and from then on not. */
function once(hand: Hand): Hand {
  let isDone = false
  return (...request) => {
    const reply = isDone ? undefined : hand(...request)
    if (reply !== undefined) isDone = true
    return reply
  }
}

const uploads = (asked: readonly string[]) => asked.filter((each) => each.startsWith('upload ')).toSorted()

beforeAll(async () => {
  sender = await generateSigningKey()
})

test('a drop in parts is begun, sent, committed, and its ticket has the expiry of the commit', async () => {
  const drop = await sealed()
  const server = partsServer()
  expect(await deposit(server, drop, { sender })).toEqual({ ...drop.ticket, expiresAtMs: 1_800_003_600_000 })
  expect(server.asked.slice(0, 2)).toEqual(['begin', 'uploaded'])
  expect(server.asked.at(-1)).toBe('commit')
  expect(uploads(server.asked)).toEqual(['upload 0', 'upload 1', 'upload 2'])
  expect([...server.parts.values()].reduce((sum, part) => sum + part.length, 0)).toBe(drop.size)
})

test('a part that was lost on the way is sent again from memory: its file is not read again', async () => {
  const drop = await sealed()
  const server = partsServer(once((request, n) => (request === 'upload' && n === 1 ? lost : undefined)))
  await deposit(server, drop, { sender })
  expect(uploads(server.asked)).toEqual(['upload 0', 'upload 1', 'upload 1', 'upload 2'])
  expect(reads).toHaveLength(3)
})

test('who is stopped and goes on sends only what the server has not', async () => {
  const drop = await sealed()
  const stop = new AbortController()
  const server = partsServer((request, n) => {
    if (request === 'upload' && n === 1 && !stop.signal.aborted) {
      stop.abort()
      return lost
    }
    return undefined
  })
  await expect(deposit(server, drop, { sender, signal: stop.signal })).rejects.toMatchObject({ code: 'stopped' })
  const before = [...server.parts.keys()]
  expect(before).not.toContain(1)
  const { length } = server.asked
  await deposit(server, drop, { sender })
  const rest = [0, 1, 2].filter((n) => !before.includes(n)).map((n) => `upload ${n}`)
  expect(uploads(server.asked.slice(length))).toEqual(rest)
  expect(server.state()).toBe('ready')
})

test('after a crash what the server has is read and compared, told as checking, and not sent again', async () => {
  const drop = await sealed()
  const broken = partsServer((request, n) => (request === 'upload' && n === 2 ? refuses('bad_request') : undefined))
  await expect(deposit(broken, drop, { sender })).rejects.toMatchObject({ code: 'bad_request' })
  const have = [...broken.parts.keys()]
  const server = partsServer()
  for (const [n, part] of broken.parts) server.parts.set(n, part)
  const again = await afterCrash(drop)
  const told: Progress[] = []
  await deposit(server, again, { sender, onProgress: (each) => void told.push(each) })
  expect(uploads(server.asked)).toEqual([0, 1, 2].filter((n) => !have.includes(n)).map((n) => `upload ${n}`))
  expect(reads).toHaveLength(3)
  const total = have.reduce((sum, n) => sum + drop.partSize(n), 0)
  expect(told.filter(({ stage }) => stage === 'checking').at(-1)).toEqual({ stage: 'checking', bytes: total, total })
})

test('after a crash a file that has changed is found before anything else is sent', async () => {
  const drop = await sealed()
  const server = partsServer((request, n) => (request === 'upload' && n === 2 ? refuses('bad_request') : undefined))
  await expect(deposit(server, drop, { sender })).rejects.toMatchObject({ code: 'bad_request' })
  const again = await afterCrash(drop)
  fill = 8
  const { length } = server.asked
  await expect(deposit(server, again, { sender })).rejects.toMatchObject({ code: 'file_changed', file: 'large' })
  expect(uploads(server.asked.slice(length))).toEqual([])
})

test('a file of another size is another file', async () => {
  const { unfinished } = await sealed()
  const shorter = { ...source, size: size - 1 }
  for (const sources of [[shorter], []])
    await expect(goOn(unfinished, sources)).rejects.toMatchObject({ code: 'file_changed', file: 'large' })
})

test('after a crash between sealing and noting it, a part that the server has is not sent again', async () => {
  const drop = await sealed()
  const server = partsServer((request) => (request === 'commit' ? refuses('bad_request') : undefined))
  await expect(deposit(server, drop, { sender })).rejects.toMatchObject({ code: 'bad_request' })
  const noted = drop.unfinished.hashes.map((each) => each && { ...each, ciphertext: undefined })
  const whole = partsServer()
  for (const [n, part] of server.parts) whole.parts.set(n, part)
  await deposit(whole, await afterCrash(drop, noted), { sender })
  expect(uploads(whole.asked)).toEqual([])
  expect(whole.state()).toBe('ready')
})

test('a commit whose answer was lost is asked for again, in the same life and after a crash, and no file is read', async () => {
  for (const crashes of [false, true]) {
    const drop = await sealed()
    let isLost = false
    const server = partsServer((request) => {
      if (request !== 'uploaded' || !isLost) return undefined
      return says({ expires: 1, reads: 1, size: drop.size, parts: 3, state: 'ready', received: [] })
    })
    await deposit(server, drop, { sender })
    isLost = true
    const again = crashes ? await afterCrash(drop) : drop
    reads = []
    const { length } = server.asked
    expect((await deposit(server, again, { sender })).expiresAtMs).toBe(1_800_003_600_000)
    expect(server.asked.slice(length)).toEqual(['begin', 'uploaded', 'commit'])
    expect(reads).toEqual([])
  }
})

test('what a server has of somebody else, or damaged, is replaced', async () => {
  const drop = await sealed()
  const server = partsServer()
  server.parts.set(0, flip(await drop.sealPart(0), 5_000))
  server.parts.set(2, new Uint8Array(5))
  await deposit(server, drop, { sender })
  expect(uploads(server.asked)).toEqual(['upload 0', 'upload 1', 'upload 2'])
})

test('a server that loses a part before the commit gets it again', async () => {
  const drop = await sealed()
  let isLost = false
  const server = partsServer((request) => {
    if (request === 'commit' && !isLost) {
      isLost = true
      server.parts.delete(1)
    }
    return undefined
  })
  await deposit(server, drop, { sender })
  expect(uploads(server.asked)).toEqual(['upload 0', 'upload 1', 'upload 1', 'upload 2'])
  expect(server.state()).toBe('ready')
})

test('a server that says it has a part and has it not gets no ticket out of it', async () => {
  const drop = await sealed()
  const server = partsServer()
  await deposit(partsServer(), drop, { sender })
  const received = drop.hashes.map((each) => btoa(String.fromCharCode(...(each?.ciphertext ?? []))))
  const claims = received.map((each) => each.replaceAll('+', '-').replaceAll('/', '_').replace('=', ''))
  const about = { expires: 1, reads: 1, size: drop.size, parts: 3 }
  const liar = partsServer((request) =>
    request === 'uploaded' ? says({ ...about, state: 'uploading', received: claims }) : undefined,
  )
  await expect(deposit(liar, drop, { sender })).rejects.toMatchObject({ code: 'incomplete' })
  expect(server.state()).toBe('none')
})

test('a server that calls a drop committed before all of it was sent gets no ticket out of it', async () => {
  const about = { expires: 1, reads: 1, parts: 3 }
  for (const state of ['ready', 'read'])
    for (const received of [[], [null, null, null]]) {
      const drop = await sealed()
      const liar = partsServer((request) => {
        if (request === 'uploaded') return says({ ...about, size: drop.size, state, received })
        return request === 'commit' ? says({ ...about, size: drop.size }) : undefined
      })
      await expect(deposit(liar, drop, { sender })).rejects.toMatchObject({ code: 'bad_answer' })
    }
  const drop = await sealed()
  await deposit(partsServer(), drop, { sender })
  const received = [null, null, null]
  const loser = partsServer((request) =>
    request === 'uploaded' ? says({ ...about, size: drop.size, state: 'ready', received }) : undefined,
  )
  await expect(deposit(loser, drop, { sender })).rejects.toMatchObject({ code: 'bad_answer' })
})

test('a server that never keeps what it takes is refused after a few rounds', async () => {
  const drop = await sealed()
  const server = partsServer((request) => (request === 'upload' ? says({}, {}, 201) : undefined))
  await expect(deposit(server, drop, { sender })).rejects.toMatchObject({ code: 'incomplete' })
  expect(server.asked.filter((each) => each === 'commit')).toHaveLength(3)
})

test.for([
  ['another size', { size: 5 }],
  ['another number of parts', { parts: 2 }],
  ['another number of reads', { reads: 9 }],
] as const)('a server that begins a drop with %s is not believed', async ([, change]) => {
  const drop = await sealed()
  const about = { expires: 1, reads: 1, size: drop.size, parts: 3, ...change }
  const server = partsServer((request) => (request === 'begin' ? says(about, {}, 201) : undefined))
  await expect(deposit(server, drop, { sender })).rejects.toMatchObject({ code: 'bad_answer' })
  expect(server.parts.size).toBe(0)
})

test('a drop that was burned meanwhile is gone, and one that was only called so, though it had just begun, was given up', async () => {
  const drop = await sealed()
  const about = { expires: 1, reads: 1, size: drop.size, parts: 3, state: 'revoked', received: [] }
  const server = partsServer((request) => (request === 'uploaded' ? says(about) : undefined))
  await expect(deposit(server, drop, { sender })).rejects.toMatchObject({ code: 'gone' })
  const liar = partsServer((request) => (request === 'uploaded' ? refuses('gone') : undefined))
  await expect(deposit(liar, drop, { sender })).rejects.toMatchObject({ code: 'bad_answer' })
  expect(reads).toEqual([])
})

test('a drop that is too large for the server is refused with what the server takes, before it is read', async () => {
  const drop = await sealed()
  const server = partsServer((request) => (request === 'begin' ? refuses('too_large', { largest: 9_000 }) : undefined))
  await expect(deposit(server, drop, { sender })).rejects.toMatchObject({ code: 'too_large', largest: 9_000 })
  expect(reads).toEqual([])
})

test('two parts are on the way at once, and never more', async () => {
  const drop = await sealed()
  let flying = 0
  let most = 0
  const plain = partsServer()
  const { promise: two, resolve } = Promise.withResolvers<void>()
  const transport: typeof plain.transport = async (exchange) => {
    if (exchange.method !== 'PUT') return plain.transport(exchange)
    flying += 1
    most = Math.max(most, flying)
    if (flying === 2) resolve()
    // The first waits until the second is sealed; and then both for one that must not come.
    await two
    await new Promise((done) => setTimeout(done, 60))
    const answer = await plain.transport(exchange)
    flying -= 1
    return answer
  }
  await deposit({ ...plain, transport }, drop, { sender })
  expect(most).toBe(2)
})

test('progress tells bytes of the whole drop, and goes back only by what was lost', async () => {
  const drop = await sealed()
  const told: number[] = []
  const server = partsServer(
    once((request, n, { body = new Uint8Array(0), onSent }) => {
      if (request !== 'upload' || n !== 0) return undefined
      onSent?.(body.length / 2, body.length)
      return lost
    }),
  )
  await deposit(server, drop, {
    sender,
    onProgress: (each) => {
      if (each.stage !== 'sending') return
      expect(each.total).toBe(drop.size)
      told.push(each.bytes)
    },
  })
  expect([told[0], told.at(-1)]).toEqual([0, drop.size])
  for (const [index, bytes] of told.entries())
    expect(bytes).toBeGreaterThanOrEqual((told[index - 1] ?? 0) - drop.partSize(0) / 2)
})
