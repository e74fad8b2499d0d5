import { setTimeout as sleep } from 'node:timers/promises'

/** The inspector of one isolate: the Chrome DevTools Protocol, as workerd speaks it. */
export interface Inspector {
  /** @throws Error with the runtime's answer */
  ask(method: string): Promise<Readonly<Record<string, unknown>>>
  close(): void
}

/** @param url - where the isolate listens, `ws://…`. */
export async function inspect(url: string): Promise<Inspector> {
  const socket = new WebSocket(url)
  const waiting = new Map<number, PromiseWithResolvers<Readonly<Record<string, unknown>>>>()
  let count = 0
  socket.addEventListener('message', ({ data }) => {
    const said = JSON.parse(String(data)) as Said
    const asked = said.id === undefined ? undefined : waiting.get(said.id)
    if (said.error === undefined) asked?.resolve(said.result ?? {})
    else asked?.reject(new Error(said.error.message))
  })
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve, { once: true })
    socket.addEventListener('error', () => reject(new Error(`Nobody answers at ${url}.`)), { once: true })
  })
  return {
    ask: (method) => {
      const answered = Promise.withResolvers<Readonly<Record<string, unknown>>>()
      waiting.set(++count, answered)
      socket.send(JSON.stringify({ id: count, method }))
      return answered.promise
    },
    close: () => socket.close(),
  }
}

/** Samples the memory of an isolate, and keeps the peak, until it is stopped. */
export function watchMemory(inspector: Inspector): { stop: () => Promise<Memory> } {
  const over = new AbortController()
  const watching = (async () => {
    const peak = { heap: 0, buffers: 0, together: 0, samples: 0 }
    for (; !over.signal.aborted; peak.samples++) {
      const { usedSize, backingStorageSize } = await inspector.ask('Runtime.getHeapUsage')
      peak.heap = Math.max(peak.heap, Number(usedSize))
      peak.buffers = Math.max(peak.buffers, Number(backingStorageSize))
      peak.together = Math.max(peak.together, Number(usedSize) + Number(backingStorageSize))
      await sleep(SAMPLE_MS)
    }
    return peak
  })()
  return { stop: () => (over.abort(), watching) }
}

/** Peak values in bytes: objects, buffers outside of the heap, and both together. */
export interface Memory {
  readonly heap: number
  readonly buffers: number
  readonly together: number
  readonly samples: number
}

/** Milliseconds in which a profile saw the isolate at work. */
export function busyMs({ profile }: Readonly<Record<string, unknown>>): number {
  const { nodes, samples, timeDeltas } = profile as Profile
  const idle = new Set(nodes.filter(({ callFrame }) => callFrame.functionName === '(idle)').map(({ id }) => id))
  const busy = samples.reduce((sum, node, index) => sum + (idle.has(node) ? 0 : (timeDeltas[index] ?? 0)), 0)
  return busy / 1_000
}

interface Said {
  readonly id?: number
  readonly result?: Readonly<Record<string, unknown>>
  readonly error?: { readonly message: string }
}

/** Times are in microseconds. https://chromedevtools.github.io/devtools-protocol/v8/Profiler/#type-Profile */
interface Profile {
  readonly nodes: readonly { readonly id: number; readonly callFrame: { readonly functionName: string } }[]
  readonly samples: readonly number[]
  readonly timeDeltas: readonly number[]
}

const SAMPLE_MS = 5
