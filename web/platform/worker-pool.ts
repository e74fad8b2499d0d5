import type { Bytes } from '#protocol/bytes.ts'
import type { WorkerHost } from './worker-host.ts'

/** A slice of a run of chunks, and the operation on it. */
export interface Slice {
  readonly act: 'sealRun' | 'openRun'
  /** 32 bytes. */
  readonly payloadKey: Bytes
  readonly run: Bytes
  /** Number of its first chunk. */
  readonly first: number
  /** Whether its last chunk is the payload's last. */
  readonly isEnd: boolean
}

/** The request to a worker; the buffer of `run` is transferred, there and back. */
export type SliceRequest = Slice
/** `ready` comes once and first, so that silence means that there is no worker. `absent`: it was not started, or is lost. */
export type SliceReply =
  | { readonly ready: true }
  | { readonly run: Bytes }
  | { readonly failed: true }
  | { readonly absent: true }

/** Workers that take slices as they become free. */
export interface WorkerPool {
  /** @returns the slice done; `undefined` if no worker is there to do it, or the one that tried has failed. */
  readonly run: (slice: Slice) => Promise<Bytes | undefined>
  /** Ends the workers. Nothing may be running. */
  readonly close: () => void
}

/**
 * Starts workers in a host. A slice whose worker is lost goes to another.
 * @param patienceMs - how long a worker may take to start, or for one slice
 */
export function startPool(workshop: WorkerHost, workers: number, patienceMs: number): WorkerPool {
  interface Job {
    readonly slice: Slice
    readonly done: (run: Bytes | undefined) => void
  }
  const jobs: Job[] = []
  const idle: ((job: Job | undefined) => void)[] = []
  let isClosed = false
  let present = workers

  const offer = (job: Job): void => {
    if (present === 0) return job.done(undefined)
    const taker = idle.shift()
    if (taker === undefined) jobs.push(job)
    else taker(job)
  }
  const next = async (): Promise<Job | undefined> =>
    jobs.shift() ?? (isClosed ? undefined : new Promise((resolve) => idle.push(resolve)))

  const employ = async (): Promise<void> => {
    const port = await workshop.open('chunks')
    let isLost = false
    port.addEventListener('message', ({ data }: MessageEvent<SliceReply>) => (isLost ||= 'absent' in data))
    const started = await nextReply(port, patienceMs)
    if ('absent' in started) return
    for (let job = await next(); job !== undefined; job = await next()) {
      // A copy: the slice is needed again if the worker is lost with it.
      const run = job.slice.run.slice()
      if (!isLost) port.postMessage({ ...job.slice, run } satisfies SliceRequest, [run.buffer])
      const reply: SliceReply = isLost ? { absent: true } : await nextReply(port, patienceMs)
      if ('absent' in reply) {
        jobs.unshift(job)
        return
      }
      job.done('run' in reply ? reply.run : undefined)
    }
  }
  const leave = (): void => {
    present--
    for (const job of jobs.splice(0)) offer(job)
  }
  for (let each = 0; each < workers; each++) void employ().then(leave, leave)

  return {
    run: (slice) => new Promise((done) => offer({ slice, done })),
    close: () => {
      isClosed = true
      for (const taker of idle.splice(0)) taker(undefined)
      workshop.close()
    },
  }
}

/** The next thing that is heard on the port. */
function nextReply(port: MessagePort, patienceMs: number): Promise<SliceReply> {
  return new Promise((resolve) => {
    const silence = setTimeout(() => resolve({ absent: true }), patienceMs)
    port.onmessage = ({ data }: MessageEvent<SliceReply>) => {
      clearTimeout(silence)
      resolve(data)
    }
  })
}
