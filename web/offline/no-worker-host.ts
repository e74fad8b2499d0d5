import type { WorkerHost } from '../platform/worker-host.ts'

/**
 * In place of the worker host of a served page: from disk no worker can be started without a door in the policy, so that the
 * caller does the work itself, in turns. docs/decisions/0017.
 */
export function openWorkerHost(): WorkerHost {
  return { open: () => Promise.reject(new Error('no workshop')), close: () => {} }
}

export const WORKER_PATIENCE_MS = 0
