import * as cctv from 'cctv-age'
import { expect, test } from 'vitest'
import { cipherHere } from '#client/crypto/chunks.ts'
import { ageIdentityFromSeed, openEnvelope, openHeader } from '#client/crypto/envelope.ts'
import { payloadKey } from '#client/crypto/payload.ts'
import { CHUNK_BYTES, PAYLOAD_NONCE_BYTES, TAG_BYTES } from '#client/crypto/sizes.ts'
import { sha256, type Bytes } from '#protocol/bytes.ts'
import { MAX_AGE_HEADER_BYTES } from '#protocol/limits.ts'
import { concat, noise, toHex } from '../kit/bytes.ts'

/** One vector of C2SP CCTV age: lines of `name: value`, an empty line, the age file. */
interface Vector {
  readonly name: string
  readonly expect: string
  readonly payload: string
  readonly identities: readonly string[]
  readonly isArmored: boolean
  readonly hasPassphrase: boolean
  readonly isCompressed: boolean
  readonly file: Bytes
}

const vectors = Object.entries(cctv as unknown as Record<string, Uint8Array>)
  .filter(([name]) => name !== 'default')
  .map(([name, bytes]) => parse(name, bytes))
const opening = vectors.filter((each) => each.expect === 'success' && !each.isArmored && !each.hasPassphrase)
const failing = vectors.filter((each) => each.expect !== 'success' && !each.isArmored && !each.hasPassphrase)
const foreign = vectors.filter((each) => each.isArmored || each.hasPassphrase)

const refused = { name: 'DropError', code: 'open_failed', message: 'open_failed' }
const fileOf = async ({ file, isCompressed }: Vector) => (isCompressed ? inflate(file) : file)
const nobody = ageIdentityFromSeed(noise(32))

test('the vectors are all there: 143, of which 18 open, 67 fail, and 58 are of kinds that a drop never is', () => {
  expect([vectors.length, opening.length, failing.length, foreign.length]).toEqual([143, 18, 67, 58])
})

test.for(opening)('$name opens to what it says', async (vector) => {
  const [identity = ''] = await matching(vector)
  const file = await fileOf(vector)
  expect(toHex(await sha256(await openEnvelope(file, identity)))).toBe(vector.payload)
  for (const chunks of [1, 127])
    expect(toHex(await sha256(await openInRuns(file, identity, chunks)))).toBe(vector.payload)
})

test.for(failing)('$name does not open: $expect', async (vector) => {
  const file = await fileOf(vector)
  for (const identity of [...vector.identities, nobody]) {
    await expect(openEnvelope(file, identity)).rejects.toMatchObject(refused)
    for (const chunks of [1, 127]) await expect(openInRuns(file, identity, chunks)).rejects.toThrow(Error)
  }
})

test.for(foreign)('$name is refused: a drop is neither armoured nor under a passphrase of age', async (vector) => {
  for (const identity of [...vector.identities, nobody]) {
    await expect(openEnvelope(await fileOf(vector), identity)).rejects.toMatchObject(refused)
    await expect(openHeader(await fileOf(vector), [identity])).rejects.toMatchObject(refused)
  }
})

/** Opens a file as a drop in parts is opened: the header by the first bytes alone, and the chunks in runs of so many. */
async function openInRuns(file: Bytes, identity: string, chunks: number): Promise<Bytes> {
  const { fileKey, headerBytes } = await openHeader(file.slice(0, MAX_AGE_HEADER_BYTES), [identity])
  const start = headerBytes + PAYLOAD_NONCE_BYTES
  const cipher = await cipherHere(payloadKey(fileKey, file.slice(headerBytes, start)))
  const runs: Bytes[] = []
  const step = chunks * (CHUNK_BYTES + TAG_BYTES)
  for (let at = start; at === start || at < file.length; at += step) {
    runs.push(await cipher.openRun(file.slice(at, at + step), ((at - start) / step) * chunks, at + step >= file.length))
  }
  return concat(...runs)
}

/** The identities of a vector that open it: one holder has one, some vectors name two. */
async function matching(vector: Vector): Promise<readonly string[]> {
  const file = await fileOf(vector)
  const opened = await Promise.all(
    vector.identities.map((identity) =>
      openEnvelope(file, identity).then(
        () => true,
        () => false,
      ),
    ),
  )
  return vector.identities.filter((_, index) => opened[index])
}

function parse(name: string, bytes: Uint8Array): Vector {
  const end = bytes.findIndex((byte, index) => byte === 10 && bytes[index + 1] === 10)
  const lines = new TextDecoder()
    .decode(bytes.slice(0, end))
    .split('\n')
    .map((line) => line.split(': '))
  const all = (key: string): string[] => lines.filter(([each]) => each === key).map(([, value = '']) => value)
  return {
    name,
    expect: all('expect')[0] ?? '',
    payload: all('payload')[0] ?? '',
    identities: all('identity'),
    isArmored: all('armored').length > 0,
    hasPassphrase: all('passphrase').length > 0,
    isCompressed: all('compressed').length > 0,
    file: bytes.slice(end + 2),
  }
}

async function inflate(bytes: Bytes): Promise<Bytes> {
  return new Uint8Array(
    await new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate'))).arrayBuffer(),
  )
}
