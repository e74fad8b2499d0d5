import * as fc from 'fast-check'
import { unpackTar } from 'modern-tar'
import { expect, test } from 'vitest'
import { formatHead, headSize, headSizeFrom, parseHead } from '#client/entry-head.ts'
import { makeNamer } from '#client/names.ts'
import { runs } from '../runs.ts'
import { concat } from '../kit/bytes.ts'

const NOW = 1_800_000_000_000
const numRuns = runs(200, 10_000)
const utf8 = new TextEncoder()
const strict = new TextDecoder('utf-8', { fatal: true })

/** Names of any length in any mixture of scripts, with folders, as an archive takes them. */
const unit = fc.constantFrom('a', 'n', 'é', 'й', '文', '語', '👩', '👩\u200d🚀', ' ', '1\ufe0f\u20e3', 'ی\u200cه')
const part = fc.array(unit, { minLength: 1, maxLength: 120 }).map((units) => units.join(''))
const anyName = fc.array(part, { minLength: 1, maxLength: 12 }).map((parts) => makeNamer()(parts.join('/')))

test('the head of every name is read again, as it was', () => {
  fc.assert(
    fc.property(anyName, fc.nat(8 ** 11 - 1), fc.nat(4_000_000_000), (name, size, seconds) => {
      const entry = { name, size, modifiedAtMs: seconds * 1_000 }
      const head = formatHead(entry)
      expect([head.length, headSizeFrom(head)]).toEqual([headSize(name), headSize(name)])
      expect(parseHead(head)).toEqual(entry)
    }),
    { numRuns },
  )
})

test('another program reads the same name, though its header is cut within a character', async () => {
  await fc.assert(
    fc.asyncProperty(anyName, async (name) => {
      const tar = concat(formatHead({ name, size: 0, modifiedAtMs: NOW }), new Uint8Array(1_024))
      const found = await unpackTar(tar, { strict: true })
      expect(found.map(({ header }) => [header.name, header.size])).toEqual([[name, 0]])
    }),
    { numRuns },
  )
})

test('what of a name stands in the header is whole characters, as many as fit', () => {
  fc.assert(
    fc.property(anyName, (name) => {
      const head = formatHead({ name, size: 0, modifiedAtMs: NOW })
      const field = head.subarray(-512, -412)
      const end = field.indexOf(0)
      const inHeader = strict.decode(end === -1 ? field : field.subarray(0, end))
      expect(name.startsWith(inHeader)).toBe(true)
      const [next = ''] = Array.from(name.slice(inHeader.length))
      const length = utf8.encode(inHeader).length
      expect(next === '' || length + utf8.encode(next).length > 100).toBe(true)
    }),
    { numRuns },
  )
})

test.for([
  [100, 512],
  [101, 1_536],
  [495, 1_536],
  [502, 1_536],
  [503, 2_048],
] as const)('a name of %i bytes of ASCII takes a head of %i bytes', ([length, size]) => {
  const name = 'n'.repeat(length)
  expect([headSize(name), formatHead({ name, size: 0, modifiedAtMs: NOW }).length]).toEqual([size, size])
})

test('a head that announces more than any name has is refused before it is read', () => {
  const head = formatHead({ name: 'é', size: 0, modifiedAtMs: NOW })
  head.set(utf8.encode('77777777777'), 124)
  expect(() => headSizeFrom(head)).toThrow(RangeError)
  head.set(utf8.encode('not a number'), 124)
  expect(() => headSizeFrom(head)).toThrow(RangeError)
})
