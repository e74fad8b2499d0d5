import { judgePassphrase } from '#client/passphrase.ts'
import { MAX_PASSPHRASE_BYTES } from '#protocol/limits.ts'
import type { RoomTools } from '../room-tools.ts'
import type { Work } from '../state.ts'
import { BoxFault, toldFault } from './fault.ts'
import type { OpenSession } from './open-session.ts'
import type { Passkeys } from './passkey.ts'
import type { BoxesEvent, BoxesState, JobName } from './state.ts'
import type { Tabs } from './tabs.ts'

/** What the effects of this room work with. */
export interface BoxTools extends RoomTools {
  readonly dispatch: (event: BoxesEvent) => void
  readonly state: () => BoxesState
  readonly tabs: Tabs
  /** `undefined` where the browser has none. */
  readonly passkeys: Passkeys | undefined
  /** Asks the browser to clear nothing by itself. @returns whether it promised */
  readonly persist: () => Promise<boolean>
  /** Whether it has promised that. Asks nobody. */
  readonly isPersisted: () => Promise<boolean>
}

/** What effects share: one job at a time, and the box that is open. */
export interface Jobs {
  /**
   * Does a job, and tells what comes of it as long as somebody waits for it on the same screen. Nothing, while another is under way.
   * @returns whether it was done
   */
  readonly run: (name: JobName, job: (waiting: Waiting) => Promise<void>) => Promise<boolean>
  /** The box that is open. @throws BoxFault `forgotten` */
  readonly session: () => OpenSession
}

/** Who waits for a job. */
export interface Waiting {
  readonly report: (work: Work) => void
  /** How far the passphrase is stretched, from 0 to 1. */
  readonly stretched: (done: number) => void
  /** Whether the screen on which it began is still there. */
  readonly isThere: () => boolean
}

export function makeJobs({ dispatch, state }: BoxTools, session: () => OpenSession | undefined): Jobs {
  let turns = 0
  return {
    session() {
      const open = session()
      if (open === undefined) throw new BoxFault('forgotten')
      return open
    },
    async run(name, job) {
      if (state().job !== undefined) return false
      const turn = ++turns
      const isThere = (): boolean => state().job?.turn === turn
      const report = (work: Work): void => {
        if (isThere()) dispatch({ type: 'worked', job: { name, turn, work } })
      }
      dispatch({ type: 'worked', job: { name, turn, work: { stage: 'starting' } } })
      let percent = -1
      const stretched = (done: number): void => {
        // What computes here tells it thousands of times, and each would draw the page.
        if (Math.floor(done * 100) === percent) return
        percent = Math.floor(done * 100)
        report({ stage: 'stretching', done })
      }
      try {
        await job({ report, stretched, isThere })
        if (isThere()) dispatch({ type: 'worked', job: undefined })
        return true
      } catch (error) {
        if (isThere()) dispatch({ type: 'failed', fault: { at: name, ...toldFault(error) } })
        return false
      }
    },
  }
}

/** @throws BoxFault unless both are the same passphrase, neither empty nor longer than one may be, nor the first that anybody tries */
export function checkPassphrase(passphrase: string, repeated: string): void {
  if (passphrase === '') throw new BoxFault('no_passphrase')
  if (new TextEncoder().encode(passphrase).length > MAX_PASSPHRASE_BYTES) throw new BoxFault('long_passphrase')
  if (judgePassphrase(passphrase, 'any') === 'hopeless') throw new BoxFault('hopeless_passphrase')
  if (passphrase !== repeated) throw new BoxFault('unlike')
}
