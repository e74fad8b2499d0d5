import { expect, test } from 'vitest'
import { aeadFor, chunkCipher, type ChunkCipher } from '#client/crypto/chunks.ts'
import { CHUNK_BYTES, TAG_BYTES } from '#client/crypto/sizes.ts'
import type { Bytes } from '#protocol/bytes.ts'
import { startPool } from '../../web/platform/worker-pool.ts'
import { makeParallelCipher } from '../../web/platform/parallel-cipher.ts'
import type { WorkerHost } from '../../web/platform/worker-host.ts'

const KEY = new Uint8Array(32).fill(9)
const RUN_CHUNKS = 127
const NOBODY: WorkerHost = { open: () => Promise.reject(new Error('no workshop')), close: () => {} }

/**
 * Real workers on the real script.
 * @param lose - which of them end with the first slice that they get. @param isHeard - whether that is heard, as from a frame
 */
function shed({ lose = [], isHeard = true }: { lose?: readonly number[]; isHeard?: boolean } = {}): WorkerHost & {
  readonly living: () => number
} {
  const workers: Worker[] = []
  let ended = 0
  return {
    living: () => workers.length - ended,
    open: async () => {
      const worker = new Worker(new URL('../../web/platform/chunk-worker.ts', import.meta.url), { type: 'module' })
      const isLost = lose.includes(workers.push(worker) - 1)
      const { port1, port2 } = new MessageChannel()
      worker.postMessage('chunks', [port2])
      if (!isLost) return port1
      port1.postMessage = () => {
        worker.terminate()
        ended++
        if (isHeard) port1.dispatchEvent(new MessageEvent('message', { data: { absent: true } }))
      }
      return port1
    },
    close: () => {
      for (const worker of workers) worker.terminate()
      ended = workers.length
    },
  }
}

const spreadOver = (workshop: WorkerHost, workers: number, idleMs?: number): Promise<ChunkCipher> =>
  makeParallelCipher(() => startPool(workshop, workers, 2_000), idleMs)(KEY)

/** The same without workers: by the platform where it can, as most browsers can. */
const inPlace = async (): Promise<ChunkCipher> => chunkCipher(await aeadFor(KEY))

function noise(length: number): Bytes {
  const bytes = new Uint8Array(length)
  for (let at = 0; at < length; at += 65_536) crypto.getRandomValues(bytes.subarray(at, at + 65_536))
  return bytes
}

/** Seals a payload run by run, as a sender does. */
async function sealAll(cipher: ChunkCipher, plaintext: Bytes): Promise<Bytes[]> {
  const size = RUN_CHUNKS * CHUNK_BYTES
  const runs: Bytes[] = []
  for (let at = 0; at < plaintext.length; at += size)
    runs.push(await cipher.sealRun(plaintext.subarray(at, at + size), at / CHUNK_BYTES, at + size >= plaintext.length))
  return runs
}

/** How many turns a timer gets meanwhile that is always due. No time is taken: others use the machine as well. */
async function turnsDuring(work: () => Promise<void>): Promise<number> {
  let turns = 0
  const timer = setInterval(() => turns++)
  await work()
  clearInterval(timer)
  return turns
}

/** Seals with it and as the platform does. `turns`: how many others had meanwhile, for each run. */
async function compare(cipher: ChunkCipher, plaintext: Bytes): Promise<{ isSame: boolean; turns: number }> {
  let runs: Bytes[] = []
  const turns = await turnsDuring(async () => void (runs = await sealAll(cipher, plaintext)))
  return { isSame: isSame(runs, await sealAll(await inPlace(), plaintext)), turns: turns / runs.length }
}

test('32 MiB are sealed by workers as they are without them, and the page answers all the time', async () => {
  const plaintext = noise(32 * 1_048_576)
  const workshop = shed()
  const cipher = await spreadOver(workshop, 1)
  const { isSame: isEqual, turns } = await compare(cipher, plaintext)
  expect(isEqual).toBe(true)
  // A cipher that did a run at once would leave none.
  expect(turns).toBeGreaterThan(3)
  workshop.close()
})

