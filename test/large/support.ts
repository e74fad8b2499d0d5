import { createCipheriv, createHash } from 'node:crypto'
import {
  closeSync,
  createReadStream,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { configWith } from '../tools/server.ts'

/** Size of the file that is sent and opened, in bytes. `LARGE_MIB` sets another. */
export const LARGE_BYTES: number = Number(process.env['LARGE_MIB'] ?? 64) * 1_048_576

/**
 * The number of MiB by which a program that should hold `mib` may grow: the memory of a small file may wait for the collector
 * as a whole, that of a large one cannot.
 */
export function mostGrowth(mib: number): number {
  return mib + Math.min(LARGE_BYTES / 1_048_576, 64)
}

export type StoreName = 'Workers KV' | 'R2'

/** Settings of a server that accepts the file, and keeps it in this store. @returns the path for `startServer` */
export function configFor(store: StoreName, folder: string): string {
  const largest = String(2 * LARGE_BYTES)
  const file = configWith(folder, { LARGEST_ON_KV: largest, LARGEST_ON_R2: largest })
  if (store === 'Workers KV')
    writeFileSync(file, readFileSync(file, 'utf8').replace(/^\[\[r2_buckets\]\]\n(?:\w+ = .*\n)+/m, ''))
  return file
}

/** Writes a file whose bytes look random and are always the same. @returns its SHA-256, hex */
export function writeLarge(path: string, bytes: number = LARGE_BYTES): string {
  const noise = createCipheriv('aes-128-ctr', Buffer.alloc(16, 7), Buffer.alloc(16))
  const zeros = Buffer.alloc(1_048_576)
  const hash = createHash('sha256')
  const file = openSync(path, 'wx', 0o600)
  for (let left = bytes; left > 0; left -= zeros.length) {
    const piece = noise.update(zeros.subarray(0, Math.min(left, zeros.length)))
    hash.update(piece)
    writeSync(file, piece)
  }
  closeSync(file)
  return hash.digest('hex')
}

/** SHA-256 of a file, hex. Never holds the whole file in memory. */
export async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const piece of createReadStream(path, { highWaterMark: 1_048_576 })) hash.update(piece as Buffer)
  return hash.digest('hex')
}

/** Bytes of all files below a folder; a file that vanishes meanwhile counts as none. */
export function bytesBelow(folder: string): number {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).reduce((sum, name) => {
    try {
      const stats = statSync(join(folder, name))
      return stats.isFile() ? sum + stats.size : sum
    } catch {
      return sum
    }
  }, 0)
}

/** Waits for as long as the test may take. */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await sleep(20)
}

/** The most memory that a process had, in bytes; 0 when it is gone. Linux, proc_pid_status(5). */
export function peakMemory(pid: number): number {
  try {
    return 1_024 * Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0)
  } catch {
    return 0
  }
}
