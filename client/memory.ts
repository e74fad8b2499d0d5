import type { Bytes } from '#protocol/bytes.ts'

/**
 * Memory for parts, used again. Left to the collector, parts that nobody needs any more pile up by the hundred megabytes, and
 * the system has to find and clear fresh memory for each.
 *
 * Memory that is given back is taken from everybody who still looks at it: they see no bytes at all from that moment on, and
 * never those of somebody else (HTML, Transferable objects). So giving it back too early ends what was still to be done with
 * it, loudly, and cannot send, seal or save other bytes.
 */

/** Memory of so many bytes. The caller fills all of it: what it held before is still there. */
export function takeMemory(length: number): Bytes {
  if (length < LEAST_BYTES) return new Uint8Array(length)
  const buffer = takeIdle(length) ?? new ArrayBuffer(length)
  taken.add(buffer)
  return new Uint8Array(buffer)
}

/** Keeps memory for good: giving it back does nothing any more. @returns the same bytes */
export function keepMemory(bytes: Bytes): Bytes {
  taken.delete(bytes.buffer)
  return bytes
}

/** Gives back the memory of these bytes, all of it, if it was taken here; any other stays as it is. */
export function giveBack({ buffer }: Bytes): void {
  if (!taken.delete(buffer)) return
  // The same memory under another name: no view of the old one reaches it. Not by the buffer's own `transfer`: a browser that has
  // looked at the buffer keeps the memory then.
  idle.push(new WeakRef(structuredClone(buffer, { transfer: [buffer] })))
  if (idle.length > MOST_IDLE) idle.shift()
}

/** The latest that was given back: it is the likeliest to be in the caches of the machine. */
function takeIdle(length: number): ArrayBuffer | undefined {
  for (let index = idle.length - 1; index >= 0; index--) {
    const buffer = idle[index]?.deref()
    if (buffer === undefined) idle.splice(index, 1)
    else if (buffer.byteLength === length) {
      idle.splice(index, 1)
      return buffer
    }
  }
  return undefined
}

/** Buffers that were taken and not given back. A buffer is taken once: given back, its memory is another buffer's. */
const taken = new WeakSet<ArrayBuffer>()

/** Buffers that wait to be taken again. Weakly: when nothing is under way the collector may have it. */
const idle: WeakRef<ArrayBuffer>[] = []

/** As many as are given back before one is taken. */
const MOST_IDLE = 4

/** Little is left to the collector. */
const LEAST_BYTES = 1_048_576
