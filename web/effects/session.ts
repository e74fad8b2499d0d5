import type { SigningKey } from '#client/crypto/keys.ts'
import { deriveOpener, type LinkSecret, type Location, type Opener } from '#client/link.ts'
import type { Opened, Waiting } from '#client/receive.ts'
import type { Parts } from '#client/staging.ts'
import type { Disk, Stage } from '../disk.ts'
import type { Event } from '../event.ts'
import type { Room, WaitingDrop } from '../reading-state.ts'
import type { StoredWhole } from '../store.ts'
import type { Tools } from './tools.ts'

/** What is known of the link on the screen. */
export interface Session {
  readonly secret: LinkSecret
  readonly place: Location
  /** Whether the screen is about it. What comes in after it was left is for nobody. */
  readonly isShown: () => boolean
  waiting?: Waiting
  opener?: Opener
  /** By which the opener was made; gone once it has opened. */
  passphrase?: string
  reader?: SigningKey
  /** The person has been told that a reload may lose what is claimed. */
  isWarned?: boolean
  /** This browser has opened and acknowledged it before a reload, and keeps all of it. */
  whole?: StoredWhole & { readonly expiresAtMs: number }
  /** For a drop in parts: where they lie. */
  disk?: Disk
  stage?: Stage
  room?: Room
  parts?: Parts
  message?: Opened
  /** The server has been told, or holds nothing any more. */
  isTold?: boolean
  /** Ends what is under way, by a pause. */
  stop?: AbortController
}

/** Changes the screen, if it is still about this link. */
export function tell({ dispatch }: Pick<Tools, 'dispatch'>, current: Session, event: Event): void {
  if (current.isShown()) dispatch(event)
}

/** The opener, stretched once for each passphrase. */
export async function openerFor(tools: Tools, current: Session, passphrase: string): Promise<Opener> {
  const { stretch } = tools
  const report = (done: number): void => tell(tools, current, { type: 'worked', work: { stage: 'stretching', done } })
  // After whatever went wrong another one may be typed, and is the one that is meant.
  if (current.passphrase !== passphrase) delete current.opener
  current.passphrase = passphrase
  current.opener ??= await deriveOpener(current.secret, passphrase, stretch, report)
  return current.opener
}

/** What is shown of it before it is open. */
export function waitingDrop({ room, secret, waiting, whole }: Session): WaitingDrop {
  const { needsPassphrase } = secret
  if (whole !== undefined) {
    const { expiresAtMs, reads, sizeBytes } = whole
    return { expiresAtMs, reads, sizeBytes, needsPassphrase, room }
  }
  const { expires = 0, reads = 1, size = 0 } = waiting ?? {}
  return { expiresAtMs: expires * 1_000, reads, sizeBytes: size, needsPassphrase, room }
}
