import { stretch as stretchHere, type Stretch } from '#client/crypto/argon2.ts'
import type { Bytes } from '#protocol/bytes.ts'
import { openWorkerHost, WORKER_PATIENCE_MS, type WorkerHost } from './worker-host.ts'

/** The request to the worker, and its answer. */
export interface StretchRequest {
  readonly passphrase: Bytes
  readonly salt: Bytes
}
/**
 * `done` comes at once, and then every few hundredths of a second, so that silence means that there is no worker. `absent`:
 * none could be started.
 */
export type StretchReply =
  | { readonly done: number }
  | { readonly key: Bytes }
  | { readonly failed: true }
  | { readonly absent: true }

/**
 * Stretches a passphrase in a worker, so that the page stays alive meanwhile. The page itself may start none
 * (`trusted-types 'none'`); an empty frame of ours does it. docs/decisions/0002-workshop-frame.md.
 */
export const stretchAside: Stretch = (...wanted) => makeStretch(() => openWorkerHost(), stretchHere)(...wanted)

/**
 * Stretches in a worker; here, and slower for the eye, where no worker can be had at all. A failure inside the worker would come
 * up here as well, with the page.
 */
export function makeStretch(open: () => WorkerHost, here: Stretch, patienceMs: number = WORKER_PATIENCE_MS): Stretch {
  return async (passphrase, salt, onProgress) => {
    const workshop = open()
    // Closed before anything is done here, so that a worker that comes late does not work beside us.
    const key = await order(workshop, { passphrase, salt }, { onProgress, patienceMs }).finally(workshop.close)
    return key ?? (await here(passphrase, salt, onProgress))
  }
}

/** @returns `undefined` where there is no worker @throws if it failed at its work */
async function order(
  workshop: WorkerHost,
  request: StretchRequest,
  { onProgress, patienceMs }: { onProgress: ((done: number) => void) | undefined; patienceMs: number },
): Promise<Bytes | undefined> {
  let port: MessagePort
  try {
    port = await workshop.open('stretch')
  } catch {
    return undefined
  }
  return new Promise((resolve, reject) => {
    let silence = setTimeout(() => resolve(undefined), patienceMs)
    port.onmessage = ({ data }: MessageEvent<StretchReply>) => {
      clearTimeout(silence)
      if ('key' in data) return resolve(data.key)
      if ('absent' in data) return resolve(undefined)
      if ('failed' in data) return reject(new Error('the worker failed'))
      silence = setTimeout(() => reject(new Error('the worker fell silent')), 3 * patienceMs)
      onProgress?.(data.done)
    }
    port.postMessage(request)
  })
}
