import type { BoxAddress } from '#protocol/address.ts'
import type { InvitationState } from '#protocol/box-api.ts'
import type { BoxTermsOfCard } from '#protocol/card.ts'
import { dayAt, epochAt, lifeOfCard, type Epoch } from '#protocol/epoch.ts'
import type { DropId } from '#protocol/id.ts'
import { CARDS_KEPT_DAYS, EPOCHS_AHEAD, MAX_PENDING, PENDING_MS } from '#protocol/limits.ts'

/**
 * Admission to a box, and its counts: pure, no I/O, no clock. Room is reserved for a drop on its way, as a pending item. Once the
 * shelf has all of it, the item is listed (`settlement.ts`) and gets a place in the list. docs/protocol.md §13.7.
 */
export interface Box {
  readonly address: BoxAddress
  /** Of its cards; 0 while it has none. */
  readonly serial: number
  /** The last place in its list that was given out. */
  readonly seq: number
  /** Listed drops, and their bytes of ciphertext. */
  readonly items: number
  readonly bytes: number
  /** Pending drops, which may still fail, and their bytes. */
  readonly pending: number
  readonly pendingBytes: number
  /** The day of the last arrival, in days since 1970, and the bytes that came uninvited on it. */
  readonly day: number
  readonly dayBytes: number
  /** The day from which it is forgotten if it holds nothing, in days since 1970. */
  readonly forgetDay: number
}

/** A drop in a box, or on its way there. */
export interface BoxItem {
  readonly box: BoxAddress
  readonly id: DropId
  readonly state: 'pending' | 'listed'
  /** 0 while it is pending. */
  readonly seq: number
  readonly size: number
  readonly parts: number
  /** Days since 1970. */
  readonly arrived: number
  /** When it expires; while it is pending, when its shelf is asked about it. */
  readonly dueMs: number
  /** Hash of the invitation that its room was taken from; cleared when it is listed. */
  readonly invitation: string | undefined
}

/** Limits of a box: drops, bytes of ciphertext, and bytes that may come in one day uninvited. */
export interface Quota {
  readonly items: number
  readonly bytes: number
  readonly bytesPerDay: number
}

/** A drop that is meant for a box. */
export interface Deposit {
  readonly id: DropId
  readonly size: number
  readonly parts: number
}

/** A request to deposit a drop in a box. */
export interface DepositRequest extends Deposit {
  readonly box: BoxAddress
  /** Hash of the secret of the sender's invitation, base64url. */
  readonly invitation: string | undefined
  /** Bytes of the largest drop that the server takes. */
  readonly largest: number
  readonly quotas: Quotas
}

/** Quotas of a box with a card, and without one. */
export interface Quotas {
  readonly carded: Quota
  readonly bare: Quota
}

/** Drops, and bytes of ciphertext. */
export interface Usage {
  readonly items: number
  readonly bytes: number
}

/** Everything that decides whether there is room for a drop. */
export interface Capacity {
  readonly quota: Quota
  /** Of the present card; `undefined` for an address without one. */
  readonly terms: BoxTermsOfCard | undefined
  /** The sender's, if it is still good. */
  readonly invitation: InvitationState | undefined
  /** Listed drops that have expired and that no alarm has removed yet. */
  readonly expired: Usage
}

/** The limits for a new deposit. */
export interface AdmissionLimits extends Capacity {
  /** Bytes of the largest drop that the server takes. */
  readonly largest: number
}

/** Room that is reserved for a drop, and the rest of its invitation. */
export interface Reservation {
  readonly box: Box
  readonly item: BoxItem
  readonly invitation: InvitationState | undefined
}

export type Admission =
  | ({ readonly outcome: 'admitted' } & Reservation)
  | { readonly outcome: 'too_large'; readonly largest: number }
  | { readonly outcome: 'box_full' | 'invitation_needed' }

export function newBox(address: BoxAddress): Box {
  return {
    address,
    serial: 0,
    seq: 0,
    items: 0,
    bytes: 0,
    pending: 0,
    pendingBytes: 0,
    day: 0,
    dayBytes: 0,
    forgetDay: 0,
  }
}

/** Admits a drop before any of it is read, if its size and its sender are allowed and there is room. */
export function admit(present: Box, deposit: Deposit, limits: AdmissionLimits, now: number): Admission {
  const { terms } = limits
  if (terms?.invitation === true && limits.invitation === undefined) return { outcome: 'invitation_needed' }
  const largest = Math.min(limits.largest, terms?.largest ?? limits.largest)
  if (deposit.size > largest) return { outcome: 'too_large', largest }
  const kept = reserveRoom(present, deposit, limits, now)
  return kept === undefined ? { outcome: 'box_full' } : { outcome: 'admitted', ...kept }
}

