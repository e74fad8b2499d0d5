import { forgetExpired } from '#client/box/forget.ts'
import { announceKeys } from '#client/box/joining.ts'
import { needsRenewal, renew, reconcile } from '#client/box/owner.ts'
import { isClockFault } from '#client/clocks.ts'
import { LOOK_PATIENCE_MS, serverOf } from '../../platform/server.ts'
import type { Task } from '../../kit/flow.ts'
import { faultOf, faultNotice, type FaultNotice } from './fault.ts'
import type { OpenSession } from './open-session.ts'
import type { BoxTools, RunJob } from './tools.ts'

/** The fault of the keys of the open box. It stays, whatever somebody has begun meanwhile, until they are published. */
export type KeysFault = FaultNotice | undefined

/** Forgets the keys that are too old, and sees that senders find keys for the weeks to come. */
export async function freshenKeys(
  tools: BoxTools,
  run: RunJob,
  session: OpenSession,
  task: Task<KeysFault>,
): Promise<void> {
  const now = tools.device.clock()
  // Once: the notice of a server that is busy would come late, and the next unlock does it.
  const unforgotten = await task.of(thrownBy(session.work((before) => forgetExpired(serverOf(tools, 0), before, now))))
  if (unforgotten !== undefined) {
    const isByClock = isClockFault(unforgotten.error)
    task.change(() => (isByClock ? faultNotice(unforgotten.error) : { code: 'keys_kept' }))
    // By a clock that is wrong nothing else can be done either.
    if (isByClock) return
  }
  const server = serverOf(tools, LOOK_PATIENCE_MS)
  if (session.state().phrase === undefined) {
    const unannounced = await task.of(thrownBy(announceKeys(server, session.state(), now)))
    // A device that has just joined waits to be added, and has read nothing yet.
    const hasRead = Object.keys(session.state().reading.items).length > 0
    if (unannounced !== undefined && faultOf(unannounced.error) === 'not_proved' && hasRead)
      task.change(() => ({ code: 'reader_ended' }))
    return
  }
  // The next unlock may mend a failure: nothing is told of it.
  await task.of(thrownBy(session.work((before) => reconcile(server, before, now))))
  if (!needsRenewal(session.state(), now)) return
  await run('publish', async (job) => void (await job.of(session.work((state) => renew(server, state, now)))))
}

/** Waits for work that may fail. @returns the error that it threw */
async function thrownBy(work: Promise<unknown>): Promise<{ readonly error: unknown } | undefined> {
  try {
    await work
    return undefined
  } catch (error) {
    return { error }
  }
}
