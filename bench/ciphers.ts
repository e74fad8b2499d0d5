import type { Bytes } from '#protocol/bytes.ts'

// The ciphers that are measured both in Node and in a browser.

/** The platform's ChaCha20-Poly1305 in chunks of age's size: the upper bound for sealing an age file with WebCrypto. */
export async function rawSeal(plaintext: Bytes): Promise<Bytes[]> {
  const key = await rawKey()
  const boxes: Bytes[] = []
  await inFlight(Math.ceil(plaintext.length / CHUNK_BYTES), async (n) => {
    const chunk = plaintext.subarray(n * CHUNK_BYTES, (n + 1) * CHUNK_BYTES)
    boxes[n] = new Uint8Array(await crypto.subtle.encrypt({ name: RAW, iv: nonce(n) }, key, chunk))
  })
  return boxes
}

export async function rawOpen(boxes: readonly Bytes[]): Promise<void> {
  const key = await rawKey()
  await inFlight(boxes.length, async (n) => {
    await crypto.subtle.decrypt({ name: RAW, iv: nonce(n) }, key, boxes[n] ?? new Uint8Array())
  })
}

/** One call over everything in memory, as most peers do it. */
export async function gcmSeal(plaintext: Bytes): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.encrypt(GCM, await gcmKey(), plaintext))
}

export async function gcmOpen(sealed: Bytes): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.decrypt(GCM, await gcmKey(), sealed))
}

/** Reads to the end. @returns bytes */
export async function readToEnd(stream: ReadableStream<Uint8Array>): Promise<number> {
  let bytes = 0
  for (const reader = stream.getReader(); ;) {
    const { done, value } = await reader.read()
    if (done) return bytes
    bytes += value.length
  }
}

/** @throws DOMException where the platform has no ChaCha20-Poly1305 */
function rawKey(): Promise<CryptoKey> {
  return crypto.subtle.importKey('raw-secret' as 'raw', new Uint8Array(32).fill(5), RAW, false, ['encrypt', 'decrypt'])
}

function nonce(n: number): Bytes {
  const bytes = new Uint8Array(12)
  new DataView(bytes.buffer).setUint32(7, n)
  return bytes
}

async function inFlight(count: number, run: (n: number) => Promise<void>): Promise<void> {
  let next = 0
  const lane = async (): Promise<void> => {
    while (next < count) await run(next++)
  }
  await Promise.all(Array.from({ length: 16 }, lane))
}

function gcmKey(): Promise<CryptoKey> {
  return crypto.subtle.importKey('raw', new Uint8Array(32).fill(5), 'AES-GCM', false, ['encrypt', 'decrypt'])
}

const RAW = 'ChaCha20-Poly1305'
const GCM: AesGcmParams = { name: 'AES-GCM', iv: new Uint8Array(12) }
const CHUNK_BYTES = 65_536
