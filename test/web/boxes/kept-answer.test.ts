import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatDropId } from '#protocol/id.ts'
import { formatKept, parseKept, type KeptDraft } from '../../../web/pages/box/inbox/kept-answer.ts'

const drop = formatDropId(new Uint8Array(16))

test('a draft that is kept comes back as it was', () => {
  const text = fc.string({ maxLength: 20 })
  // Not every browser knows when a file was changed.
  const modifiedAtMs = fc.oneof(fc.nat(), fc.constant(Number.NaN))
  const files = fc.array(fc.record({ name: text, size: fc.nat(), modifiedAtMs }), { maxLength: 3 })
  fc.assert(
    fc.property(fc.record({ atMs: fc.nat(), text, ttlSeconds: fc.nat(), files }), (some) => {
      const kept: KeptDraft = { kind: 'draft', drop, ...some }
      expect(parseKept(formatKept(kept))).toEqual(kept)
    }),
    { numRuns: 30 },
  )
})

test.for(['', '{}', '[]', 'null', 'x', '{"v":2}', '{"v":1,"kind":"draft"}', '{"v":1,"kind":"upload"}'])(
  'what nobody has kept is not taken for a draft: %s',
  (bad) => {
    expect(parseKept(bad)).toBeUndefined()
  },
)

test.for(['v', 'kind', 'drop', 'atMs', 'text', 'ttlSeconds', 'files'])('a draft without its %s is none', (member) => {
  const kept: KeptDraft = { kind: 'draft', drop, atMs: 1, text: 'x', ttlSeconds: 1, files: [] }
  const { [member]: _, ...rest } = JSON.parse(formatKept(kept)) as Record<string, unknown>
  expect(parseKept(JSON.stringify(rest))).toBeUndefined()
  expect(parseKept(JSON.stringify({ ...rest, [member]: {} }))).toBeUndefined()
})
