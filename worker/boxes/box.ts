import type { BoxAddress } from '#protocol/address.ts'
import type { InvitationState } from '#protocol/box-api.ts'
import type { BoxTermsOfCard } from '#protocol/card.ts'
import { dayAt, epochAt, lifeOfCard, type Epoch } from '#protocol/epoch.ts'
import type { DropId } from '#protocol/id.ts'
import { CARDS_KEPT_DAYS, EPOCHS_AHEAD, MAX_PENDING, PENDING_MS } from '#protocol/limits.ts'

/**
 * What a box takes in and what it counts: pure, no I/O, no clock. A drop on its way has its room kept, as a pending item;
 * once the shelf has all of it, it is listed (`settlement.ts`), and gets its place in the list. docs/protocol.md §13.7.
 */
export interface Box {
  readonly address: BoxAddress
  /** Of its cards; 0 while it has none. */
  readonly serial: number
  /** The last place in its list that was given out. */
  readonly seq: number
  /** What is listed: drops, and bytes of ciphertext. */
  readonly items: number
  readonly bytes: number
  /** What is on its way, and may still fail. */
  readonly pending: number
  readonly pendingBytes: number
  /** When something last came, in days since 1970, and the bytes that came uninvited on that day. */
  readonly day: number
  readonly dayBytes: number
  /** From when on it is forgotten if it holds nothing, in days since 1970. */
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
  /** When it expires; while it is pending, when its shelf is asked what has become of it. */
  readonly dueMs: number
  /** Hash of the invitation that its room was taken from; forgotten when it is listed. */
  readonly invitation: string | undefined
}

/** What a box holds at most: drops, bytes of ciphertext, and bytes that come in one day uninvited. */
export interface Quota {
  readonly items: number
  readonly bytes: number
  readonly bytesPerDay: number
}

/** What somebody wants to put into a box. */
export interface Deposit {
  readonly id: DropId
  readonly size: number
  readonly parts: number
}

/** Somebody at the door of a box. */
export interface DepositRequest extends Deposit {
  readonly box: BoxAddress
  /** Hash of the secret of the invitation that they bring, base64url. */
  readonly invitation: string | undefined
  /** Bytes of the largest drop that the server takes. */
  readonly largest: number
  readonly quotas: Quotas
}

/** What a box holds with a card, and without. */
export interface Quotas {
  readonly carded: Quota
  readonly bare: Quota
}

/** Drops, and bytes of ciphertext. */
export interface Usage {
  readonly items: number
  readonly bytes: number
}

/** The terms on which a drop finds room. */
export interface Capacity {
  readonly quota: Quota
  /** Of the present card; `undefined` for an address without one. */
  readonly terms: BoxTermsOfCard | undefined
  /** The one that its sender brought, if it is still good. */
  readonly invitation: InvitationState | undefined
  /** Listed drops that have expired and that no alarm has taken off the list yet. */
  readonly expired: Usage
}

/** Those on which one is let in that has not come yet. */
export interface AdmissionLimits extends Capacity {
  /** Bytes of the largest drop that the server takes. */
  readonly largest: number
}

/** Room that is kept for a drop, and what that leaves of an invitation. */
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

/** Lets a drop in before any of it is read, if its size and its sender may come in and there is room. */
export function admit(present: Box, deposit: Deposit, limits: AdmissionLimits, now: number): Admission {
  const { terms } = limits
  if (terms?.invitation === true && limits.invitation === undefined) return { outcome: 'invitation_needed' }
  const largest = Math.min(limits.largest, terms?.largest ?? limits.largest)
  if (deposit.size > largest) return { outcome: 'too_large', largest }
  const kept = reserveRoom(present, deposit, limits, now)
  return kept === undefined ? { outcome: 'box_full' } : { outcome: 'admitted', ...kept }
}

/**
 * Keeps room for a drop. What comes by invitation counts against the invitation in place of the day, and may fill the box; to
 * strangers a tenth of a box with a card is shut, so that they cannot shut the invited out.
 * @returns `undefined` if there is none
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

/** What a box holds: what has expired is not in it any more, whenever the alarm takes it off the list. */
export function usageOf({ items, bytes }: Box, expired: Usage): Usage {
  return { items: items - expired.items, bytes: bytes - expired.bytes }
}

/** Whether so much is on its way that some of it has to make room for a stranger. */
export function isCrowded({ pending, pendingBytes }: Box, size: number, quota: Quota): boolean {
  const { items, bytes } = mostPending(quota)
  return pending >= items || pendingBytes + size > bytes
}

/**
 * What loses the room that is kept for it to a stranger: whoever only announces keeps nobody out. Should it come all the same,
 * it looks for room again (`settlement.ts`).
 * @param waiting - what is on its way uninvited, in the order in which it makes room.
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
 * @param lastEpoch - of the cards; what lies farther ahead than cards are published does not count.
 */
export function renew(box: Box, serial: number, lastEpoch: Epoch, now: number): Box {
  const { notAfter } = lifeOfCard(Math.min(lastEpoch, epochAt(now) + EPOCHS_AHEAD))
  return { ...box, serial, forgetDay: Math.max(box.forgetDay, dayAt(notAfter * 1_000) + CARDS_KEPT_DAYS) }
}

/** The box without an item. What was pending gives its room back, also that of the day. */
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

/** What strangers may fill: without a card nobody can be invited, and all of it is theirs. */
function openQuota({ quota, terms }: Capacity): Quota {
  if (terms === undefined) return quota
  return { ...quota, items: Math.ceil(quota.items * OPEN_SHARE), bytes: Math.ceil(quota.bytes * OPEN_SHARE) }
}

/** What may be on its way uninvited. */
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

/** As the box is on a day: what came on another counts no more. */
export function onDay(box: Box, now: number): Box {
  const day = dayAt(now)
  return day > box.day ? { ...box, day, dayBytes: 0, forgetDay: Math.max(box.forgetDay, day + 1) } : box
}

/** Of a box with a card. */
const OPEN_SHARE = 0.9

/** Of its items, and of the bytes of a day. */
const PENDING_SHARE = 0.25
