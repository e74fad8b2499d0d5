import { nobleAead } from '#client/crypto/aead.ts'
import { chunkCipher, type ChunkCipher, type CipherFor } from '#client/crypto/chunks.ts'
import { CHUNK_BYTES, TAG_BYTES } from '#client/crypto/sizes.ts'
import { joinBytes, type Bytes } from '#protocol/bytes.ts'
import { startPool, type WorkerPool, type Slice } from './worker-pool.ts'
import { openWorkerHost, WORKER_PATIENCE_MS } from './worker-host.ts'

/** Noble's cipher in workers: runs of chunks are cut into slices that the workers share. */
export const parallelCipher: CipherFor = (payloadKey) =>
  (onPage ??= makeParallelCipher(() => startPool(openWorkerHost(), poolSize(), WORKER_PATIENCE_MS)))(payloadKey)

/** One for the page: whatever is sealed or opened at a time shares its workers. */
let onPage: CipherFor | undefined

/**
 * Shares runs out among a pool of workers, which is there from the first slice until none has come for `idleMs`. Slices that the
 * pool leaves undone are done on this thread, in slices so short that the page can answer between them.
 */
export function makeParallelCipher(hire: () => WorkerPool, idleMs: number = IDLE_MS): CipherFor {
  let crew: WorkerPool | undefined
  let running = 0
  let idle: ReturnType<typeof setTimeout> | undefined
  const byPool = async (slice: Slice): Promise<Bytes | undefined> => {
    clearTimeout(idle)
    crew ??= hire()
    running++
    const done = await crew.run(slice)
    running--
    if (running === 0) {
      idle = setTimeout(() => {
        crew?.close()
        crew = undefined
      }, idleMs)
    }
    return done
  }
  return async (payloadKey) => {
    const here = chunkCipher(nobleAead(payloadKey))
    const run =
      (act: Slice['act']): ChunkCipher[Slice['act']] =>
      async (bytes, first, isEnd) => {
        const slices = cut({ act, payloadKey, run: bytes, first, isEnd }, POOL_CHUNKS)
        const done = await Promise.all(slices.map(async (slice) => (await byPool(slice)) ?? inTurns(slice, here)))
        return joinBytes(done)
      }
    return { sealRun: run('sealRun'), openRun: run('openRun') }
  }
}

/** On this thread, letting others have their turn. @throws whatever the cipher throws */
async function inTurns(slice: Slice, cipher: ChunkCipher): Promise<Bytes> {
  const done: Bytes[] = []
  for (const { act, run, first, isEnd } of cut(slice, TURN_CHUNKS)) {
    await nextTurn()
    done.push(await cipher[act](run, first, isEnd))
  }
  return joinBytes(done)
}

function cut(whole: Slice, chunks: number): Slice[] {
  const { act, run, first, isEnd } = whole
  const size = chunks * (act === 'sealRun' ? CHUNK_BYTES : CHUNK_BYTES + TAG_BYTES)
  const count = Math.max(1, Math.ceil(run.length / size))
  return Array.from({ length: count }, (_, index) => ({
    ...whole,
    run: run.subarray(index * size, (index + 1) * size),
    first: first + index * chunks,
    isEnd: isEnd && index === count - 1,
  }))
}

/** After the work that has waited for this thread. A timer would do as well, but waits 4 ms where timers are nested. HTML, Timers. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = () => {
      port1.close()
      resolve()
    }
    port2.postMessage(0)
  })
}

/** One is left to the page. More than four wait for memory, not for cores. */
function poolSize(): number {
  return Math.min(4, Math.max(1, navigator.hardwareConcurrency - 1))
}

/** Chunks that a worker takes at once: 1 MiB, a few milliseconds. */
const POOL_CHUNKS = 16
/** Chunks that this thread takes at once: a millisecond or two, and ten where the device is slow. */
const TURN_CHUNKS = 2
/** How long the workers stay when nothing is left to do, in milliseconds. */
const IDLE_MS = 3_000
