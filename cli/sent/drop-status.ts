import type { SentStatus } from '#protocol/api.ts'
import { isWhole, listOf, recordOf } from '#protocol/json.ts'
import { MAX_TRIES } from '#protocol/limits.ts'
import { publicKeyBytes, type PublicKey } from '#protocol/public-key.ts'
import type { DropReport } from '#client/sender.ts'
import { count, formatTime } from '../terminal/format.ts'

/** The status of a drop, as `--json` prints it and as the ticket remembers it: receipts outlive the drop that way. */
export interface DropStatus {
  readonly state: SentStatus['state']
  /** ISO 8601. */
  readonly expires: string
  readonly reads: number
  readonly triesLeft: number
  readonly readers: readonly ReaderStatus[]
  /** When the server said so. ISO 8601. */
  readonly asked: string
}

/** One reader of a drop. Times are by the reader's clock, ISO 8601. */
export interface ReaderStatus {
  readonly reader: string
  readonly claimed: string
  readonly opened?: string
  /** Whether signatures prove what is said here; without them it is the server's word. */
  readonly proved: boolean
}

export function dropStatusOf(report: DropReport, now: number): DropStatus {
  const { state, expires, reads, triesLeft } = report
  const readers = report.claims.map(({ reader, claim, ack, isClaimProved, isOpeningProved }) => ({
    reader: readerName(reader),
    claimed: iso(claim.created),
    ...(ack === undefined ? {} : { opened: iso(ack.reader.created) }),
    proved: ack === undefined ? isClaimProved : isClaimProved && isOpeningProved,
  }))
  return { state, expires: iso(expires), reads, triesLeft, readers, asked: new Date(now).toISOString() }
}

/** The short name of a reader, as `reopen` takes it. */
export function readerName(reader: PublicKey): string {
  return Buffer.from(publicKeyBytes(reader)).toString('hex').slice(0, READER_NAME_CHARACTERS)
}

/** A status as it was stored, or `undefined` if it is none. */
export function parseDropStatus(value: unknown): DropStatus | undefined {
  const { state, expires, reads, triesLeft, readers: list, asked } = recordOf(value) ?? {}
  const readers = listOf(list, parseReader)
  if (!isState(state) || !isTime(expires) || !isTime(asked) || readers === undefined) return undefined
  return isWhole(reads) && isWhole(triesLeft) ? { state, expires, reads, triesLeft, readers, asked } : undefined
}

/** In words: one line for the drop, one for each reader. */
export function describeDropStatus(status: DropStatus): string[] {
  const { state, reads, triesLeft, readers } = status
  const opened = readers.filter((each) => each.opened !== undefined).length
  const progress = reads <= 1 ? [] : [`opened ${opened} of ${count(reads, 'time')}`]
  const tries =
    triesLeft < MAX_TRIES && state !== 'locked' ? [`wrong passphrases: ${MAX_TRIES - triesLeft} of ${MAX_TRIES}`] : []
  const until = ['ready', 'claimed', 'uploading'].includes(state)
    ? [`until ${formatTime(Date.parse(status.expires))}`]
    : []
  return [
    [STATES[state], ...until, ...progress, ...tries].join(', '),
    ...readers.map((each) => `reader ${each.reader} ${describeReader(each)}`),
  ]
}

function describeReader({ claimed, opened, proved }: ReaderStatus): string {
  const what = opened === undefined ? 'claimed' : 'opened'
  const when = formatTime(Date.parse(opened ?? claimed))
  const rest = opened === undefined ? '; has not told that it opened it' : ''
  return proved
    ? `${what} ${when} by someone who holds the key, proved by signature${rest}`
    : `${what} ${when}, says the server without proof${rest}`
}

function parseReader(value: unknown): ReaderStatus | undefined {
  const { reader, claimed, opened, proved } = recordOf(value) ?? {}
  if (typeof reader !== 'string' || !/^[0-9a-f]{8}$/.test(reader) || !isTime(claimed)) return undefined
  if (typeof proved !== 'boolean') return undefined
  if (opened === undefined) return { reader, claimed, proved }
  return isTime(opened) ? { reader, claimed, opened, proved } : undefined
}

function isState(value: unknown): value is SentStatus['state'] {
  return typeof value === 'string' && Object.hasOwn(STATES, value)
}

function isTime(value: unknown): value is string {
  return typeof value === 'string' && !Number.isNaN(Date.parse(value))
}

/** ISO 8601. @param seconds - since 1970, as a stranger says: any whole number */
export function iso(seconds: number): string {
  const time = new Date(seconds * 1_000)
  return Number.isNaN(time.getTime()) ? new Date(0).toISOString() : time.toISOString()
}

const READER_NAME_CHARACTERS = 8

const STATES: Readonly<Record<SentStatus['state'], string>> = {
  uploading: 'not finished',
  ready: 'waits',
  claimed: 'claimed',
  lost: 'lost by the server: send it again',
  read: 'opened and burned',
  revoked: 'revoked',
  locked: `destroyed after ${MAX_TRIES} wrong passphrases`,
  deleted: 'deleted from its box, read or not',
}
