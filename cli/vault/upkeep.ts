import { isDropError } from '#protocol/error.ts'
import { forgetExpired } from '#client/box/forget.ts'
import { announceKeys, learnCard } from '#client/box/joining.ts'
import { needsRenewal, renew, reconcile } from '#client/box/owner.ts'
import type { BoxState } from '#client/box/state.ts'
import { isClockFault } from '#client/clocks.ts'
import type { Server } from '#client/server.ts'
import { explain, Failure } from '../failure.ts'
import { nameServer, PATIENCE_MS } from '../network/connect.ts'
import { say } from '../terminal/terminal.ts'
import { ASK_OWNER, NOT_LISTED, type UnlockedBox } from './unlocked-box.ts'

/** One of the things that are due whenever a box is unlocked. */
interface Step {
  /** Run under the lock of the box: another command may have done it meanwhile. */
  readonly run: (server: Server, state: BoxState, now: number) => BoxState | Promise<BoxState>
  /** Told before the reason if it fails. */
  readonly failed: (state: BoxState, error: unknown, now: number) => string
  /** Told if something was published by it. */
  readonly done?: string
  /** Whether the next step is tried though this one has failed. */
  readonly isOptional?: boolean
}

/** Does what is due. A failure is told, and keeps nobody from reading: the next command tries again. */
export async function keepUp(session: UnlockedBox): Promise<void> {
  const now = Date.now()
  const server = session.server(PATIENCE_MS.look)
  const due = session.state().phrase === undefined ? READER : OWNER
  for (const { run, failed, done, isOptional = false } of due) {
    const { origin, serial } = session.state()
    try {
      const { serial: last } = await session.change((state) => run(server, state, now))
      if (done !== undefined && last !== serial) say(done)
    } catch (error) {
      const { hint, message } = explain(nameServer(error, origin))
      const isTold = isOptional && hint !== undefined
      say(`${failed(session.state(), error, now)}: ${message}${isTold ? `; ${hint}` : ''}`)
      // By a clock that is wrong nothing else can be done either, and it is told once.
      if (!isOptional || isClockFault(error)) return
    }
  }
}

const FORGET: Step = {
  run: forgetExpired,
  failed: (_, error) =>
    isClockFault(error) ? 'the keys of this box could not be seen to' : 'old keys could not be deleted',
  isOptional: true,
}

const OWNER: readonly Step[] = [
  FORGET,
  { run: reconcile, failed: ofCards },
  {
    run: (server, state, now) => (needsRenewal(state, now) ? renew(server, state, now) : state),
    failed: ofCards,
    // While a reader has announced no more, there is nothing new to publish.
    done: 'the keys of this box are renewed',
  },
]

/** Only the owner publishes: it learns the coming keys of the other readers from the server. */
const READER: readonly Step[] = [
  FORGET,
  { run: learnCard, failed: ofKeys },
  {
    run: async (server, state, now) => {
      await announceKeys(server, state, now).catch((cause: unknown) => {
        const isLeftOut = isDropError(cause) && cause.code === 'not_proved'
        throw isLeftOut ? new Failure(`${NOT_LISTED}; ${ASK_OWNER}`, { cause }) : cause
      })
      return state
    },
    failed: ofKeys,
  },
]

function ofCards(state: BoxState, _: unknown, now: number): string {
  return needsRenewal(state, now)
    ? 'the keys could not be renewed'
    : 'the newest card of the box could not be looked at'
}

function ofKeys(): string {
  return 'the coming keys could not be announced'
}
