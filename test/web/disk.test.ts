import { expect, test } from 'vitest'
import { openDisk } from '../../web/platform/opfs.ts'

test('parts without a reader key are swept, those of others and those in use are not', async () => {
  const [mine, other] = [await openDisk({ save: () => {} }), await openDisk({ save: () => {} })]
  const ids = ['kept', 'used', 'left'].map((name) => `${name}-${crypto.randomUUID()}`)
  const stages = []
  for (const id of ids) {
    const disk = id.startsWith('used') ? other : mine
    // Any text names a folder; the id of a drop is only what it usually is.
    const stage = await disk.stage(id as Parameters<typeof disk.stage>[0])
    await stage?.keep(0, new Uint8Array(10))
    stages.push(stage)
  }
  const root = await navigator.storage.getDirectory()
  const folder = await root.getDirectoryHandle('parts')
  await folder.getDirectoryHandle('left-behind', { create: true })
  await other.sweep(new Set(ids.filter((id) => id.startsWith('kept'))))
  const names = new Set<string>()
  for await (const name of folder.keys()) names.add(name)
  expect(names.has('left-behind')).toBe(false)
  expect(ids.every((id) => names.has(id))).toBe(true)
  for (const stage of stages) await stage?.clear()
  expect(await stages[0]?.count()).toBe(0)
})

test('a part is there whole or not at all', async () => {
  const disk = await openDisk({ save: () => {} })
  const id = `whole-${crypto.randomUUID()}` as Parameters<typeof disk.stage>[0]
  const stage = await disk.stage(id)
  const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle('parts')
  const own = await folder.getDirectoryHandle(id, { create: true })
  // As a crash leaves it in the middle of a write.
  const writable = await (await own.getFileHandle('0', { create: true })).createWritable()
  await writable.write(new Uint8Array(1_000))
  expect(await stage?.read(0)).toBeUndefined()
  expect(await stage?.count()).toBe(0)
  await writable.abort()
  await stage?.keep(0, new Uint8Array([1, 2, 3]))
  expect(await stage?.read(0)).toEqual(new Uint8Array([1, 2, 3]))
  await stage?.clear()
  expect(await stage?.read(0)).toBeUndefined()
})
