import { giveBack } from '#client/memory.ts'
import type { Device } from './device.ts'
import { memoryDisk, type Disk, type Stage } from './disk.ts'
import { underLock } from './locks.ts'
import { outlet, pickersOf, type Dialogs, type Pickers } from './pickers.ts'
import { within } from './within.ts'

/** The origin private file system, or memory where a browser has none that a page can write to. */
export async function openDisk(device: Pick<Device, 'save'>): Promise<Disk> {
  try {
    if (!('createWritable' in FileSystemFileHandle.prototype)) return memoryDisk(device)
    const root = await within(PATIENCE_MS, () => navigator.storage.getDirectory())
    return { ...originDisk(root, device), ...pickersOf(window as Window & Dialogs) }
  } catch {
    // A private window of some browsers.
    return memoryDisk(device)
  }
}

/**
 * A disk in the origin private file system. Parts lie there as they came, sealed; whole files only on their way to the
 * downloads of the browser. docs/decisions/0008-received-parts-are-staged-sealed.md.
 */
function originDisk(root: FileSystemDirectoryHandle, { save }: Pick<Device, 'save'>): Omit<Disk, keyof Pickers> {
  const stages = new Map<string, Stage>()
  /** Of this page alone, so that another tab knows which files are still in use. */
  const own = crypto.randomUUID()
  const trial = crypto.randomUUID()
  /** A page that asks for its own lock again waits for itself. */
  const holdOwn = once(() => hold(FILES, own))
  const holdTrial = once(() => hold(FILES, trial))
  let trying: Promise<boolean> | undefined
  let files = 0

  return {
    isLasting: true,

    async freeBytes() {
      try {
        const { quota, usage = 0 } = await within(QUICK_MS, () => navigator.storage.estimate())
        return quota === undefined ? Infinity : Math.max(0, quota - usage)
      } catch {
        // Nobody knows. A file that does not fit is told of when it turns out.
        return Infinity
      }
    },

    async works() {
      try {
        // Two at once would remove the folder from each other.
        trying ??= holdTrial()
          .then(() => tryOut(root, trial))
          .finally(() => (trying = undefined))
        const running = trying
        return await within(QUICK_MS, () => running)
      } catch {
        return false
      }
    },

    async stage(dropId) {
      // To this page the lock is its own: a page holds it, not the code that asks for it.
      const stage = stages.get(dropId) ?? ((await hold(PARTS, dropId)) ? openStage(root, dropId) : undefined)
      if (stage !== undefined) stages.set(dropId, stage)
      return stage
    },

    async download(name) {
      const number = String(++files)
      await holdOwn()
      const folder = await within(QUICK_MS, () => folderOf(root, FILES, own))
      // Numbered: nothing carries the name before it is whole and out of here.
      const file = await within(QUICK_MS, () => folder.getFileHandle(number, { create: true }))
      const out = await within(QUICK_MS, () => outlet(file, () => folder.removeEntry(file.name)))
      return {
        write: (bytes) => within(WRITE_MS, () => out.write(bytes)),
        async close() {
          await within(WRITE_MS, () => out.close())
          save(name, await within(QUICK_MS, () => file.getFile()))
        },
        abort: () => within(QUICK_MS, () => out.abort()).catch(() => {}),
      }
    },

    async sweep(kept) {
      for (const [place, isKept] of [
        [PARTS, (name: string) => kept.has(name)],
        [FILES, () => false],
      ] as const) {
        const folder = await root.getDirectoryHandle(place).catch(() => undefined)
        if (folder === undefined) continue
        const names: string[] = []
        for await (const name of folder.keys()) names.push(name)
        // One that cannot be removed now keeps none of the others.
        for (const name of names) if (!isKept(name)) await removeUnheld(folder, place, name).catch(() => {})
      }
    },
  }
}

/** Puts something there, looks for it, and leaves nothing behind. */
async function tryOut(root: FileSystemDirectoryHandle, name: string): Promise<boolean> {
  try {
    const folder = await folderOf(root, FILES, name)
    const file = await folder.getFileHandle('0', { create: true })
    const out = await outlet(file, () => folder.removeEntry(file.name))
    await out.write(new Uint8Array(1))
    await out.close()
    const { size } = await file.getFile()
    return size === 1
  } finally {
    const place = await root.getDirectoryHandle(FILES)
    await place.removeEntry(name, { recursive: true })
  }
}

