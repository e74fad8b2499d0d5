import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { checkRoom, forgetStaged, stageIn } from '../../cli/open/staging.ts'

let folder: string
let path: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sealdrop-staging-'))
  path = join(folder, '.sealdrop-0123456789ab.partial')
})
afterEach(() => rmSync(folder, { recursive: true }))

test('a part that comes in while the folder is removed neither keeps it nor brings it back', async () => {
  const staging = await stageIn(path)
  const coming = [0, 1, 2].map((n) => staging.keep(n, new Uint8Array(1_000_000)))
  await staging.clear()
  await Promise.all([...coming, staging.keep(3, new Uint8Array(1))])
  expect(readdirSync(folder)).toEqual([])
  expect(staging.fault).toBeUndefined()
})

test('a folder in which nothing was kept is not left behind', async () => {
  await (await stageIn(path)).leave()
  expect(existsSync(path)).toBe(false)
  const staging = await stageIn(path)
  await staging.keep(1, new Uint8Array(5))
  await staging.leave()
  expect([staging.has(0), staging.has(1)]).toEqual([false, true])
})

test('a part that comes in while the command gives up is kept whole, and nothing of it is left half-written', async () => {
  const staging = await stageIn(path)
  await staging.keep(0, new Uint8Array(5))
  const coming = staging.keep(1, new Uint8Array(8_000_000))
  await staging.leave()
  expect(readdirSync(path).toSorted()).toEqual(['lock', 'part-0.age', 'part-1.age'])
  await Promise.all([coming, staging.keep(2, new Uint8Array(1))])
  expect(staging.has(2)).toBe(false)
})

test('a folder in which a drop comes in belongs to one process', async () => {
  const staging = await stageIn(path)
  await expect(stageIn(path)).rejects.toThrow('another process opens the same drop into this folder')
  await staging.keep(0, new Uint8Array(5))
  await staging.leave()
  const next = await stageIn(path)
  expect(next.has(0)).toBe(true)
  await next.clear()
  expect(readdirSync(folder)).toEqual([])
})

test('of a drop that is gone what was staged is removed, and nothing else of that name', async () => {
  const staging = await stageIn(path)
  await staging.keep(0, new Uint8Array(5))
  expect(await forgetStaged(path)).toBe(false)
  await staging.leave()
  expect([await forgetStaged(path), await forgetStaged(path)]).toEqual([true, false])
  expect(readdirSync(folder)).toEqual([])
  writeFileSync(path, 'mine')
  expect(await forgetStaged(path)).toBe(false)
  rmSync(path)
  mkdirSync(join(path, 'sub'), { recursive: true })
  expect(await forgetStaged(path)).toBe(false)
  expect(readdirSync(path)).toEqual(['sub'])
})

test('what does not fit the disk is told before', async () => {
  await checkRoom(folder, 1)
  await expect(checkRoom(folder, Number.MAX_SAFE_INTEGER)).rejects.toThrow(
    /^not enough room in .*: it takes 8192\.0 TiB, and [\d.]+ [KMGT]iB are free$/,
  )
})
