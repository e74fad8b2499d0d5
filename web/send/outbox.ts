import type { Journal } from '#client/seal-parts.ts'
import type { Unfinished } from '#client/sealed.ts'
import { endOfUpload } from '#client/upload-end.ts'
import type { DropId } from '#protocol/id.ts'
import { UPLOAD_LIFE_SECONDS } from '#protocol/limits.ts'
import { serverOf } from '../platform/server.ts'
import type { KeptUpload } from '../platform/store.ts'
import { interrupted as words } from '../copy/sending.ts'
import type { SendTools } from './send-state.ts'
import type { Destination, SealedDraft } from './destination.ts'
import type { Interrupted, UploadSummary } from './uploads.ts'

/** Uploads in parts that have not come to their end, and what it takes to go on with them after a crash or a lock. */
export interface Outbox {
  /**
   * On the disk when it resolves. @param isResumed - it lies there already
   * @returns how long it is kept; `undefined` if it could not be
   */
  keep(order: SealedDraft, isResumed: boolean): Promise<'for good' | 'with the page' | undefined>
  /** Keeps the hashes of the parts of an upload that is kept. */
  journal(unfinished: Unfinished): Journal
  /** Notes how much has gone out, from 0 to 1. It is for the eye only: the server knows what it has. */
  note(unfinished: Unfinished, part: number): Promise<void>
  /** All of them, as they lie on the device now. */
  all(): Promise<readonly KeptUpload[]>
  /** An upload that cannot be forgotten now is removed when its time is over. */
  forget(dropId: DropId): Promise<void>
  /** The fault of an upload that is not there any more when somebody goes on with it. */
  readonly missing: 'upload-over' | 'elsewhere'
}

/** Over the store of this browser: keys and the link of an upload lie in it as they are. docs/decisions/0010-an-upload-keeps-its-link.md */
export function plainOutbox({ device, store }: Pick<SendTools, 'device' | 'store'>): Outbox {
  return {
    missing: 'upload-over',
    async keep({ returnWords, sealed: { unfinished }, sender }, isResumed) {
      if (isResumed) return 'for good'
      try {
        const kept = await store()
        await kept.keepUpload({ unfinished, sender, untilMs: endOf(device.clock()), returnWords })
        return kept.isLasting ? 'for good' : 'with the page'
      } catch {
        return undefined
      }
    },
    journal: ({ dropId }) => ({ keep: async (n, hashes) => (await store()).keepHashes(dropId, n, hashes) }),
    note: async ({ dropId }, part) => (await store()).noteSentPart(dropId, part).catch(() => {}),
    all: async () => (await store()).uploads(),
    async forget(dropId) {
      try {
        await (await store()).forgetUpload(dropId)
      } catch {
        // It is removed when its time is over.
      }
    },
  }
}

/** When the server removes what is not whole by then, milliseconds since 1970. */
export function endOf(now: number): number {
  return now + UPLOAD_LIFE_SECONDS * 1_000
}

/** Tells of unfinished uploads of one kind, but for those that another tab is at. Forgets those that are over. */
export async function findInterrupted(
  tools: SendTools,
  destination: Pick<Destination, 'isOwn' | 'lockOf'>,
  outbox: Outbox,
): Promise<void> {
  const { device, dispatch } = tools
  const interrupted: Interrupted[] = []
  for (const { sender, sentPart, unfinished, untilMs } of await outbox.all()) {
    if (!destination.isOwn(unfinished)) continue
    await device.ifFree(destination.lockOf(unfinished.dropId), async () => {
      // Asked once: without a connection the upload is told of.
      const end = await endOfUpload(serverOf(tools, 0), unfinished.ticket, sender, untilMs)
      if (end === 'over') return outbox.forget(unfinished.dropId)
      interrupted.push({ ...summaryOf(unfinished), sentPart, untilMs })
    })
  }
  if (interrupted.length === 0) return
  dispatch({ type: 'uploads-found', interrupted })
  // It stands above what has the focus, where nobody would look again.
  dispatch({ type: 'announced', text: words.title })
}

/** By which uploads for a link are known. Those for a box are told of where one writes to it. */
export const LINK_UPLOADS: Pick<Destination, 'isOwn' | 'lockOf'> = {
  isOwn: ({ terms }: Pick<Unfinished, 'terms'>) => 'reads' in terms,
  lockOf,
}

/** Held by the tab that sends a drop for a link or for a box. */
export function lockOf(dropId: DropId): string {
  return `sealdrop upload ${dropId}`
}

/** An upload as it is drawn. */
export function summaryOf({ dropId, files, text, ticket }: Unfinished): UploadSummary {
  return { dropId, files, hasText: text !== '', needsPassphrase: ticket.needsPassphrase }
}
