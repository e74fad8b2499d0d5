import { makePace, makeThinning } from '#client/pace.ts'
import type { Progress } from '#client/server.ts'
import type { Carried } from '../../parts/transfer.tsx'

export interface Report {
  /** It was interrupted: what is here of it is checked before anything is carried. */
  readonly isAgain?: boolean
  readonly onCarried: (carried: Carried) => void
  /** The server does not answer, and is asked again. */
  readonly onWaiting: () => void
}

/** Tells a person of a drop on its way, as often as it can be seen. What is checked as it comes is no news of its own. */
export function makeReporter(
  clock: () => number,
  { isAgain = false, onCarried, onWaiting }: Report,
): (progress: Progress) => void {
  const pace = makePace(clock)
  const isDrawn = makeThinning(clock)
  let isAllHere = isAgain
  return (progress) => {
    if (progress.stage === 'waiting') return onWaiting()
    if (progress.stage !== 'sending' && progress.stage !== 'receiving' && progress.stage !== 'checking') return
    const { bytes, stage, total } = progress
    if (stage === 'receiving') isAllHere = bytes >= total
    if (stage === 'checking' && !isAllHere) return
    const rate = stage === 'checking' ? undefined : pace.note(bytes, total)
    if (isDrawn(bytes, total)) onCarried({ stage, bytes, total, pace: rate })
  }
}