function openStage(root: FileSystemDirectoryHandle, name: string): Stage {
  const keeping = new Set<Promise<void>>()
  const wholePart = async (n: number): Promise<File | undefined> => {
    const part = await fileOf(root, name, String(n))
    // A handle makes an empty file at once, and the bytes come with `close`.
    return part === undefined || part.size === 0 ? undefined : part
  }
  const read: Stage['read'] = async (n) => {
    const part = await wholePart(n)
    return part && new Uint8Array(await within(WRITE_MS, () => part.arrayBuffer()))
  }
  const clear = async (): Promise<void> => {
    // One that comes to its end afterwards would make everything again.
    await Promise.allSettled(keeping)
    await within(QUICK_MS, () => removeParts(root, name))
  }
  return {
    size: async (n) => (await wholePart(n))?.size,
    read,
    async keep(n, part) {
      const kept = within(WRITE_MS, () => keepPart(root, name, String(n), part))
      keeping.add(kept)
      await kept.finally(() => keeping.delete(kept))
      giveBack(part)
    },
    clear,
    count: () => within(QUICK_MS, () => countParts(root, name)),
    letGo() {
      // As far as a page can still do it then. The next visit does the rest.
      addEventListener('pagehide', () => void clear().catch(() => {}), { once: true })
    },
  }
}

async function countParts(root: FileSystemDirectoryHandle, name: string): Promise<number> {
  const folder = await folderOf(root, PARTS, name)
  let count = 0
  for await (const [n, entry] of folder.entries()) {
    // Beside the parts lie files that are being written, under names of the browser's own.
    const isPart = /^\d+$/.test(n) && entry instanceof FileSystemFileHandle
    if (isPart && (await entry.getFile()).size > 0) count++
  }
  return count
}

async function removeParts(root: FileSystemDirectoryHandle, name: string): Promise<void> {
  try {
    const folder = await root.getDirectoryHandle(PARTS)
    await folder.removeEntry(name, { recursive: true })
  } catch (error) {
    ignoreAbsent(error)
  }
}

async function keepPart(
  root: FileSystemDirectoryHandle,
  name: string,
  n: string,
  part: Parameters<Stage['keep']>[1],
): Promise<void> {
  const { length } = part
  const folder = await folderOf(root, PARTS, name)
  const handle = await folder.getFileHandle(n, { create: true })
  const file = await outlet(handle, () => folder.removeEntry(n))
  try {
    await file.write(part)
    await file.close()
    if ((await handle.getFile()).size !== length) throw new DOMException('not kept', 'NotReadableError')
  } catch (error) {
    await file.abort()
    throw error
  }
}

async function fileOf(root: FileSystemDirectoryHandle, name: string, n: string): Promise<File | undefined> {
  try {
    return await within(QUICK_MS, async () => {
      const folder = await (await root.getDirectoryHandle(PARTS)).getDirectoryHandle(name)
      return (await folder.getFileHandle(n)).getFile()
    })
  } catch (error) {
    ignoreAbsent(error)
    return undefined
  }
}

async function folderOf(
  root: FileSystemDirectoryHandle,
  place: Place,
  name: string,
): Promise<FileSystemDirectoryHandle> {
  const folder = await root.getDirectoryHandle(place, { create: true })
  return folder.getDirectoryHandle(name, { create: true })
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined
  return () => (made ??= make())
}

/** Takes a name for as long as the page lives. @returns whether no other tab has it */
function hold(place: Place, name: string): Promise<boolean> {
  return new Promise((resolve) => {
    const held = async (): Promise<void> => {
      const signal = AbortSignal.timeout(LOCK_MS)
      await navigator.locks.request(lockOf(place, name), { signal }, () => {
        resolve(true)
        return new Promise(() => {})
      })
    }
    held().catch((error: unknown) => resolve(!isHeldElsewhere(error)))
    // A browser that has locks and never answers has no other tab that holds one.
    setTimeout(() => resolve(true), 2 * LOCK_MS)
  })
}

/** Only this is said of a lock that another tab has; everything else, that there are no locks. */
function isHeldElsewhere(error: unknown): boolean {
  return error instanceof DOMException && (error.name === 'TimeoutError' || error.name === 'AbortError')
}

function removeUnheld(folder: FileSystemDirectoryHandle, place: Place, name: string): Promise<void> {
  return underLock(lockOf(place, name), { ifAvailable: true }, async (isFree) => {
    if (isFree) await folder.removeEntry(name, { recursive: true }).catch(ignoreAbsent)
  })
}

function lockOf(place: Place, name: string): string {
  return `sealdrop ${place} ${name}`
}

function ignoreAbsent(error: unknown): void {
  if (!(error instanceof DOMException && error.name === 'NotFoundError')) throw error
}

type Place = typeof PARTS | typeof FILES

const PARTS = 'parts'
const FILES = 'files'

/** How long a browser may take to say whether it has a disk for this page, in milliseconds. */
const PATIENCE_MS = 4_000

/** How long a browser may take for a quick request, and for writing or reading, in milliseconds. */
const QUICK_MS = 10_000
const WRITE_MS = 120_000

/** How long a page that is being left may take to let go, in milliseconds. */
const LOCK_MS = 1_500
