import { expect, onTestFinished, test, vi } from 'vitest'
import { REQUESTS } from '#protocol/api.ts'
import { contentDigest } from '#protocol/content-digest.ts'
import { PART_BYTES } from '#protocol/limits.ts'
import { formatTerms } from '#protocol/terms.ts'
import { claim, newDrop, type RawDrop } from './support/drops.ts'
import { randomNoise } from '../kit/bytes.ts'
import { newReaderKey } from '../kit/people.ts'
import { ORIGIN, read, withBindings } from './support/wire.ts'

/** A create whose body comes as the test says. */
function creating({ dropId, terms }: RawDrop, sizeBytes: number, body: ReadableStream<Uint8Array>): Request {
  const headers = { 'Drop-Id': dropId, 'Drop-Terms': formatTerms(terms), 'Content-Length': `${sizeBytes}` }
  return new Request(`${ORIGIN}${REQUESTS.create.path}`, { method: 'POST', headers, body })
}

test('an announced part of which one byte comes does not make the server set aside memory for all of it', async () => {
  const sizes: number[] = []
  const counting = new Proxy(Uint8Array, {
    construct(target, given: [number]) {
      if (typeof given[0] === 'number') sizes.push(given[0])
      return Reflect.construct(target, given, target)
    },
  })
  const drop = await newDrop()
  const asked = Promise.withResolvers<ReadableStreamDefaultController<Uint8Array>>()
  const body = new ReadableStream<Uint8Array>(
    {
      start: (controller) => controller.enqueue(randomNoise(1)),
      pull: (controller) => asked.resolve(controller),
    },
    { highWaterMark: 0 },
  )
  vi.stubGlobal('Uint8Array', counting)
  onTestFinished(() => void vi.unstubAllGlobals())
  const creation = withBindings({})(creating(drop, PART_BYTES, body))
  const controller = await asked.promise
  expect(Math.max(...sizes)).toBeLessThanOrEqual(65_536)
  controller.error(new Error('hung up'))
  expect((await read(await creation)).code).toBe('try_later')
})

test.for([1, 65_535, 65_536, 65_537, 131_072, 131_073, 1_000_000, PART_BYTES])(
  'a body of %i bytes is kept as it came, in whatever pieces',
  async (sizeBytes) => {
    const drop = await newDrop()
    const bytes = randomNoise(sizeBytes)
    const pieces = [1, 70_000, 65_536, sizeBytes]
    let sent = 0
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        const piece = bytes.slice(sent, sent + (pieces.shift() ?? sizeBytes))
        if (piece.length === 0) return controller.close()
        sent += piece.length
        controller.enqueue(piece)
      },
    })
    expect((await read(await withBindings({})(creating(drop, sizeBytes, body)))).status).toBe(201)
    const claimed = await claim(drop, await newReaderKey())
    expect([claimed.status, claimed.headers.get('Content-Digest')]).toEqual([200, await contentDigest(bytes)])
  },
)
