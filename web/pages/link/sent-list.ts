import type { Known, SentDrop } from '../../platform/store.ts'
import type { DropId } from '#protocol/id.ts'
import type { PublicKey } from '#protocol/public-key.ts'

/** Everything that this browser has sent, and the work on it that is under way. */
export interface SentList {
  /** Newest first; `undefined` until the store has been read. */
  readonly drops: readonly SentDrop[] | undefined
  /** A question in the page that waits for an answer. */
  readonly asking: Asking | undefined
  /** The drops that the server is being asked about. */
  readonly busy: readonly DropId[]
  readonly failed: readonly DropId[]
  /** The list could not be read or changed in this browser. */
  readonly isMissed: boolean
}

export type Asking =
  | { readonly to: 'burn'; readonly dropId: DropId }
  | { readonly to: 'reopen'; readonly dropId: DropId; readonly reader: PublicKey }
  | { readonly to: 'forget'; readonly dropId: DropId }
  | { readonly to: 'forget-all' }

export type ListEvent =
  | { readonly type: 'listed'; readonly drops: readonly SentDrop[] }
  | { readonly type: 'list-missed' }
  | { readonly type: 'list-asked'; readonly asking: Asking | undefined }
  | { readonly type: 'list-worked'; readonly dropIds: readonly DropId[] }
  | { readonly type: 'list-failed'; readonly dropId: DropId }
  | { readonly type: 'list-reported'; readonly dropId: DropId; readonly known: Known }
  | { readonly type: 'list-forgot'; readonly dropIds: readonly DropId[] }

export const NO_LIST: SentList = { drops: undefined, asking: undefined, busy: [], failed: [], isMissed: false }

export function listReduce(list: SentList, event: ListEvent): SentList {
  switch (event.type) {
    case 'listed':
      return { ...NO_LIST, drops: event.drops.toSorted((a, b) => b.ticket.sealedAtMs - a.ticket.sealedAtMs) }
    case 'list-missed':
      return { ...list, asking: undefined, isMissed: true }
    case 'list-asked':
      return { ...list, asking: event.asking }
    case 'list-worked':
      return {
        ...list,
        asking: undefined,
        busy: [...list.busy, ...event.dropIds],
        failed: list.failed.filter((id) => !event.dropIds.includes(id)),
      }
    case 'list-failed':
      return { ...list, busy: without(list.busy, event.dropId), failed: [...list.failed, event.dropId] }
    case 'list-reported':
      return {
        ...list,
        busy: without(list.busy, event.dropId),
        drops: list.drops?.map((drop) =>
          drop.ticket.dropId === event.dropId ? { ...drop, known: event.known } : drop,
        ),
      }
    case 'list-forgot':
      return {
        ...list,
        asking: undefined,
        isMissed: false,
        drops: list.drops?.filter(({ ticket }) => !event.dropIds.includes(ticket.dropId)),
      }
  }
}

/** The status of a drop, as far as it is known here. Nobody is asked. */
export type ListedStatus =
  | 'unknown'
  | 'uploading'
  | 'waiting'
  | 'claimed'
  | 'read'
  | 'burned'
  | 'lost'
  | 'locked'
  | 'deleted'
  | 'expired'
  | 'gone'

/** @param now - milliseconds since 1970. */
export function listedStatusOf({ ticket, known }: SentDrop, now: number): ListedStatus {
  const state = known?.report?.state
  switch (state) {
    case 'read':
      return 'read'
    case 'revoked':
      return 'burned'
    case 'locked':
    case 'lost':
    case 'deleted':
      return state
    case 'uploading':
    case 'ready':
    case 'claimed':
    case undefined:
  }
  if (now >= ticket.expiresAtMs) return 'expired'
  if (known === undefined) return 'unknown'
  if (known.isGone) return 'gone'
  return state === 'claimed' || state === 'uploading' ? state : 'waiting'
}

/**
 * Whether asking the server about a drop can still tell or change anything. Only the server's word ends that: by a clock of
 * this device that is wrong, a drop that can still be opened could not be burned. That there is nothing is nobody's signed word, so
 * it ends that only for a drop whose time had passed when it was said.
 */
export function isLive({ known, ticket }: SentDrop): boolean {
  const state = known?.report?.state
  if (known?.isGone === true) return known.atMs < ticket.expiresAtMs
  return state !== 'read' && state !== 'revoked' && state !== 'locked' && state !== 'deleted'
}

function without(ids: readonly DropId[], dropId: DropId): DropId[] {
  return ids.filter((id) => id !== dropId)
}
