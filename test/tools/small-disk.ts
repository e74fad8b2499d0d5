import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdtempSync, openSync, rmSync, rmdirSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A file system of its own, which can be filled without anybody else running out of room. It is gone with the test. */
export interface SmallDisk extends AsyncDisposable {
  /** Where it is, for what is started within. */
  readonly path: string
  /** The words before a command that sees it. */
  readonly within: readonly string[]
  /** Writes another file until not one byte more fits. */
  fill(): void
  /** Takes that file away. */
  empty(): void
}

/**
 * Mounts one where nobody needs to be root for it: in a namespace (unshare(1), nsenter(1), both of util-linux).
 * @returns `undefined` where the kernel or a container lets nobody do that.
 */
export async function mountSmallDisk(bytes: number): Promise<SmallDisk | undefined> {
  const path = mkdtempSync(join(tmpdir(), 'sealdrop-disk-'))
  const script = 'mount -t tmpfs -o "size=$1,mode=700" tmpfs "$2" && echo mounted && exec sleep infinity'
  const holder = spawn(
    'unshare',
    ['--user', '--map-root-user', '--mount', 'sh', '-c', script, 'sh', `${bytes}`, path],
    {
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  )
  const ended = once(holder, 'close').catch(() => undefined)
  const isMounted = await Promise.race([once(holder.stdout, 'data').then(() => true), ended.then(() => false)])
  if (!isMounted || holder.pid === undefined) {
    rmdirSync(path)
    return undefined
  }
  const filler = join(`/proc/${holder.pid}/root`, path, 'filler')
  return {
    path,
    within: ['nsenter', `--target=${holder.pid}`, '--user', '--mount', '--preserve-credentials'],
    fill: () => writeUntilFull(filler),
    empty: () => rmSync(filler, { force: true }),
    [Symbol.asyncDispose]: async () => {
      holder.kill()
      await ended
      rmdirSync(path)
    },
  }
}

function writeUntilFull(file: string): void {
  const handle = openSync(file, 'a')
  try {
    for (let size = 1_048_576; size > 0;) {
      try {
        writeSync(handle, new Uint8Array(size))
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
        size = Math.floor(size / 2)
      }
    }
  } finally {
    closeSync(handle)
  }
}
