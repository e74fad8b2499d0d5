import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdtempSync, openSync, rmSync, rmdirSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A file system that a test can fill without filling anybody else's. It is gone with the test. */
export interface SmallDisk extends AsyncDisposable {
  /** Its path, for programs that are started within. */
  readonly path: string
  /** The words before a command that is to see it. */
  readonly within: readonly string[]
  /** Fills it with a file, to the last byte. */
  fill(): void
  /** Removes that file. */
  empty(): void
}

/**
 * Mounts one without root, in a namespace (unshare(1), nsenter(1), both of util-linux).
 * @returns `undefined` if the kernel or a container does not allow that
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
