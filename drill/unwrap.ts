import { brotliDecompressSync, constants, inflateRawSync, inflateSync, zstdDecompressSync } from 'node:zlib'
import { decodeRuns, type Unwrapped } from './decode.ts'

/**
 * Finds everything that is compressed or encoded in some bytes: compressed streams at any offset, long runs of characters that
 * encode bytes, and the same again in the results, three levels deep.
 * @param starts - bytes with which streams without a magic number may begin
 */
export function unwrapAll(bytes: Uint8Array, starts: readonly Uint8Array[] = [], depth = 3): Unwrapped[] {
  if (depth === 0) return []
  const found = [...unpack(bytes), ...starts.flatMap((start) => unpackUnmarked(start)), ...decodeRuns(bytes)]
  return found.flatMap(({ way, bytes: inner }) => [
    { way, bytes: inner },
    ...unwrapAll(inner, [inner], depth - 1).map((deeper) => ({ ...deeper, way: `${deeper.way} in ${way}` })),
  ])
}

function unpack(bytes: Uint8Array): Unwrapped[] {
  const found: Unwrapped[] = []
  for (let at = 0; at + 4 < bytes.length; at++) {
    const way = markAt(bytes, at)
    const inner = way === undefined ? undefined : attempt(UNPACKERS[way], bytes.subarray(at))
    if (way !== undefined && inner !== undefined) found.push({ way, bytes: inner })
  }
  return found
}

/** RFC 1952 §2.3.1, RFC 8878 §3.1.1, RFC 1950 §2.2. */
function markAt(bytes: Uint8Array, at: number): keyof typeof UNPACKERS | undefined {
  const [first, second = 0] = [bytes[at], bytes[at + 1]]
  if (first === 0x1f) return second === 0x8b && bytes[at + 2] === 8 ? 'gzip' : undefined
  if (first === 0x28) return second === 0xb5 && bytes[at + 2] === 0x2f && bytes[at + 3] === 0xfd ? 'zstd' : undefined
  return first === 0x78 && (0x7800 + second) % 31 === 0 ? 'zlib' : undefined
}

/** Brotli and raw deflate can begin with any byte: they are tried where a value begins. */
function unpackUnmarked(bytes: Uint8Array): Unwrapped[] {
  return (['deflate', 'brotli'] as const).flatMap((way) => {
    const inner = attempt(UNPACKERS[way], bytes)
    return inner === undefined ? [] : [{ way, bytes: inner }]
  })
}

function attempt(unpacker: (bytes: Uint8Array) => Uint8Array, bytes: Uint8Array): Uint8Array | undefined {
  try {
    const inner = unpacker(bytes)
    return inner.length < LEAST_BYTES ? undefined : inner
  } catch {
    return undefined
  }
}

/** A stream may have been cut, or something else may follow it. */
const OPTIONS = { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: 33_554_432 }

const UNPACKERS = {
  // Not by the platform's gunzip, which refuses a stream with other bytes after it.
  gzip: (bytes: Uint8Array) => inflateRawSync(bytes.subarray(gzipHeaderLength(bytes)), OPTIONS),
  zlib: (bytes: Uint8Array) => inflateSync(bytes, OPTIONS),
  deflate: (bytes: Uint8Array) => inflateRawSync(bytes, OPTIONS),
  brotli: (bytes: Uint8Array) => brotliDecompressSync(bytes, { maxOutputLength: OPTIONS.maxOutputLength }),
  zstd: (bytes: Uint8Array) => zstdDecompressSync(bytes, { maxOutputLength: OPTIONS.maxOutputLength }),
} as const

/** RFC 1952 §2.3. */
function gzipHeaderLength(bytes: Uint8Array): number {
  const flags = bytes[3] ?? 0
  let at = 10
  if ((flags & 4) !== 0) at += 2 + (bytes[at] ?? 0) + 256 * (bytes[at + 1] ?? 0)
  for (const flag of [8, 16]) if ((flags & flag) !== 0) at = bytes.indexOf(0, at) + 1
  return (flags & 2) === 0 ? at : at + 2
}

const LEAST_BYTES = 8
