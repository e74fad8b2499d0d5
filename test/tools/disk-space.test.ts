import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { REQUESTS } from '#protocol/api.ts'
import { PART_BYTES } from '#protocol/limits.ts'
import { RESERVE, DiskSpace } from '../../tools/serve/disk-space.ts'

let data: string
let free: number
let said: string[]
beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'sealdrop-room-'))
  free = 10 * GIB
  said = []
})
afterEach(() => rmSync(data, { recursive: true }))

test('on a disk that others have filled, the reserve makes way for what ends a drop, and comes back afterwards', () => {
  const room = spaceOn(20 * GIB)
  room.settle()
  expect(reserved()).toBe(8 * MIB)
  free = 0
  for (const name of ['revoke', 'ack', 'delete', 'claim'] as const)
    expect(room.take(REQUESTS[name].path, 0)).toBeDefined()
  expect(reserved()).toBe(0)
  free = 10 * GIB
  room.take(REQUESTS.revoke.path, 0)
  expect(reserved()).toBe(8 * MIB)
})

test('the reserve is given up piece by piece, so that a program that goes on filling the disk does not get all of it at once', () => {
  const room = spaceOn(20 * GIB)
  room.settle()
  const left: number[] = []
  for (let n = 0; n < 4; n += 1) {
    free = 0
    room.take(REQUESTS.revoke.path, 0)
    // Before other programs fill it.
    free = 2 * MIB
    room.take(REQUESTS.revoke.path, 0)
    left.push(reserved() / MIB)
  }
  expect(left).toEqual([6, 4, 2, 0])
})

test('of a disk on which even what frees room fails the operator reads once, until there is room again', () => {
  const room = spaceOn(20 * GIB)
  const full = [MIB, 0, 3 * MIB, 0].map((each) => {
    free = each
    return room.isFull()
  })
  expect(full).toEqual([true, true, false, true])
  expect(said).toEqual(Array.from({ length: 2 }, () => expect.stringContaining('Make room on it by hand')))
})

test.for(['create', 'begin', 'upload', 'publish', 'keys'] as const)(
  '%s is refused on a disk that is nearly full, in time',
  (name) => {
    const room = spaceOn(20 * GIB)
    free = 64 * MIB + 1_000
    expect(room.take(REQUESTS[name].path, 1_000)).toBeDefined()
    free = 64 * MIB
    expect(room.take(REQUESTS[name].path, 1_000)).toBeUndefined()
  },
)

test('bodies that are on their way count, so that many at once do not fill the disk', () => {
  const room = spaceOn(20 * GIB)
  free = 64 * MIB + 3 * PART_BYTES
  const taken = Array.from({ length: 4 }, () => room.take(REQUESTS.create.path, PART_BYTES))
  expect(taken.map((each) => each !== undefined)).toEqual([true, true, true, false])
  taken[0]?.()
  expect(room.take(REQUESTS.create.path, PART_BYTES)).toBeDefined()
})

test('a small disk is not kept free in vain: an eighth of it is', () => {
  const room = spaceOn(32 * MIB)
  free = 5 * MIB
  expect(room.take(REQUESTS.create.path, 500_000)).toBeDefined()
  free = 4 * MIB
  expect(room.take(REQUESTS.create.path, 500_000)).toBeUndefined()
})

test('the operator reads once that messages are refused, and once that they are taken again', () => {
  const room = spaceOn(20 * GIB)
  free = MIB
  for (let n = 0; n < 3; n += 1) room.take(REQUESTS.create.path, 100)
  free = 65 * MIB
  for (let n = 0; n < 3; n += 1) room.take(REQUESTS.create.path, 100)
  free = GIB
  for (let n = 0; n < 3; n += 1) room.take(REQUESTS.create.path, 100)
  expect(said).toEqual([
    'The disk is nearly full: 1.0 MiB free. New messages are refused; reading, revoking and deleting go on.',
    'There is room on the disk again: new messages are taken.',
  ])
})

function spaceOn(size: number): DiskSpace {
  return new DiskSpace(data, {
    keepFree: undefined,
    look: () => ({ size, free }),
    say: (sentence) => said.push(sentence),
  })
}

/** Bytes of the reserve in the folder. */
function reserved(): number {
  return statSync(join(data, RESERVE), { throwIfNoEntry: false })?.size ?? 0
}

const MIB = 1_048_576
const GIB = 1_073_741_824
