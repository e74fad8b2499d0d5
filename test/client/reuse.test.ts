import { expect, test } from 'vitest'
import { generateSigningKey, type SigningKey } from '#client/crypto/keys.ts'
import { deriveOpener, parseLink } from '#client/link.ts'
import { giveBack, takeMemory } from '#client/memory.ts'
import { openDrop, receiveParts } from '#client/receive.ts'
import { deposit, seal } from '#client/send.ts'
import { type Sealed } from '#client/sealed.ts'
import type { ByteSource } from '#client/source.ts'
import type { Staging } from '#client/staging.ts'
import { joinBytes, sha256, toBase64url, type Bytes } from '#protocol/bytes.ts'
import { partsServer, type PartsServer } from '../kit/parts-server.ts'

// A drop whose parts are read, sealed and sent in memory that is used again, as the command does it.

/** Four parts, of which all but the first are worth using again. */
const size = 33_000_000
const MEBIBYTE = 1_048_576

/** Other bytes in every mebibyte. */
const content = new Uint8Array(size)
for (let at = 0; at < size; at += MEBIBYTE) content.fill(1 + at / MEBIBYTE, at, at + MEBIBYTE)

const source: ByteSource = {
  size,
  async read(start, end) {
    const bytes = takeMemory(end - start)
    bytes.set(content.subarray(start, end))
    return bytes
  },
}

const noStretch = async (): Promise<Bytes> => new Uint8Array(0)

async function newDrop(sender: SigningKey): Promise<Sealed> {
  const files = [{ name: 'large', type: '', modifiedAtMs: 0, source }]
  const options = { origin: 'https://drop.example', ttlSeconds: 3_600, reads: 1, passphrase: '', now: 0 }
  return seal({ text: '', files }, { ...options, stretch: noStretch, sender })
}

async function sent(): Promise<{ sealed: Sealed; server: PartsServer }> {
  const sender = await generateSigningKey()
  const sealed = await newDrop(sender)
  const plain = partsServer()
  await deposit(plain, sealed, { sender })
  // The bytes that go out come in memory of the reader's own, as from a network.
  const transport: typeof plain.transport = async (exchange) => {
    const answer = await plain.transport(exchange)
    const body = takeMemory(answer.body.length)
    body.set(answer.body)
    return { ...answer, body }
  }
  return { sealed, server: { ...plain, transport } }
}

test('a part stays what it is until the server has it, and is sent again as it was', async () => {
  const sender = await generateSigningKey()
  const drop = await newDrop(sender)
  const first = new Map<string, string>()
  const bodies = new Set<Bytes>()
  const plain = partsServer()
  const transport: typeof plain.transport = async (exchange) => {
    const { body, url } = exchange
    if (body === undefined || body.length < 1_000) return plain.transport(exchange)
    bodies.add(body)
    const before = await print(body)
    // Meanwhile the next one is read, sealed and sent.
    await new Promise((done) => setTimeout(done, 30))
    expect(await print(body)).toBe(before)
    const tried = first.get(url)
    first.set(url, before)
    if (tried === undefined) throw new TypeError('network error')
    expect(before).toBe(tried)
    return plain.transport(exchange)
  }
  await deposit({ ...plain, transport }, drop, { sender })
  expect([first.size, plain.state()]).toEqual([4, 'ready'])
  expect([...bodies].filter(({ length }) => length === 0)).toHaveLength(3)
  for (const [n, part] of plain.parts) expect(await print(part)).toBe(await print(await drop.sealPart(n)))
})

test('a drop comes in, is opened and read again in memory that is used again', async () => {
  const { sealed, server } = await sent()
  const parsed = parseLink(sealed.link)
  if (parsed === undefined) throw new Error('the link is damaged')
  const opener = await deriveOpener(parsed.secret, '', noStretch)
  const { size: bytes, parts } = sealed
  const waiting = { size: bytes, parts, nonce: undefined }
  const received = receiveParts(server, opener, await generateSigningKey(), waiting, lastingStaging())
  const taken: Bytes[] = []
  const write = async (piece: Bytes): Promise<void> => void taken.push(await slowCopy(piece))
  const opened = await openDrop(received, opener, { sink: { file: async () => {}, write } })
  expect(await print(joinBytes(taken))).toBe(await print(content))
  for (let round = 0; round < 2; round++) {
    const pieces: Bytes[] = []
    for await (const piece of opened.files[0]?.read() ?? []) {
      pieces.push(await slowCopy(piece))
      giveBack(piece)
    }
    expect(await print(joinBytes(pieces))).toBe(await print(content))
  }
})

/** The piece that a sink has to itself until it is done. */
async function slowCopy(piece: Bytes): Promise<Bytes> {
  await new Promise((done) => setTimeout(done, 2))
  return piece.slice()
}

/** As on a disk: what is kept there lies there, and what is read comes in memory of the reader's own. */
function lastingStaging(): Staging {
  const kept = new Map<number, Bytes>()
  return {
    size: async (n) => kept.get(n)?.length,
    async read(n) {
      const part = kept.get(n)
      const bytes = part && takeMemory(part.length)
      bytes?.set(part ?? [])
      return bytes
    },
    async keep(n, part) {
      kept.set(n, part.slice())
      giveBack(part)
    },
    clear: async () => kept.clear(),
  }
}

async function print(bytes: Bytes): Promise<string> {
  return toBase64url(await sha256(bytes))
}
