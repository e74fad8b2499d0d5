import { keepMemory } from '#client/memory.ts'
import { memoryStaging, type Staging } from '#client/staging.ts'
import type { Bytes } from '#protocol/bytes.ts'
import type { DropId } from '#protocol/id.ts'
import type { Device } from './device.ts'
import type { Outlet, Pickers } from './pickers.ts'

/** The room on this device that a page may fill: with sealed parts as they come in, and with files on their way out. */
export interface Disk extends Pickers {
  /** `false` where a browser has no disk for pages: then everything lies in memory, and ends with the page. */
  readonly isLasting: boolean
  /** Whether files that are put there can be read again: some browsers only have the names for it. */
  works(): Promise<boolean>
  /** Bytes that it still takes, as far as the browser says. */
  freeBytes(): Promise<number>
  /** Where the parts of a drop are kept. @returns `undefined` while another tab works on the same drop */
  stage(dropId: DropId): Promise<Stage | undefined>
  /** A file that is put together here, and handed to the downloads of the browser when it is whole. */
  download(name: string): Promise<Outlet>
  /** Removes the parts of drops that are not `kept`, and files that an earlier visit left behind. Other tabs keep theirs. */
  sweep(kept: ReadonlySet<string>): Promise<void>
}

/** The parts of one drop. */
export interface Stage extends Staging {
  /** How many are kept whole. */
  count(): Promise<number>
  /** Nobody needs them once the page is left. */
  letGo(): void
}

export function memoryDisk({ save }: Pick<Device, 'save'>): Disk {
  const stages = new Map<DropId, Stage>()
  return {
    isLasting: false,
    works: async () => true,
    freeBytes: async () => MEMORY_BYTES,
    async stage(dropId) {
      const stage = stages.get(dropId) ?? memoryStage()
      stages.set(dropId, stage)
      return stage
    },
    async download(name) {
      let pieces: Bytes[] = []
      return {
        write: async (bytes) => void pieces.push(keepMemory(bytes)),
        close: async () => save(name, new Blob(pieces)),
        abort: async () => void (pieces = []),
      }
    },
    sweep: async () => {},
  }
}

function memoryStage(): Stage {
  const staging = memoryStaging()
  let count = 0
  return {
    ...staging,
    async keep(n, part) {
      await staging.keep(n, part)
      count++
    },
    async clear() {
      await staging.clear()
      count = 0
    },
    count: async () => count,
    letGo: () => {},
  }
}

/** The largest drop that is opened in memory, in bytes of ciphertext: a page lives with a few times as much. */
export const MEMORY_BYTES = 256_000_000
