import { constants, fstatSync, fsyncSync, readFileSync, statSync } from 'node:fs'

/** Whether a descriptor is of a folder: Node takes one for an empty file. */
export function isFolder(file: number): boolean {
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

/** What goes to a file must be on the disk before the drop is burned. */
export function syncFile(file: number): void {
  try {
    fsyncSync(file)
  } catch (error) {
    // Pipes and terminals cannot be synchronized.
    if (!['EINVAL', 'ENOTSUP', 'EPERM', 'EROFS', 'EBADF'].includes((error as NodeJS.ErrnoException).code ?? ''))
      throw error
  }
}
