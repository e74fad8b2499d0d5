import { FileFault, type ByteSource } from '#client/source.ts'
import type { DropFile } from '#client/archive.ts'
import type { ChosenFile } from './draft.ts'

/** A file that was chosen, read as it is needed. The browser never holds more of it than was asked for. */
export function fileSource({ file, modifiedAtMs, name, size }: ChosenFile): ByteSource {
  return {
    size,
    async read(start, end) {
      if (file.size !== size || file.lastModified !== modifiedAtMs) throw new FileFault('file_changed', name)
      try {
        return new Uint8Array(await file.slice(start, end).arrayBuffer())
      } catch (cause) {
        // The browser gives one answer for a file that was changed, one that was moved, and a drive that was taken out.
        throw new FileFault('file_unreadable', name, { cause })
      }
    },
  }
}

/** A file as the archive takes it. */
export function dropFile(chosen: ChosenFile): DropFile {
  const { modifiedAtMs, name, type } = chosen
  return { name, type, modifiedAtMs, source: fileSource(chosen) }
}
