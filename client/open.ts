import { sha256, toBase64url, type Bytes } from '#protocol/bytes.ts'
import { DropError } from '#protocol/error.ts'
import { cipherHere, type CipherFor } from './crypto/chunks.ts'
import type { AgeIdentity } from './crypto/envelope.ts'
import type { Letterhead } from './layout.ts'
import { prefetch, spent } from './prefetch.ts'
import { openPayload, type Payload } from './open-payload.ts'
import type { Progress } from './server.ts'
import type { Parts } from './staging.ts'
import { unpackArchive, type Sink } from './unarchive.ts'

export interface OpenDropOptions {
  /** Gets the files while they are verified, in order: nothing of them may be shown before all of it has been. */
  readonly sink?: Sink | undefined
  readonly cipherFor?: CipherFor | undefined
  /** Told how much has been verified. */
  readonly onProgress?: ((progress: Progress) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

/** An opened drop, and what the reader acknowledges with. All of it has been verified. */
export interface Opened {
  /** `''` if there is none. */
  readonly text: string
  readonly files: readonly OpenedFile[]
  /** SHA-256 of the token, base64url. */
  readonly opened: string
  /** Only a drop for a box has one. A stranger's word. */
  readonly letterhead: Letterhead | undefined
  /** A tar archive of the files alone, decrypted again from the parts. @throws as `OpenedFile.read` */
  archive(): AsyncIterable<Bytes>
}

export interface OpenedFile {
  readonly name: string
  /** Media type, or `''` if nobody knows it. A stranger's word. */
  readonly type: string
  /** Milliseconds since 1970. */
  readonly modifiedAtMs: number
  /** Bytes. */
  readonly size: number
  /** Its bytes, decrypted again from the parts. @throws DropError `open_failed`; what the parts throw */
  read(): AsyncIterable<Bytes>
}

/** Opens the drop in the parts, with the promises of `openDrop`. */
export async function openParts(
  parts: Parts,
  identities: readonly AgeIdentity[],
  options: OpenDropOptions,
): Promise<Opened> {
  const { sink, cipherFor = cipherHere, onProgress, signal } = options
  const faults = makeFaults()
  try {
    const payload = await openPayload(faults.watchParts(parts), identities, cipherFor)
    // The archive copies what it keeps of a piece, and waits for the sink.
    const plaintext = spent(prefetch(payload.read(0, payload.size, tellAndStop(payload, onProgress, signal))))
    const contents = await unpackArchive(payload.size, plaintext, faults.watchSink(sink))
    // Bytes behind the end, an empty part as well: a drop is exactly what it says.
    if (!payload.isExact()) throw new RangeError('parts that do not add up')
    const { text, token, letterhead, filesStart, filesEnd } = contents
    return {
      text,
      letterhead,
      opened: toBase64url(await sha256(token)),
      files: contents.files.map(({ start, ...file }) => ({
        ...file,
        read: () => again(payload, faults, start, start + file.size),
      })),
      archive: async function* () {
        yield* again(payload, faults, filesStart, filesEnd)
        yield new Uint8Array(TAR_END_BYTES)
      },
    }
  } catch (cause) {
    throw faults.tell(cause)
  }
}

async function* again(payload: Payload, faults: Faults, start: number, end: number): AsyncGenerator<Bytes> {
  try {
    yield* prefetch(payload.read(start, end))
  } catch (cause) {
    throw faults.tell(cause)
  }
}

function tellAndStop(
  { size: total }: Payload,
  onProgress: OpenDropOptions['onProgress'],
  signal: AbortSignal | undefined,
): (bytes: number) => void {
  return (bytes) => {
    if (signal?.aborted === true) throw new DropError('stopped')
    onProgress?.({ stage: 'checking', bytes, total })
  }
}

/** Tells faults of the network and the disk from what is wrong with the drop: the latter are one failure. */
interface Faults {
  watchParts(parts: Parts): Parts
  watchSink(sink: Sink | undefined): Sink | undefined
  tell(cause: unknown): unknown
}

function makeFaults(): Faults {
  const outside = new WeakSet<object>()
  const watch = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work
    } catch (error) {
      const fault = error instanceof Error ? error : new Error('a part or a file', { cause: error })
      outside.add(fault)
      throw fault
    }
  }
  return {
    watchParts: (parts) => ({ count: parts.count, size: parts.size, part: (n) => watch(parts.part(n)) }),
    watchSink: (sink) =>
      sink === undefined
        ? undefined
        : { file: (entry) => watch(sink.file(entry)), write: (bytes) => watch(sink.write(bytes)) },
    tell: (cause) => {
      const isOutside = cause instanceof Error && outside.has(cause)
      const isStopped = cause instanceof DropError && cause.code === 'stopped'
      return isOutside || isStopped ? cause : new DropError('open_failed', { cause })
    },
  }
}

/** Two blocks of zeros end a tar archive. POSIX.1-2017 pax, ustar. */
const TAR_END_BYTES = 1_024
