import { makeTransferMeter, makeThinning } from '#client/transfer.ts'
import type { Progress } from '#client/server.ts'
import type { TransferProgress } from './transfer.tsx'

export interface Report {
  readonly onCarried: (carried: TransferProgress) => void
  /** The server does not answer, and is asked again. */
  readonly onWaiting: () => void
  /** It has been waited for: bytes that were here before are no sign that the connection is back. */
  readonly isWaiting?: boolean
  /** All of it is here: it is only checked, or checked before anything is carried. */
  readonly isHere?: boolean
  /** For how long checking is no news of its own, in milliseconds: parts are verified as they come in. */
  readonly checkingAfterMs?: number
}

/** Tells a person of a drop on its way, in either direction, as often as it can be seen. @param clock - milliseconds */
export function makeReport(
  clock: () => number,
  { checkingAfterMs = 0, isHere = false, isWaiting: hasWaited = false, onCarried, onWaiting }: Report,
): (progress: Progress) => void {
  let pace = makeTransferMeter(clock)
  let isDrawn = makeThinning(clock)
  let last: Progress['stage'] | undefined
  /** When the last byte came in, or when it began. */
  let hereAtMs = clock()
  let isAllHere = isHere
  let isWaiting = hasWaited
  /** Bytes that were here when the connection was lost. */
  let least: number | undefined
  return (progress) => {
    if (progress.stage === 'waiting') {
      isWaiting = true
      least = undefined
      return onWaiting()
    }
    if (progress.stage !== 'sending' && progress.stage !== 'receiving' && progress.stage !== 'checking') return
    const { bytes, stage, total } = progress
    if (stage === 'receiving') {
      hereAtMs = clock()
      isAllHere = bytes >= total
    }
    if (stage === 'checking' && (!isAllHere || clock() - hereAtMs < checkingAfterMs)) return
    if (stage !== last) {
      last = stage
      pace = makeTransferMeter(clock)
      isDrawn = makeThinning(clock)
    }
    const rate = stage === 'checking' ? undefined : pace.note(bytes, total)
    if (stage === 'receiving' && isWaiting) {
      least ??= bytes
      if (bytes <= least) return
    }
    isWaiting = false
    if (isDrawn(bytes, total)) onCarried({ stage, bytes, total, pace: rate })
  }
}
