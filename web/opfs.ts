import { giveBack } from '#client/memory.ts'
import type { Device } from './device.ts'
import type { Disk, Stage } from './disk.ts'
import { outlet, type Pickers } from './pickers.ts'

/**
 * A disk in the origin private file system. Parts lie there as they came, sealed; whole files only on their way to the
 * downloads of the browser. docs/decisions/0008-received-parts-are-staged-sealed.md.
 */
export function originDisk(root: FileSystemDirectoryHandle, { save }: Pick<Device, 'save'>): Omit<Disk, keyof Pickers> {
  const stages = new Map<string, Stage>()
  /** Of this page alone, so that another tab knows what is still in use. */
  const own = crypto.randomUUID()
  let files = 0

  return {
    isLasting: true,

    async freeBytes() {
      const { quota, usage = 0 } = await navigator.storage.estimate()
      return quota === undefined ? Infinity : Math.max(0, quota - usage)
    },

    async stage(dropId) {
      // In the ear of this page it is its own: a lock is held by a page, not by who asks for it.
      const stage = stages.get(dropId) ?? ((await hold(PARTS, dropId)) ? openStage(root, dropId) : undefined)
      if (stage !== undefined) stages.set(dropId, stage)
      return stage
    },

    async download(name) {
      if (files++ === 0) await hold(FILES, own)
      const folder = await folderOf(root, FILES, own)
      // Numbered: nothing carries the name before it is whole and out of here.
      const file = await folder.getFileHandle(String(files), { create: true })
      const out = await outlet(file, () => folder.removeEntry(file.name))
      return {
        ...out,
        async close() {
          await out.close()
          save(name, await file.getFile())
        },
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
        for (const name of names) if (!isKept(name)) await removeUnheld(folder, place, name)
      }
    },
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
    return part && new Uint8Array(await part.arrayBuffer())
  }
  const clear = async (): Promise<void> => {
    // One that comes to its end afterwards would make everything again.
    await Promise.allSettled(keeping)
    const folder = await root.getDirectoryHandle(PARTS).catch(() => undefined)
    await folder?.removeEntry(name, { recursive: true }).catch(ignoreAbsent)
  }
  return {
    size: async (n) => (await wholePart(n))?.size,
    read,
    async keep(n, part) {
      const kept = keepPart(root, name, String(n), part)
      keeping.add(kept)
      await kept.finally(() => keeping.delete(kept))
      giveBack(part)
    },
    clear,
    async count() {
      const folder = await folderOf(root, PARTS, name)
      let count = 0
      for await (const [n, entry] of folder.entries()) {
        // Beside the parts lies what is being written, under a name of the browser's own.
        const isPart = /^\d+$/.test(n) && entry instanceof FileSystemFileHandle
        if (isPart && (await entry.getFile()).size > 0) count++
      }
      return count
    },
    letGo() {
      // As far as a page can still do it then. The next visit does the rest.
      addEventListener('pagehide', () => void clear(), { once: true })
    },
  }
}

async function keepPart(
  root: FileSystemDirectoryHandle,
  name: string,
  n: string,
  part: Parameters<Stage['keep']>[1],
): Promise<void> {
  const folder = await folderOf(root, PARTS, name)
  const file = await outlet(await folder.getFileHandle(n, { create: true }), () => folder.removeEntry(n))
  try {
    await file.write(part)
    await file.close()
  } catch (error) {
    await file.abort()
    throw error
  }
}

async function fileOf(root: FileSystemDirectoryHandle, name: string, n: string): Promise<File | undefined> {
  try {
    const parts = await root.getDirectoryHandle(PARTS)
    return await (await (await parts.getDirectoryHandle(name)).getFileHandle(n)).getFile()
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

/** Takes a name for as long as the page lives. @returns whether no other tab has it */
function hold(place: Place, name: string): Promise<boolean> {
  return new Promise((resolve) => {
    navigator.locks
      .request(lockOf(place, name), { signal: AbortSignal.timeout(LOCK_MS) }, () => {
        resolve(true)
        return new Promise(() => {})
      })
      .catch(() => resolve(false))
  })
}

async function removeUnheld(folder: FileSystemDirectoryHandle, place: Place, name: string): Promise<void> {
  await navigator.locks.request(lockOf(place, name), { ifAvailable: true }, async (lock) => {
    if (lock !== null) await folder.removeEntry(name, { recursive: true }).catch(ignoreAbsent)
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

/** How long a page that is being left may take to let go, in milliseconds. */
const LOCK_MS = 1_500
