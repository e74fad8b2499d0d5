import { WORKSHOP_PATH } from '#protocol/security-headers.ts'

/** The purpose of a worker, whose script is named in `workshop.html`. */
export type WorkerKind = 'stretch' | 'chunks'

/** Where workers can be had. */
export interface WorkerHost {
  /**
   * Starts a worker. One that could not be started, or is lost later, is heard of on its port: `{ absent: true }`.
   * @returns the port on which it takes requests @throws where there is no host
   */
  readonly open: (work: WorkerKind) => Promise<MessagePort>
  /** Ends it and its workers, also while it is being opened. */
  readonly close: () => void
}

/**
 * The hidden frame that starts workers for a page that may start none (`trusted-types 'none'`).
 * docs/decisions/0002-workshop-frame.md.
 * @param patienceMs - how long it may take to load
 */
export function openWorkerHost(address: string = WORKSHOP_PATH, patienceMs: number = WORKER_PATIENCE_MS): WorkerHost {
  const frame = document.createElement('iframe')
  let loaded: Promise<void> | undefined
  const load = (): Promise<void> =>
    new Promise((resolve, reject) => {
      frame.hidden = true
      frame.src = address
      frame.onload = () => resolve()
      setTimeout(() => reject(new Error('no workshop')), patienceMs)
      document.body.append(frame)
    })
  return {
    open: async (work) => {
      await (loaded ??= load())
      const { port1: ours, port2: theirs } = new MessageChannel()
      const { port1: bell, port2: rope } = new MessageChannel()
      // A worker that is lost cannot say so itself. The frame does, on a channel that does not pass through the worker.
      bell.onmessage = ({ data }: MessageEvent<unknown>) => ours.dispatchEvent(new MessageEvent('message', { data }))
      frame.contentWindow?.postMessage(work, location.origin, [theirs, rope])
      return ours
    },
    close: () => frame.remove(),
  }
}

/** How long loading a worker may take, in milliseconds. */
export const WORKER_PATIENCE_MS = 10_000
