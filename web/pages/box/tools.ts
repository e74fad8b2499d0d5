import { judgePassphrase } from '#client/passphrase.ts'
import { MAX_PASSPHRASE_BYTES } from '#protocol/limits.ts'
import type { Flow, Task } from '../../kit/flow.ts'
import type { PageTools } from '../../platform/page-tools.ts'
import { BoxFault, faultNotice } from './fault.ts'
import type { Passkeys } from './passkeys.ts'
import { withFault, withJob, withScreen, type BoxesState, type JobName, type Screen } from './state.ts'
import type { Tabs } from '../../platform/tabs.ts'

/** The tools of this room's effects. */
export interface BoxTools extends PageTools {
  /** The state that is drawn, and the job under way. */
  readonly flow: Flow<BoxesState>
  readonly tabs: Tabs
  /** `undefined` where the browser has none. */
  readonly passkeys: Passkeys | undefined
  /** Asks the browser to clear nothing by itself. @returns whether it promised */
  readonly persist: () => Promise<boolean>
  /** Whether it has promised that. Asks nobody. */
  readonly isPersisted: () => Promise<boolean>
}

/**
 * Does a job, unless another is under way, and tells how it ends. Once its screen is left, it cannot change anything any more.
 * @returns whether it was done
 */
export type RunJob = (name: JobName, work: (job: JobTask) => Promise<void>) => Promise<boolean>

/** A job under way. */
export interface JobTask extends Task<BoxesState> {
  /** How far the passphrase is stretched, from 0 to 1. */
  readonly stretched: (done: number) => void
}

export function makeJobs(flow: Flow<BoxesState>): RunJob {
  return async (name, work) => {
    if (flow.state.job !== undefined) return false
    let isDone = false
    await flow.begin(async (task) => {
      task.change(withJob({ name, work: { stage: 'starting' } }))
      let percent = -1
      const stretched = (done: number): void => {
        // The computation tells it thousands of times, and each would draw the page.
        if (Math.floor(done * 100) === percent) return
        percent = Math.floor(done * 100)
        task.change(withJob({ name, work: { stage: 'stretching', done } }))
      }
      try {
        await work({ ...task, stretched })
        task.change(withJob(undefined))
        isDone = true
      } catch (error) {
        task.change(withFault({ at: name, ...faultNotice(error) }))
      }
    })
    return isDone
  }
}

/** To another screen by a press, or by a lock: the job of the one before ends. */
export function leaveFor(flow: Flow<BoxesState>, screen: Screen): void {
  flow.end()
  flow.change(withScreen(screen))
}

/** @throws BoxFault unless both are the same passphrase, neither empty nor longer than one may be, nor the first that anybody tries */
export function checkPassphrase(passphrase: string, repeated: string): void {
  if (passphrase === '') throw new BoxFault('no_passphrase')
  if (new TextEncoder().encode(passphrase).length > MAX_PASSPHRASE_BYTES) throw new BoxFault('long_passphrase')
  if (judgePassphrase(passphrase, 'any') === 'hopeless') throw new BoxFault('hopeless_passphrase')
  if (passphrase !== repeated) throw new BoxFault('unlike')
}
