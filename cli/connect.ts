import { setTimeout as sleep } from 'node:timers/promises'
import { isDropError } from '#protocol/error.ts'
import type { Server } from '#client/server.ts'
import { fetchTransport } from '#client/transport.ts'
import { EXIT, Failure } from './failure.ts'

/** How long a command goes on asking a server that does not answer as it should, in milliseconds. */
export const PATIENCE_MS = {
  /** Nothing has been begun yet: whoever waits would rather know. */
  look: 4_000,
  send: 12_000,
  /** Hours of work may be at stake, and a connection comes back. */
  transfer: 600_000,
  /** Bytes may take a minute to reach every place of the store. */
  claim: 90_000,
  acknowledge: 10_000,
} as const

export function connect(origin: string, patienceMs: number): Server {
  return { origin, transport: fetchTransport, clock: Date.now, wait: (ms) => sleep(ms), patienceMs }
}

/** An error with the name of the server in it, where that is what a person has to look at. */
export function nameServer(error: unknown, origin: string, hint?: string): unknown {
  if (!isDropError(error) || error.code !== 'offline') return error
  return new Failure(`the server at ${origin} cannot be reached`, { exitCode: EXIT.tryLater, hint, cause: error })
}
