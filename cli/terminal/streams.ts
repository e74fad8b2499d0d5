import { constants, createReadStream, fstatSync, fsyncSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { isatty } from 'node:tty'
import { describeSystemError, Failure } from '../failure.ts'

/**
 * Everything on standard input.
 * @param most - bytes; reading stops with `undefined` when there are more.
 * @throws Failure if it cannot be read
 */
export async function readInput(most: number): Promise<Buffer<ArrayBuffer> | undefined> {
  // Node takes a folder for an empty file.
  if (isFolder(INPUT)) throw new Failure('cannot read standard input: it is a folder')
  const chunks: Buffer[] = []
  let length = 0
  try {
    for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
      length += chunk.length
      if (length > most) return undefined
      chunks.push(chunk)
    }
  } catch (cause) {
    throw new Failure(`cannot read standard input: ${describeSystemError(cause)}`, { cause })
  }
  return Buffer.concat(chunks)
}

/**
 * A file that somebody named, whole.
 * @param path - `-` for standard input. @param most - bytes; reading stops with `undefined` when there are more.
 * @param hint - the remedy if it cannot be read.
 * @throws Failure if it cannot be read
 */
export async function readNamed(path: string, most: number, hint?: string): Promise<Buffer<ArrayBuffer> | undefined> {
  if (path === '-') return readInput(most)
  const chunks: Buffer[] = []
  try {
    // By a stream, so that a pipe will do as well: --passphrase-file <(pass show drop)
    for await (const chunk of createReadStream(path, { end: most }) as AsyncIterable<Buffer>) chunks.push(chunk)
  } catch (cause) {
    throw new Failure(`cannot read ${path}: ${describeSystemError(cause)}`, { hint, cause })
  }
  const bytes = Buffer.concat(chunks)
  return bytes.length > most ? undefined : bytes
}

/** Whether a descriptor is of a folder: Node takes one for an empty file. */
function isFolder(file: number): boolean {
  try {
    return fstatSync(file).isDirectory()
  } catch {
    return false
  }
}

/**
 * Whether Node has put the null device in the place of a closed standard output: for reading and writing, as nobody redirects
 * to it. Only Linux tells.
 */
export function isDiscarded(file: number): boolean {
  try {
    const { rdev } = fstatSync(file)
    const [, flags = '0'] = /^flags:\s*(\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${file}`, 'utf8')) ?? []
    return rdev === statSync('/dev/null').rdev && (Number.parseInt(flags, 8) & constants.O_RDWR) !== 0
  } catch {
    return false
  }
}

/**
 * Writes all of a text to a standard stream, and returns when the reader has been handed it.
 * @throws as the system, where not all of it was taken
 */
export async function writeWhole(stream: typeof process.stdout, text: string): Promise<void> {
  // When a disk fills meanwhile the system takes a part, and only the next write fails: the stream of a file makes no other.
  if (!isAwaited(stream.fd)) return writeFileSync(stream.fd, Buffer.from(text))
  await new Promise<void>((resolve, reject) => {
    stream.write(text, (error) => (error == null ? resolve() : reject(error)))
  })
}

/** Whether somebody reads what a descriptor is written, and takes time to: a terminal, a pipe, a socket. */
function isAwaited(file: number): boolean {
  if (isatty(file)) return true
  const stats = fstatSync(file)
  return stats.isFIFO() || stats.isSocket()
}

/** Output to a file must be on the disk before the drop is burned. */
export function syncFile(file: number): void {
  try {
    fsyncSync(file)
  } catch (error) {
    // Pipes and terminals cannot be synchronized.
    if (!['EINVAL', 'ENOTSUP', 'EPERM', 'EROFS', 'EBADF'].includes((error as NodeJS.ErrnoException).code ?? ''))
      throw error
  }
}

/** The descriptor of standard input. */
const INPUT = 0
