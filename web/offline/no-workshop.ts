import type { Workshop } from '../workshop-frame.ts'

/**
 * In place of the workshop of a served page: from disk no worker can be started without a door in the policy, so that whoever
 * asks does the work itself, in turns. docs/decisions/0017.
 */
export function frameWorkshop(): Workshop {
  return { open: () => Promise.reject(new Error('no workshop')), close: () => {} }
}

export const PATIENCE_MS = 0
