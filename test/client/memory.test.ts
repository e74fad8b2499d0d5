import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { giveBack, keepMemory, takeMemory } from '#client/memory.ts'
import type { Bytes } from '#protocol/bytes.ts'
import { runs } from '../runs.ts'

/** The least that is used again, in bytes. */
const LEAST = 1_048_576

test.for([0, 1, LEAST - 1, LEAST, LEAST + 1])('memory of %i bytes is as long as it was asked for', (length) => {
  const bytes = takeMemory(length)
  expect([bytes.length, bytes.byteOffset, bytes.buffer.byteLength]).toEqual([length, 0, length])
  giveBack(bytes)
  expect(takeMemory(length)).toHaveLength(length)
})

test('whoever still looks at memory that was given back sees nothing, and never what comes there next', () => {
  const bytes = takeMemory(LEAST).fill(1)
  const view = bytes.subarray(10, 20)
  giveBack(view)
  const next = takeMemory(LEAST).fill(2)
  expect([bytes.length, view.length, next.length]).toEqual([0, 0, LEAST])
  expect(() => view.fill(3)).toThrow(TypeError)
  expect(next.every((byte) => byte === 2)).toBe(true)
})

test('memory that was given back is taken again, and is what it was: nobody has to clear it', () => {
  giveBack(takeMemory(LEAST + 77).fill(9))
  expect(takeMemory(LEAST + 77).every((byte) => byte === 9)).toBe(true)
})

test.for([
  ['was made elsewhere', () => new Uint8Array(LEAST)],
  ['is kept for good', () => keepMemory(takeMemory(LEAST))],
  ['is little', () => takeMemory(LEAST - 1)],
] as const)('memory that %s stays as it is', ([, make]) => {
  const bytes = make().fill(5)
  giveBack(bytes)
  expect(bytes.length).toBeGreaterThan(0)
  expect(bytes.every((byte) => byte === 5)).toBe(true)
})

test('given back twice it is given back once', () => {
  const bytes = takeMemory(LEAST + 5)
  giveBack(bytes)
  giveBack(bytes)
  const [one, other] = [takeMemory(LEAST + 5).fill(1), takeMemory(LEAST + 5).fill(2)]
  expect([one.at(-1), other.at(-1)]).toEqual([1, 2])
})

const step = fc.record({
  do: fc.constantFrom('take', 'keep', 'give back'),
  which: fc.nat(20),
  length: fc.constantFrom(LEAST, LEAST + 1),
})

test('whatever is taken, kept and given back in whatever order, nobody writes to what somebody else has', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const had: Bytes[] = []
      const held = new Map<Bytes, number>()
      for (const [index, { do: what, which, length }] of steps.entries()) {
        const bytes = had[which % Math.max(1, had.length)]
        if (what === 'take') {
          const taken = takeMemory(length)
          held.set(taken.fill(index), index)
          had.push(taken)
        } else if (bytes !== undefined && what === 'keep') {
          keepMemory(bytes)
        } else if (bytes !== undefined) {
          giveBack(bytes)
          if (bytes.length === 0) held.delete(bytes)
        }
        for (const [each, fill] of held) expect([each[0], each[500_000], each.at(-1)]).toEqual([fill, fill, fill])
      }
    }),
    { numRuns: runs(30, 300) },
  )
})
