import { randomBytes } from 'node:crypto'
import { closeSync, openSync, rmSync, statfsSync, statSync, truncateSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { REQUESTS, type RequestName } from '#protocol/api.ts'

/** Size and free space of a file system, in bytes. */
export interface FileSystemSize {
  readonly size: number
  readonly free: number
}

/**
 * Keeps space on the disk for requests that end a drop: reading, revoking and deleting write a little before they free anything.
 * Requests that would store more are refused in time; and if other programs fill the disk, a reserve file is given up.
 */
export class DiskSpace {
  readonly #data: string
  readonly #keepFree: number | undefined
  readonly #look: () => FileSystemSize
  readonly #say: (sentence: string) => void
  #isShort = false
  #isFull = false
  /** Bytes of bodies that are not on the disk yet. */
  #underway = 0

  /**
   * @param keepFree - bytes to keep free; by default an eighth of a small disk, and 64 MiB of a larger one
   * @param say - tells the operator when new drops are refused, and when they are accepted again
   */
  constructor(
    data: string,
    {
      keepFree,
      look = () => lookAt(data),
      say,
    }: { keepFree: number | undefined; look?: () => FileSystemSize; say: (sentence: string) => void },
  ) {
    this.#data = data
    this.#keepFree = keepFree
    this.#look = look
    this.#say = say
  }

  /**
   * Writes the reserve if there is space for it, and releases a piece of it if there is none: piece by piece, so that a program that
   * goes on filling the disk does not get all of it.
   */
  settle(): void {
    const { free, size } = this.#look()
    const file = join(this.#data, RESERVE)
    const wanted = reserveOf(size)
    const held = statSync(file, { throwIfNoEntry: false })?.size ?? 0
    const piece = Math.floor(wanted / PIECES)
    if (held > 0 && free < piece) giveBack(file, held - piece)
    else if (held < wanted && free > this.#margin(size) + 2 * wanted) lay(file, wanted)
  }

  /** Whether so little is free that even requests that free space may fail. The operator is told. */
  isFull(): boolean {
    const { free, size } = this.#look()
    const isFull = free < Math.floor(reserveOf(size) / PIECES)
    if (isFull && !this.#isFull)
      this.#say('The disk is full: reading, revoking and deleting may fail too. Make room on it by hand.')
    this.#isFull = isFull
    return isFull
  }

  /**
   * Reserves space for a request.
   * @param path - of its target
   * @param size - bytes of its body
   * @returns the function to call when the request is done; `undefined` if there is no space
   */
  take(path: string, size: number): (() => void) | undefined {
    this.settle()
    if (!STORING.has(path)) return () => undefined
    const disk = this.#look()
    const isShort = disk.free - this.#underway - size < this.#margin(disk.size)
    if (isShort) this.#tell(true, disk.free)
    // A small body may fit after a large one did not: the operator is not told each time.
    else if (disk.free - this.#underway > 2 * this.#margin(disk.size)) this.#tell(false, disk.free)
    if (isShort) return undefined
    this.#underway += size
    return () => {
      this.#underway -= size
    }
  }

  #tell(isShort: boolean, free: number): void {
    if (isShort === this.#isShort) return
    this.#isShort = isShort
    this.#say(
      isShort
        ? `The disk is nearly full: ${mib(free)} free. New messages are refused; reading, revoking and deleting go on.`
        : 'There is room on the disk again: new messages are taken.',
    )
  }

  #margin(size: number): number {
    return this.#keepFree ?? Math.min(MOST_MARGIN_BYTES, Math.floor(size / SHARE_OF_MARGIN))
  }
}

/** Its name in a data folder. docs/storage.md §4. */
export const RESERVE = 'reserve'

function lookAt(data: string): FileSystemSize {
  const { bavail, blocks, bsize } = statfsSync(data)
  return { size: blocks * bsize, free: bavail * bsize }
}

function reserveOf(size: number): number {
  return Math.min(MOST_RESERVE_BYTES, Math.floor(size / SHARE_OF_RESERVE))
}

function giveBack(file: string, left: number): void {
  if (left > 0) truncateSync(file, left)
  else rmSync(file, { force: true })
}

/** Writes bytes that no file system can compress. */
function lay(file: string, size: number): void {
  const handle = openSync(file, 'w', 0o600)
  try {
    const chunk = randomBytes(CHUNK_BYTES)
    for (let at = 0; at < size; at += chunk.length) writeSync(handle, chunk, 0, Math.min(chunk.length, size - at))
  } catch {
    rmSync(file, { force: true })
  } finally {
    closeSync(handle)
  }
}

function mib(bytes: number): string {
  return `${(bytes / 1_048_576).toFixed(1)} MiB`
}

/** The requests that store more than they free. */
const STORING: ReadonlySet<string> = new Set(
  (['create', 'begin', 'upload', 'publish', 'keys'] satisfies RequestName[]).map((name) => REQUESTS[name].path),
)

const MOST_MARGIN_BYTES = 67_108_864
const SHARE_OF_MARGIN = 8
const MOST_RESERVE_BYTES = 8_388_608
const SHARE_OF_RESERVE = 16
/** The number of pieces of the reserve. */
const PIECES = 4
const CHUNK_BYTES = 1_048_576
