import { setTimeout as sleep } from 'node:timers/promises'
import { isDropError } from '#protocol/error.ts'
import { mayHaveArrived, type Server } from '#client/server.ts'
import type { Transport } from '#client/transport.ts'
import { EXIT, explainWith, Failure } from '../failure.ts'
import { explainTrouble } from './fault.ts'
import { requireWay, transport } from './transport.ts'

/** How long a command goes on asking a server that does not answer as it should, in milliseconds. */
export const PATIENCE_MS = {
  /** Nothing has been begun yet: a person who waits would rather know. */
  look: 4_000,
  send: 12_000,
  /** Hours of work may be at stake, and a connection comes back. */
  transfer: 600_000,
  /** Bytes may take a minute to reach every place of the store. */
  claim: 90_000,
  acknowledge: 10_000,
} as const

/** A server, and how it is asked. @throws Failure as `requireWay` */
export function connect(origin: string, patienceMs: number): Server {
  requireWay(origin)
  // The answer to a look is short.
  const bounded = patienceMs === PATIENCE_MS.look ? timeLimited(LONGEST_LOOK_MS, transport) : transport
  const ticks = (): number => performance.now()
  return { origin, transport: bounded, clock: Date.now, ticks, wait: (ms) => sleep(ms), patienceMs }
}

/** Gives up an exchange that takes longer as a whole: a server that lets its answer drip is never silent, and never done. */
export function timeLimited(mostMs: number, carry: Transport): Transport {
  return (exchange) => {
    const late = AbortSignal.timeout(mostMs)
    const { signal = late } = exchange
    return carry({ ...exchange, signal: AbortSignal.any([signal, late]) })
  }
}

/** An error with the name of the server in it, where that is what a person has to look at; or with that of a proxy. */
export function nameServer(error: unknown, origin: string, hint?: string): unknown {
  if (!isDropError(error) || error.code !== 'offline') return error
  const { why, hint: more, proxy } = explainTrouble(error) ?? {}
  const who = proxy === undefined ? `the server at ${origin} cannot be reached` : `the proxy at ${proxy}`
  const sentence = proxy === undefined ? (why === undefined ? who : `${who}: ${why}`) : `${who} ${why ?? ''}`
  const hints = [more, hint].filter((each) => each !== undefined).join('; ')
  return new Failure(sentence, { exitCode: EXIT.tryLater, hint: hints === '' ? undefined : hints, cause: error })
}

/** As `nameServer`, of a request that changes something; and that it may have, where its answer is missing. */
export function nameDoubt(error: unknown, origin: string, hint?: string): unknown {
  const named = nameServer(error, origin, hint)
  if (!mayHaveArrived(error)) return named
  return explainWith(named, 'it may have been done all the same: the same command again makes sure')
}

/** Milliseconds: long enough for what a command looks at, over whatever line. */
const LONGEST_LOOK_MS = 120_000
