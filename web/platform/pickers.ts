import type { Bytes } from '#protocol/bytes.ts'

/**
 * The dialogs in which a person says where a file is to be (File System Access API). A browser opens them only from within a
 * press, so they are called before anything is waited for. Absent where a browser has none.
 */
export interface Pickers {
  /**
   * @param name - one part. @returns `undefined` if the person thought better of it @throws DOMException where the browser opens
   * no dialog
   */
  readonly pickFile?: (name: string) => Promise<Outlet | undefined>
  readonly pickFolder?: () => Promise<Folder | undefined>
}

/** A folder of our own in the one that was picked: nothing in that one can be overwritten. */
export interface Folder {
  /**
   * A file in it, with the folders on its way.
   * @param path - a clean name, its parts joined by `/`
   * @throws TypeError for a name that this browser lets no page write, DOMException for one that the disk does not take
   */
  open(path: string): Promise<Outlet>
}

/** The dialogs that browsers have, and types do not know yet. */
export interface Dialogs {
  showSaveFilePicker?(options: { suggestedName: string }): Promise<FileSystemFileHandle & Removable>
  showDirectoryPicker?(options: { id: string; mode: 'readwrite' }): Promise<FileSystemDirectoryHandle>
}

interface Removable {
  remove?(): Promise<void>
}

/** One file on its way out: whole after `close`, and not there before. */
export interface Outlet {
  /** Is done with the bytes when it resolves: their memory is given back then. */
  write(bytes: Bytes): Promise<void>
  close(): Promise<void>
  /** Leaves nothing behind. */
  abort(): Promise<void>
}

export function pickersOf(dialogs: Dialogs): Pickers {
  return {
    ...(dialogs.showSaveFilePicker !== undefined && {
      pickFile: (name: string) =>
        unlessAborted(async () => {
          const file = await dialogs.showSaveFilePicker?.({ suggestedName: name })
          // The dialog has made an empty file, or emptied one: half of another is not left there.
          return file && outlet(file, async () => file.remove?.())
        }),
    }),
    ...(dialogs.showDirectoryPicker !== undefined && {
      pickFolder: () =>
        unlessAborted(async () => {
          const picked = await dialogs.showDirectoryPicker?.({ id: 'sealdrop', mode: 'readwrite' })
          return picked && { open: await folderIn(picked) }
        }),
    }),
  }
}

async function unlessAborted<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask()
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') return undefined
    throw error
  }
}

/** The folder is made with its first file: a person who stops before has nothing to clear away. */
async function folderIn(picked: FileSystemDirectoryHandle): Promise<Folder['open']> {
  const name = await freeName(picked)
  return async (path) => {
    const parts = path.split('/')
    let at = await picked.getDirectoryHandle(name, { create: true })
    for (const part of parts.slice(0, -1)) at = await at.getDirectoryHandle(part, { create: true })
    const last = parts.at(-1) ?? ''
    return outlet(await at.getFileHandle(last, { create: true }), () => at.removeEntry(last))
  }
}

async function freeName(folder: FileSystemDirectoryHandle): Promise<string> {
  const taken = new Set<string>()
  for await (const name of folder.keys()) taken.add(name.toLowerCase())
  for (let count = 1; ; count++) {
    const name = count === 1 ? 'sealdrop' : `sealdrop (${count})`
    if (!taken.has(name)) return name
  }
}

/** Writes beside the file and puts it in its place when it is whole. WHATWG File System §2.5. */
export async function outlet(file: FileSystemFileHandle, remove: () => Promise<void>): Promise<Outlet> {
  const writable = await file.createWritable()
  return {
    write: (bytes) => writable.write(bytes),
    close: () => writable.close(),
    async abort() {
      await writable.abort().catch(() => {})
      await remove().catch(() => {})
    },
  }
}
