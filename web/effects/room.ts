import { memoryDisk, type Disk } from '../disk.ts'
import type { Room } from '../reading-state.ts'
import type { Tools } from './tools.ts'

/** The disk of this browser, tried out; memory where it only says that it has one. */
export async function diskThatWorks({ device, disk }: Pick<Tools, 'device' | 'disk'>): Promise<Disk> {
  const found = await disk()
  return (await found.works()) ? found : memoryDisk(device)
}

/**
 * Whether a drop in parts fits on this device, before anything is used up.
 * @param sizeBytes - of its ciphertext
 * @param isKept - a part of it may be here already: it was claimed before, and there is nothing to save by refusing
 */
export async function findRoom(disk: Disk, sizeBytes: number, isKept: boolean): Promise<Room> {
  // Without a dialog a file is put together here before the browser copies it to its downloads.
  const neededBytes = disk.isLasting && disk.pickFile === undefined ? 2 * sizeBytes : sizeBytes
  const mostBytes = await disk.freeBytes()
  const room = { isOnDisk: disk.isLasting, neededBytes }
  if (neededBytes <= mostBytes || (isKept && disk.isLasting)) return room
  return { ...room, obstacle: { at: disk.isLasting ? 'disk' : 'memory', mostBytes } }
}
