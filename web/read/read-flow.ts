import type { ReceiveOptions } from '#client/download.ts'
import { isAway } from '#client/meaning.ts'
import type { Opened } from '#client/open.ts'
import { furthest } from '#client/transfer.ts'
import type { Progress } from '#client/server.ts'
import { memoryStaging, type Parts, type Staging } from '#client/staging.ts'
import { isDropError } from '#protocol/error.ts'
import type { DropId } from '#protocol/id.ts'
import { memoryDisk, type Disk, type Stage } from '../platform/disk.ts'
import type { PageTools } from '../platform/page-tools.ts'
import type { Work } from '../kit/progress.tsx'
import type { Flow, Task } from '../kit/flow.ts'
import { makeReport } from '../kit/report.ts'
import type { TransferProgress } from '../kit/transfer.tsx'
import type { OpenedMessage, ReadState, Receiving, SpaceCheck } from './reading.ts'

/** A drop that is read, and the place of its sealed parts on this device. */
export interface Delivery<Message extends Opened> {
  readonly drop: DropId
  /** For a drop in parts. */
  disk?: Disk | undefined
  stage?: Stage | undefined
  parts?: Parts
  message?: Message
}

/** Where a drop comes from, and how it is opened. */
export interface Source<State, Message extends Opened> {
  /** Asks for the parts, and opens them: all of it is verified when it resolves. */
  readonly open: (staging: Staging, options: Required<ReceiveOptions>) => [parts: Parts, message: Promise<Message>]
  /** The work that is waited for, while it is not shown as a transfer. */
  readonly work: (work: Work) => (state: State) => State
  /** It is certain that the drop comes in, and it is shown as a transfer from now on. `undefined` for one of a single part. */
  readonly begin?: (() => State) | undefined
  /** Nothing is going to come in: it lies here already. */
  readonly isHere?: boolean
}

type ReadTools = Pick<PageTools, 'device' | 'disk'>

/**
 * Fetches a drop and opens it. Once it is shown as a transfer, a lost connection is waited for, for as long as it takes: it costs
 * what was under way, and no press.
 * @returns `undefined` if this device takes no more: it is paused then
 * @throws the errors of `open` of the source
 */
export async function receive<State extends ReadState, Message extends Opened>(
  { device }: Pick<ReadTools, 'device'>,
  flow: Flow<State>,
  task: Task<State>,
  delivery: Delivery<Message>,
  source: Source<State, Message>,
): Promise<Message | undefined> {
  for (let isRetry = false; ; isRetry = true) {
    const attempt = new AbortController()
    task.signal.addEventListener('abort', () => attempt.abort(), { once: true })
    const { signal } = attempt
    let isOver = false
    const report = reporter(() => device.ticks(), flow, task, source, isRetry)
    const onProgress = (progress: Progress): void => {
      // Parts that are fetched ahead may still come in after it has turned out not to open.
      if (!isOver && !signal.aborted) report(progress)
    }
    try {
      const [parts, message] = source.open(delivery.stage ?? memoryStaging(), { onProgress, signal })
      delivery.parts = parts
      return await task.of(message)
    } catch (error) {
      const isFull = isDiskFull(error)
      if (!isFull && !(isAway(error) && flow.state.at === 'receiving')) throw error
      attempt.abort()
      task.change(isFull ? flowing('paused', 'full') : flowing('waiting'))
      if (isFull) return undefined
      await task.of(device.wait(RETRY_MS))
    } finally {
      isOver = true
    }
  }
}

/** The progress for a person: of a transfer its bytes and its speed, else the work that is waited for. */
function reporter<State extends ReadState>(
  clock: () => number,
  flow: Flow<State>,
  task: Task<State>,
  { begin, isHere = false, work }: Source<State, Opened>,
  isRetry: boolean,
): (progress: Progress) => void {
  const report = makeReport(clock, {
    isHere,
    isWaiting: isRetry,
    checkingAfterMs: CHECKING_MS,
    onCarried: (carried) => task.change(carriedOn(carried)),
    onWaiting: () => task.change(flowing('waiting')),
  })
  return (progress) => {
    if (flow.state.at !== 'receiving') {
      const hasBytes = progress.stage === 'receiving' || progress.stage === 'checking'
      if (begin === undefined || !hasBytes)
        return task.change(work(progress.stage === 'checking' ? { stage: 'opening' } : progress))
      // A refusal has some bytes, too; only more of them are the drop.
      if (progress.bytes <= REFUSAL_BYTES) return
      task.change(begin)
    }
    report(progress)
  }
}

/** A pause by a press. Parts that have come in stay. */
export function pause<State extends ReadState>(flow: Flow<State>): void {
  flow.end()
  flow.change(flowing('paused'))
}

/** How a drop that comes in moves on, or why it does not; any other state stays as it is. */
export function flowing<State extends ReadState>(
  flow: Receiving['flow'],
  fault?: Receiving['fault'],
): (state: State) => State {
  return (state) => (isReceiving(state) ? { ...state, flow, fault } : state)
}

function carriedOn<State extends ReadState>(carried: TransferProgress): (state: State) => State {
  return (state) =>
    isReceiving(state) ? { ...state, carried: furthest(state.carried, carried), flow: 'going' } : state
}

function isReceiving<State extends ReadState>(state: State): state is State & Receiving {
  return state.at === 'receiving'
}

/** An opened message as it is drawn. @param untilMs - when its sealed parts are removed, milliseconds since 1970 */
export function shownMessage({ files, text }: Opened, disk?: Disk, untilMs = 0): OpenedMessage {
  return {
    text,
    files: files.map(({ name, type, size: sizeBytes, modifiedAtMs }) => ({ name, type, sizeBytes, modifiedAtMs })),
    held: disk && { isOnDisk: disk.isLasting, untilMs, hasFolders: disk.pickFolder !== undefined },
  }
}

/** The disk of this browser, tried out; memory where it only says that it has one. */
export async function diskThatWorks({ device, disk }: ReadTools): Promise<Disk> {
  const found = await disk()
  return (await found.works()) ? found : memoryDisk(device)
}

/**
 * Whether a drop in parts fits on this device, before anything is used up.
 * @param sizeBytes - of its ciphertext
 * @param isKept - a part of it may be here already: it was claimed before, and there is nothing to save by refusing
 */
export async function findRoom(disk: Disk, sizeBytes: number, isKept: boolean): Promise<SpaceCheck> {
  // Without a dialog a file is put together here before the browser copies it to its downloads.
  const neededBytes = disk.isLasting && disk.pickFile === undefined ? 2 * sizeBytes : sizeBytes
  const mostBytes = await disk.freeBytes()
  const room = { isOnDisk: disk.isLasting, neededBytes }
  if (neededBytes <= mostBytes || (isKept && disk.isLasting)) return room
  return { ...room, obstacle: { at: disk.isLasting ? 'disk' : 'memory', mostBytes } }
}

/** Whether this device takes no more. */
export function isDiskFull(error: unknown): boolean {
  const cause = isDropError(error) ? error.cause : error
  return cause instanceof DOMException && cause.name === 'QuotaExceededError'
}

/** How long to leave a server alone that is away, in milliseconds. Ends early when the connection comes back. */
export const RETRY_MS = 10_000

/** From when on checking alone is worth a word, in milliseconds. */
const CHECKING_MS = 1_000

/** Longer than any refusal: a hundred receipts take about half of it. */
const REFUSAL_BYTES = 131_072
