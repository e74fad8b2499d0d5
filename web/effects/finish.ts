import { FileFault } from '#client/source.ts'
import { Refused } from '#client/refused.ts'
import { isDropError } from '#protocol/error.ts'
import { limitsOf, roomFor } from '../fit.ts'
import type { ComposeFault } from '../state.ts'
import type { StoredSent } from '../store.ts'
import { failureOf, type Tools } from './tools.ts'

/** A drop for a link that the server holds whole, and what only its sender knows of it. */
export interface FinishedLink extends StoredSent {
  readonly link: string
  /** `''` if there is none, or if nobody here knows it any more. */
  readonly passphrase: string
  /** The draft is another message. */
  readonly keepsDraft?: boolean
}

/** Keeps what the sender keeps, and shows the link. */
export async function finish(tools: Tools, finished: FinishedLink): Promise<StoredSent> {
  const { keepsDraft = false, link, passphrase, sender, ticket } = finished
  const drop: StoredSent = { ticket, sender }
  const isKept = await keep(tools, drop)
  const { expiresAtMs, needsPassphrase, reads } = ticket
  tools.dispatch({
    type: 'sealed',
    keepsDraft,
    drop: { link, passphrase, needsPassphrase, expiresAtMs, reads, isKept, isHandedOver: false, burning: 'no' },
  })
  // Whoever read another page meanwhile is not there any more.
  tools.device.address('')
  return drop
}

/** What a person who composes is told of a failure. */
export function composeFaultOf({ state }: Tools, error: unknown): ComposeFault {
  if (error instanceof FileFault) return { at: error.code === 'file_changed' ? 'changed' : 'file', name: error.file }
  const isTooLarge = isDropError(error) && error.code === 'too_large'
  const { draft, limits } = state()
  const told = error instanceof Refused && error.largest !== undefined ? limitsOf(error.largest) : limits
  if (isTooLarge && told !== undefined) return { at: 'size', room: roomFor(draft, told) }
  if (isDropError(error) && error.code === 'box_full') return { at: 'box-full' }
  if (isDropError(error) && error.code === 'invitation_needed') return { at: 'invitation' }
  return { at: 'server', code: failureOf(error) }
}

async function keep({ store }: Tools, drop: StoredSent): Promise<boolean> {
  try {
    const kept = await store()
    await kept.keepSent(drop)
    return kept.isLasting
  } catch {
    return false
  }
}