test('where no worker can be had this thread seals the same, and lets the page answer', async () => {
  const plaintext = noise(8 * 1_048_576)
  const cipher = await spreadOver(NOBODY, 3)
  const { isSame: isEqual, turns } = await compare(cipher, plaintext)
  expect(isEqual).toBe(true)
  expect(turns).toBeGreaterThan(1)
})

test.for([
  ['one of two workers is lost', 2, { lose: [0] }],
  ['the only worker is lost', 1, { lose: [0] }],
  ['every worker is lost', 3, { lose: [0, 1, 2] }],
  ['a worker is lost and nobody hears of it', 1, { lose: [0], isHeard: false }],
] as const)('when %s with a slice in hand, the run is whole all the same', async ([, workers, losses]) => {
  const plaintext = noise(40 * CHUNK_BYTES + 5)
  const workshop = shed(losses)
  const sealed = await (await spreadOver(workshop, workers)).sealRun(plaintext, 3, true)
  expect(isSame([sealed], [await (await inPlace()).sealRun(plaintext, 3, true)])).toBe(true)
  workshop.close()
})

test.for([0, 1, CHUNK_BYTES, 16 * CHUNK_BYTES, 16 * CHUNK_BYTES + 1, 33 * CHUNK_BYTES])(
  'a payload of %i bytes that workers seal opens anywhere, and theirs opens what others seal',
  async (length) => {
    const plaintext = noise(length)
    const workshop = shed()
    const spread = await spreadOver(workshop, 2)
    const other = await inPlace()
    const sealed = await spread.sealRun(plaintext, 0, true)
    expect(isSame([await other.openRun(sealed, 0, true)], [plaintext])).toBe(true)
    expect(isSame([await spread.openRun(sealed, 0, true)], [plaintext])).toBe(true)
    workshop.close()
  },
)

test.for([1, 0])('a changed byte anywhere is refused, with %i workers', async (workers) => {
  const workshop = workers === 0 ? NOBODY : shed()
  const spread = await spreadOver(workshop, 1)
  const sealed = await spread.sealRun(noise(20 * CHUNK_BYTES), 0, true)
  for (const at of [0, 17 * (CHUNK_BYTES + TAG_BYTES), sealed.length - 1]) {
    const changed = sealed.slice()
    changed[at] = (changed[at] ?? 0) ^ 1
    await expect(spread.openRun(changed, 0, true)).rejects.toThrow(/invalid tag/)
  }
  await expect(spread.openRun(sealed, 1, true)).rejects.toThrow(/invalid tag/)
  await expect(spread.openRun(sealed, 0, false)).rejects.toThrow(/invalid tag/)
  workshop.close()
})

test('workers end when nothing is left to do, and others come for what comes later', async () => {
  const hired: ReturnType<typeof shed>[] = []
  const cipher = await makeParallelCipher(() => {
    const workshop = shed()
    hired.push(workshop)
    return startPool(workshop, 2, 2_000)
  }, 50)(KEY)
  const plaintext = noise(CHUNK_BYTES)
  await cipher.sealRun(plaintext, 0, false)
  await cipher.sealRun(plaintext, 1, false)
  expect(hired.map(({ living }) => living())).toEqual([2])
  await expect.poll(() => hired.map(({ living }) => living())).toEqual([0])
  await cipher.sealRun(plaintext, 2, true)
  expect(hired).toHaveLength(2)
  await expect.poll(() => hired.map(({ living }) => living())).toEqual([0, 0])
})

test('what is sealed stays with whoever asked: its buffer is not taken away', async () => {
  const plaintext = noise(2 * CHUNK_BYTES)
  const workshop = shed()
  await (await spreadOver(workshop, 1)).sealRun(plaintext, 0, true)
  expect(plaintext).toHaveLength(2 * CHUNK_BYTES)
  workshop.close()
})

function isSame(runs: readonly Bytes[], others: readonly Bytes[]): boolean {
  return runs.length === others.length && runs.every((run, index) => isSameBytes(run, others[index]))
}

function isSameBytes(a: Bytes, b: Bytes | undefined): boolean {
  if (a.length !== b?.length) return false
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false
  return true
}