/**
 * Reserves room for a drop. A drop by invitation counts against the invitation, not against the day, and may fill the box. A
 * tenth of a box with a card is closed to strangers, so that they cannot shut out the invited.
 * @returns `undefined` if there is no room
 */
export function reserveRoom(present: Box, deposit: Deposit, capacity: Capacity, now: number): Reservation | undefined {
  const { terms, invitation, expired } = capacity
  if (terms?.invitation === true && invitation === undefined) return undefined
  const { size } = deposit
  const quota = invitation === undefined ? openQuota(capacity) : capacity.quota
  const box = onDay(present, now)
  const held = usageOf(box, expired)
  if (held.items + box.pending >= quota.items || held.bytes + box.pendingBytes + size > quota.bytes) return undefined
  const isWithin =
    invitation === undefined
      ? box.dayBytes + size <= quota.bytesPerDay
      : invitation.items > 0 && invitation.bytes >= size
  if (!isWithin) return undefined
  const dayBytes = box.dayBytes + (invitation === undefined ? size : 0)
  return {
    box: { ...box, dayBytes, pending: box.pending + 1, pendingBytes: box.pendingBytes + size },
    item: pend(box, deposit, invitation?.hash, now),
    invitation: invitation && { ...invitation, items: invitation.items - 1, bytes: invitation.bytes - size },
  }
}

/** The drops that a box holds. Expired ones do not count, whenever the alarm removes them. */
export function usageOf({ items, bytes }: Box, expired: Usage): Usage {
  return { items: items - expired.items, bytes: bytes - expired.bytes }
}

/** Whether so many uninvited drops are pending that some have to make room for a stranger's. */
export function isCrowded({ pending, pendingBytes }: Box, size: number, quota: Quota): boolean {
  const { items, bytes } = mostPending(quota)
  return pending >= items || pendingBytes + size > bytes
}

/**
 * The pending items that lose their room to a stranger's drop: an announcement alone keeps nobody out. If one of them arrives all
 * the same, it looks for room again (`settlement.ts`).
 * @param waiting - uninvited pending items, in the order in which they make room.
 */
export function makeRoom(waiting: readonly BoxItem[], size: number, quota: Quota): readonly BoxItem[] {
  const { items, bytes } = mostPending(quota)
  let sum = waiting.reduce((all, each) => all + each.size, size)
  let count = 0
  for (const { size: each } of waiting) {
    if (waiting.length - count < items && sum <= bytes) break
    sum -= each
    count++
  }
  return waiting.slice(0, count)
}

/**
 * A box whose owner has published cards.
 * @param lastEpoch - of the cards; epochs farther ahead than cards are published do not count.
 */
export function withNewCards(box: Box, serial: number, lastEpoch: Epoch, now: number): Box {
  const { notAfter } = lifeOfCard(Math.min(lastEpoch, epochAt(now) + EPOCHS_AHEAD))
  return { ...box, serial, forgetDay: Math.max(box.forgetDay, dayAt(notAfter * 1_000) + CARDS_KEPT_DAYS) }
}

/** The box without an item. A pending one gives its room back, that of the day too. */
export function remove(box: Box, { state, size, arrived, invitation }: BoxItem): Box {
  if (state === 'listed') return { ...box, items: box.items - 1, bytes: box.bytes - size }
  const isOfDay = invitation === undefined && arrived === box.day
  return {
    ...box,
    pending: box.pending - 1,
    pendingBytes: box.pendingBytes - size,
    dayBytes: isOfDay ? Math.max(0, box.dayBytes - size) : box.dayBytes,
  }
}

/** The quota of strangers. Without a card nobody can be invited, so they have all of it. */
function openQuota({ quota, terms }: Capacity): Quota {
  if (terms === undefined) return quota
  return { ...quota, items: Math.ceil(quota.items * OPEN_SHARE), bytes: Math.ceil(quota.bytes * OPEN_SHARE) }
}

/** The limit of uninvited pending drops. */
function mostPending({ items, bytesPerDay }: Quota): Pick<Quota, 'items' | 'bytes'> {
  return { items: Math.min(MAX_PENDING, Math.ceil(items * PENDING_SHARE)), bytes: bytesPerDay * PENDING_SHARE }
}

function pend(box: Box, deposit: Deposit, invitation: string | undefined, now: number): BoxItem {
  return {
    ...deposit,
    box: box.address,
    state: 'pending',
    seq: 0,
    arrived: box.day,
    dueMs: now + PENDING_MS,
    invitation,
  }
}

/** The box as it is on a day: bytes of earlier days no longer count. */
export function onDay(box: Box, now: number): Box {
  const day = dayAt(now)
  return day > box.day ? { ...box, day, dayBytes: 0, forgetDay: Math.max(box.forgetDay, day + 1) } : box
}

/** Of a box with a card. */
const OPEN_SHARE = 0.9

/** Of its items, and of the bytes of a day. */
const PENDING_SHARE = 0.25
