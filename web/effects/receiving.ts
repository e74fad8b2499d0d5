import { isAway } from '#client/meaning.ts'
import type { SigningKey } from '#client/crypto/keys.ts'
import type { Opener } from '#client/link.ts'
import { makePace, makeThinning } from '#client/pace.ts'
import { openDrop, receiveParts, type Opened, type ReceiveOptions } from '#client/receive.ts'
import type { Progress } from '#client/server.ts'
import { memoryStaging, type Parts } from '#client/staging.ts'
import { DropError, isDropError } from '#protocol/error.ts'
import { cipherFor } from '../ciphers.ts'
import type { Event } from '../event.ts'
import { tell, waitingDrop, type Session } from './session.ts'
import { serverOf, WORK_PATIENCE_MS, type Tools } from './tools.ts'

/**
 * Claims a drop, receives its parts and verifies all of them. A lost connection is waited for, for as long as it takes.
 * @returns the message; `undefined` if it was paused, by a press or because this device took no more, or left
 * @throws DropError `open_failed`, Refused: what `receiveParts` and `openDrop` throw
 */
export async function receive(
  tools: Tools,
  current: Session,
  opener: Opener,
  reader: SigningKey,
): Promise<Opened | undefined> {
  const { device } = tools
  for (;;) {
    // Nothing is claimed for somebody who has left.
    if (!current.isShown()) return undefined
    const { stage, waiting } = current
    if (waiting === undefined) throw new DropError('bad_answer')
    // A nonce is good for one claim; another try makes its own.
    current.waiting = { ...waiting, nonce: undefined }
    const stop = new AbortController()
    current.stop = stop
    const server = serverOf(tools, WORK_PATIENCE_MS)
    const staging = stage ?? memoryStaging()
    try {
      return await open(tools, current, opener, stop, (options) =>
        receiveParts(server, opener, reader, waiting, staging, options),
      )
    } catch (error) {
      if (stop.signal.aborted) return undefined
      if (isFull(error)) {
        stop.abort()
        tell(tools, current, { type: 'halted', fault: 'full' })
        return undefined
      }
      if (!isAway(error) || tools.state().main.at !== 'receiving') throw error
      stop.abort()
      tell(tools, current, { type: 'flowed', flow: 'waiting' })
      const isStopped = await pausedWhile(device.wait(RETRY_MS), current)
      if (isStopped) return undefined
    }
  }
}

/**
 * Opens again what this browser has opened before a reload. Nothing is asked of the server.
 * @returns `undefined` if it was paused
 * @throws DropError `open_failed`
 */
export async function openKept(tools: Tools, current: Session, opener: Opener): Promise<Opened | undefined> {
  const { stage, whole } = current
  if (stage === undefined || whole === undefined) throw new DropError('open_failed')
  const stop = new AbortController()
  current.stop = stop
  const kept: Parts = {
    count: whole.parts,
    size: whole.sizeBytes,
    async part(n) {
      const part = await stage.read(n)
      if (part === undefined) throw new DropError('open_failed')
      return part
    },
  }
  try {
    return await open(tools, current, opener, stop, () => kept, true)
  } catch (error) {
    if (stop.signal.aborted) return undefined
    throw error
  }
}

/** Verifies all parts, and says how far it is until it knows. */
async function open(
  tools: Tools,
  current: Session,
  opener: Opener,
  stop: AbortController,
  partsWith: (options: Required<ReceiveOptions>) => Parts,
  isHere = false,
): Promise<Opened> {
  const report = reporter(tools, current, isHere)
  const { signal } = stop
  let isOver = false
  const onProgress = (progress: Progress): void => {
    if (!current.isShown()) stop.abort()
    if (!isOver && !signal.aborted) report(progress)
  }
  try {
    current.parts = partsWith({ onProgress, signal })
    const message = await openDrop(current.parts, opener, { cipherFor, onProgress, signal })
    // Nobody sees it any more, so that nobody is told that it was opened.
    if (!current.isShown()) stop.abort()
    if (signal.aborted) throw new DropError('stopped')
    return message
  } finally {
    // What was fetched ahead may come in later, and is no news of this screen any more.
    isOver = true
  }
}

/**
 * What a person is told. For a drop in parts that is theirs, how much of all of it has come, and how fast.
 * @param isHere - whether nothing is going to come in
 */
function reporter(tools: Tools, current: Session, isHere: boolean): (progress: Progress) => void {
  const { device, state } = tools
  const dispatch = (event: Event): void => tell(tools, current, event)
  const pace = makePace(() => device.ticks())
  /** When the last byte came in, or when it began. */
  let hereAtMs = device.ticks()
  let isAllHere = isHere
  /** What was here when the connection was lost, or at the first look: no sign that it is back. */
  let least: number | undefined
  const isDrawn = makeThinning(() => device.ticks())
  return (progress) => {
    const { main } = state()
    if (current.disk === undefined)
      return dispatch({ type: 'worked', work: progress.stage === 'checking' ? { stage: 'opening' } : progress })
    const isReceiving = main.at === 'receiving'
    if (progress.stage === 'waiting' && isReceiving) {
      least = undefined
      return dispatch({ type: 'flowed', flow: 'waiting' })
    }
    if (progress.stage !== 'receiving' && progress.stage !== 'checking') {
      if (!isReceiving) dispatch({ type: 'worked', work: progress })
      return
    }
    const now = device.ticks()
    const { bytes, stage, total } = progress
    if (stage === 'receiving') {
      hereAtMs = now
      isAllHere = bytes >= total
    } else if (!isAllHere || now - hereAtMs < CHECKING_MS) {
      // What comes in is verified as it comes. Only what takes longer than that is worth a word of its own.
      return
    }
    // A refusal has some bytes, too; only what is longer is the drop, and the claim this browser's.
    if (!isReceiving && bytes <= REFUSAL_BYTES) return
    if (!isReceiving) dispatch({ type: 'receiving', waiting: waitingDrop(current) })
    const measured = stage === 'receiving' ? pace.note(bytes, total) : undefined
    if (isReceiving && main.flow === 'waiting' && stage === 'receiving') {
      least ??= bytes
      if (bytes <= least) return
    }
    if (isDrawn(bytes, total)) dispatch({ type: 'carried', carried: { stage, bytes, total, pace: measured } })
  }
}

/** @returns whether the person paused or cancelled meanwhile, or has gone on already */
async function pausedWhile(wait: Promise<void>, current: Session): Promise<boolean> {
  const stop = new AbortController()
  current.stop = stop
  await wait
  return stop.signal.aborted
}

/** Whether this device takes no more. */
export function isFull(error: unknown): boolean {
  const cause = isDropError(error) ? error.cause : error
  return cause instanceof DOMException && cause.name === 'QuotaExceededError'
}

/** How long to leave a server alone that is away, in milliseconds. Ends early when the connection comes back. */
const RETRY_MS = 10_000

/** From when on checking alone is worth a word, in milliseconds. */
const CHECKING_MS = 1_000

/** Longer than any refusal: a hundred receipts take about half of it. */
const REFUSAL_BYTES = 131_072
