import type { DropErrorCode } from '#protocol/error.ts'
import { furthest, makeTransferMeter, type TransferRate } from '#client/transfer.ts'
import type { Progress } from '#client/server.ts'
import { isShowing, say, showProgress } from './terminal.ts'
import { formatDuration, formatSize } from './format.ts'

/** Shows a person who waits how far it is, how fast it goes and how long it takes. One for each command. */
export function makeProgress(
  clock: () => number = () => performance.now(),
  tell: (sentence: string) => void = say,
): (progress: Progress) => void {
  let stage: Progress['stage'] | undefined
  let pace = makeTransferMeter(clock)
  let shownAt = 0
  let last: Extract<Progress, { bytes: number }> | undefined
  const tellSilent = makeReminder(clock, tell)
  return (progress) => {
    if (!isShowing()) return tellSilent(progress)
    if (progress.stage !== stage) pace = makeTransferMeter(clock)
    const rate = 'bytes' in progress ? pace.note(progress.bytes, progress.total) : undefined
    const figure = 'bytes' in progress ? furthest(last, progress) : progress
    if ('bytes' in figure) last = figure
    const isDue = progress.stage !== stage || clock() - shownAt >= EVERY_MS
    stage = progress.stage
    if (!isDue) return
    shownAt = clock()
    showProgress(describe(figure, rate))
  }
}

/** Where nothing can be shown, who waits is told in a line each half minute, until something goes on. */
function makeReminder(clock: () => number, tell: (sentence: string) => void): (progress: Progress) => void {
  let sinceMs: number | undefined
  let most = 0
  return (progress) => {
    if (progress.stage !== 'waiting') {
      // Bytes that were lost on the way are counted again.
      if ('bytes' in progress && progress.bytes > most) [sinceMs, most] = [undefined, progress.bytes]
      return
    }
    sinceMs ??= clock()
    if (clock() - sinceMs + progress.ms < REMINDED_EVERY_MS) return
    tell(describe(progress, undefined))
    sinceMs = clock() + progress.ms
  }
}

function describe(progress: Progress, rate: TransferRate | undefined): string {
  switch (progress.stage) {
    case 'stretching':
      return `stretching the passphrase… ${percent(progress.done, 1)}`
    case 'sealing':
      return 'sealing…'
    case 'opening':
      return 'opening…'
    case 'sending':
      return `sending… ${describeBytes(progress, rate)}`
    case 'receiving':
      return `receiving… ${describeBytes(progress, rate)}`
    case 'checking':
      return `checking what was sent… ${describeBytes(progress, rate)}`
    case 'waiting':
      return `${WAITED_FOR[progress.why] ?? 'the server is not reached or not ready'}; trying again in ${Math.ceil(progress.ms / 1_000)} s`
  }
}

function describeBytes({ bytes, total }: { bytes: number; total: number }, rate: TransferRate | undefined): string {
  const left = rate === undefined ? [] : [`${formatDuration(rate.secondsLeft)} left`]
  const speed = rate === undefined ? [] : [`${formatSize(Math.round(rate.bytesPerSecond))}/s`]
  // The most important figure first: a narrow terminal shows no more.
  return [percent(bytes, total), ...left, ...speed, `${formatSize(bytes)} of ${formatSize(total)}`].join(', ')
}

function percent(part: number, whole: number): string {
  return `${whole === 0 ? 100 : Math.floor((100 * part) / whole)}%`
}

/** Why somebody waits, where more is known. */
const WAITED_FOR: Readonly<Partial<Record<DropErrorCode, string>>> = {
  rate_limited: 'the server asks to wait, after too many requests from here',
  damaged: 'what came in was damaged on the way',
  try_later: 'the server is not ready',
}

/** Milliseconds. */
const REMINDED_EVERY_MS = 30_000

/** A terminal need not be written to for every packet. Milliseconds. */
const EVERY_MS = 100
