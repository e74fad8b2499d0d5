/** A tar archive is made of blocks of this many bytes. POSIX.1-2017 pax, ustar. */
export const BLOCK_BYTES = 512

/**
 * The size class of an archive, in bytes: what everybody sees of its length. Powers of two from 16 KiB to 1 MiB, above
 * that Padmé (Nikitin et al., PETS 2019, §4) rounded up to a block. docs/protocol.md §3.3.
 */
export function sizeClass(bytes: number): number {
  if (bytes <= LARGEST_POWER) {
    let size = SMALLEST
    while (size < bytes) size *= 2
    return size
  }
  return Math.ceil(padme(bytes) / BLOCK_BYTES) * BLOCK_BYTES
}

/** At most log2(log2 n) bits of the length remain visible. Arithmetic, not bit operations: lengths pass 2^32. */
function padme(bytes: number): number {
  const exponent = Math.floor(Math.log2(bytes))
  const visible = Math.floor(Math.log2(exponent)) + 1
  const step = 2 ** (exponent - visible)
  return Math.ceil(bytes / step) * step
}

const SMALLEST = 16_384
const LARGEST_POWER = 1_048_576
