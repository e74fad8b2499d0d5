import type { SigningKey } from '#client/crypto/keys.ts'
import { deriveOpener, type LinkSecret, type Location, type Opener } from '#client/link.ts'
import type { Opened, Waiting } from '#client/receive.ts'
import type { Parts } from '#client/staging.ts'
import type { Disk, Stage } from '../disk.ts'
import type { Room, WaitingDrop } from '../reading-state.ts'
import type { StoredWhole } from '../store.ts'
import type { Tools } from './tools.ts'

/** What is known of the link on the screen. */
export interface Session {
  readonly secret: LinkSecret
  readonly place: Location
  waiting?: Waiting
  opener?: Opener
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

/** The opener, stretched once for each passphrase. */
export async function openerFor({ dispatch, stretch }: Tools, current: Session, passphrase: string): Promise<Opener> {
  const report = (done: number): void => dispatch({ type: 'worked', work: { stage: 'stretching', done } })
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
