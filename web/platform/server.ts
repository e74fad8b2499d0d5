import { noteDate } from '#client/server-time.ts'
import { meaningOf } from '#client/meaning.ts'
import type { Server } from '#client/server.ts'
import { isDropError } from '#protocol/error.ts'
import type { BetweenCode } from '../copy/between.ts'
import type { PageTools } from './page-tools.ts'

/**
 * A failure as a person is told of it. `broken`: a part of our own page could not be fetched, or has a fault.
 * `unsupported`: the browser is too old. `platform`: it has what is needed, and refused it, failed at it or never answered. `insecure`: the
 * page came over plain http.
 */
export type FailureCode =
  | 'offline'
  | 'try_later'
  /** The server has the drop and not its ciphertext. */
  | 'lost'
  | 'too_large'
  | 'refused'
  | 'broken'
  | 'unsupported'
  | 'platform'
  | 'insecure'
  | BetweenCode

/** The server that gave us this page. @param patienceMs - how long it may be asked again when it cannot be reached. */
export function serverOf({ device, transport }: Pick<PageTools, 'device' | 'transport'>, patienceMs: number): Server {
  return {
    origin: device.origin,
    async transport(exchange) {
      const answer = await transport(exchange)
      // By it the page shows times, whichever request told it.
      noteDate(device, answer, device.clock())
      return answer
    },
    clock: () => device.clock(),
    ticks: () => device.ticks(),
    wait: (ms) => device.wait(ms),
    patienceMs,
  }
}

/** A failure as a person is told of it. Whatever is not of the contract is a fault of ours, or a part that did not load. */
export function failureOf(error: unknown): FailureCode {
  // There browsers take away what signs and encrypts.
  if (!isSecureContext) return 'insecure'
  if (globalThis.crypto?.subtle === undefined) return 'unsupported'
  if (!isDropError(error))
    return !(error instanceof DOMException) ? 'broken' : error.name === 'NotSupportedError' ? 'unsupported' : 'platform'
  const meaning = meaningOf(error)
  switch (meaning) {
    case 'offline':
    case 'try_later':
    case 'lost':
    case 'too_large':
    case 'not_ours':
    case 'not_done':
    case 'rate_limited':
    case 'body_refused':
    case 'damaged':
    case 'wrong_origin':
      return meaning
    default:
      return 'refused'
  }
}

/** How long a person who looks waits for a server, in milliseconds. Less than for what must not fail. */
export const LOOK_PATIENCE_MS = 8_000

/** Deposits and claims: the store may be behind by a minute. docs/protocol.md §6.3. */
export const WORK_PATIENCE_MS = 90_000
