import type { BoxAddress } from '#protocol/address.ts'
import type { InvitationState } from '#protocol/box-api.ts'
import type { BoxTermsOfCard } from '#protocol/card.ts'
import { dayAt, epochAt, lifeOfCard, type Epoch } from '#protocol/epoch.ts'
import type { DropId } from '#protocol/id.ts'
import { CARDS_KEPT_DAYS, EPOCHS_AHEAD, MAX_PENDING, PENDING_MS, UPLOAD_LIFE_SECONDS } from '#protocol/limits.ts'
import type { Fate } from './answer.ts'

/**
 * What a box takes in and what it counts: pure, no I/O, no clock. A drop on its way has its room kept, as a pending item;
 * once the shelf has all of it, it is listed, and gets its place in the list. docs/protocol.md §13.7.
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
export interface Order {
  readonly id: DropId
  readonly size: number
  readonly parts: number
}

/** What holds for who wants to. */
export interface House {
  readonly quota: Quota
  /** Of the present card; `undefined` for an address without one. */
  readonly terms: BoxTermsOfCard | undefined
  /** The one that they brought, if it is still good. */
  readonly invitation: InvitationState | undefined
  /** Bytes of the largest drop that the server takes. */
  readonly largest: number
}

export type Admission =
  | {
      readonly outcome: 'admitted'
      readonly box: Box
      readonly item: BoxItem
      readonly invitation: InvitationState | undefined
    }
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

/**
 * Keeps room for a drop, before any of it is read. What comes by invitation counts against the invitation in place of the
 * day, and may fill the box; to strangers a tenth of a box with a card is shut, so that they cannot shut the invited out.
 */
export function admit(present: Box, { id, size, parts }: Order, house: House, now: number): Admission {
  const { terms, invitation } = house
  const quota = invitation === undefined ? openQuota(house) : house.quota
  if (terms?.invitation === true && invitation === undefined) return { outcome: 'invitation_needed' }
  const largest = Math.min(house.largest, terms?.largest ?? house.largest)
  if (size > largest) return { outcome: 'too_large', largest }
  const box = onDay(present, now)
  if (box.items + box.pending >= quota.items) return { outcome: 'box_full' }
  if (box.bytes + box.pendingBytes + size > quota.bytes) return { outcome: 'box_full' }
  const isWithin =
    invitation === undefined
      ? box.dayBytes + size <= quota.bytesPerDay
      : invitation.items > 0 && invitation.bytes >= size
  if (!isWithin) return { outcome: 'box_full' }
  const dayBytes = box.dayBytes + (invitation === undefined ? size : 0)
  return {
    outcome: 'admitted',
    box: { ...box, dayBytes, pending: box.pending + 1, pendingBytes: box.pendingBytes + size },
    item: pend(box, { id, size, parts }, invitation?.hash, now),
    invitation: invitation && { ...invitation, items: invitation.items - 1, bytes: invitation.bytes - size },
  }
}

/** Whether so much is on its way that some of it has to make room for a stranger. */
export function isCrowded({ pending, pendingBytes }: Box, size: number, quota: Quota): boolean {
  const { items, bytes } = mostPending(quota)
  return pending >= items || pendingBytes + size > bytes
}

/**
 * What loses the room that is kept for it to a stranger: whoever only announces keeps nobody out. Should it come all the same, it
 * is recalled. @param waiting - what is on its way uninvited, in the order in which it makes room.
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
 * A drop that is there though no room is kept for it any more: it comes as from a stranger.
 * @returns `undefined` if the box has none left
 */
export function recall(
  present: Box,
  order: Order,
  house: Pick<House, 'quota' | 'terms'>,
  now: number,
): { readonly box: Box; readonly item: BoxItem } | undefined {
  const box = onDay(present, now)
  const { items, bytes, bytesPerDay } = openQuota(house)
  const isWithin = box.items + box.pending < items && box.bytes + box.pendingBytes + order.size <= bytes
  if (!isWithin || box.dayBytes + order.size > bytesPerDay) return undefined
  const [pending, pendingBytes] = [box.pending + 1, box.pendingBytes + order.size]
  return {
    box: { ...box, pending, pendingBytes, dayBytes: box.dayBytes + order.size },
    item: pend(box, order, undefined, now),
  }
}

/**
 * A box whose owner has published cards.
 * @param lastEpoch - of the cards; what lies farther ahead than cards are published does not count.
 */
export function renew(box: Box, serial: number, lastEpoch: Epoch, now: number): Box {
  const { notAfter } = lifeOfCard(Math.min(lastEpoch, epochAt(now) + EPOCHS_AHEAD))
  return { ...box, serial, forgetDay: Math.max(box.forgetDay, dayAt(notAfter * 1_000) + CARDS_KEPT_DAYS) }
}

export type Resolution = 'list' | 'remove' | 'stay' | { readonly askAgainMs: number }

/** What a shelf's answer means for an item. @param now - milliseconds since 1970. */
export function resolve(item: BoxItem, fate: Fate, now: number): Resolution {
  if (fate.outcome === 'gone') return 'remove'
  if (item.state === 'listed') return 'stay'
  if (fate.outcome === 'live') return 'list'
  if (now < item.dueMs) return 'stay'
  // What comes in one request is there by now, or its worker has died. Should its sender ask again, it is admitted again.
  if (item.parts === 1) return 'remove'
  // Ever more seldom, the longer the upload takes.
  const leftMs = Math.max(0, fate.expiresAtMs - now)
  return { askAgainMs: now + Math.max(PENDING_MS, Math.min(leftMs, UPLOAD_LIFE_SECONDS * 1_000 - leftMs)) }
}

/** All of a pending drop is there: it gets the next place. */
export function list(
  present: Box,
  item: BoxItem,
  { size, parts, expiresAtMs }: Extract<Fate, { outcome: 'live' }>,
  now: number,
): { readonly box: Box; readonly item: BoxItem } {
  const box = onDay(present, now)
  // By the day, so that no place is used twice though the row of an empty box is removed.
  const seq = Math.max(box.seq + 1, box.day * PLACES_PER_DAY)
  const { items, bytes, pending, pendingBytes, day } = box
  return {
    box: {
      ...box,
      seq,
      items: items + 1,
      bytes: bytes + size,
      pending: pending - 1,
      pendingBytes: pendingBytes - item.size,
    },
    item: { ...item, state: 'listed', seq, size, parts, arrived: day, dueMs: expiresAtMs, invitation: undefined },
  }
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
function openQuota({ quota, terms }: Pick<House, 'quota' | 'terms'>): Quota {
  if (terms === undefined) return quota
  return { ...quota, items: Math.ceil(quota.items * OPEN_SHARE), bytes: Math.ceil(quota.bytes * OPEN_SHARE) }
}

/** What may be on its way uninvited. */
function mostPending({ items, bytesPerDay }: Quota): Pick<Quota, 'items' | 'bytes'> {
  return { items: Math.min(MAX_PENDING, Math.ceil(items * PENDING_SHARE)), bytes: bytesPerDay * PENDING_SHARE }
}

function pend(box: Box, order: Order, invitation: string | undefined, now: number): BoxItem {
  return {
    ...order,
    box: box.address,
    state: 'pending',
    seq: 0,
    arrived: box.day,
    dueMs: now + PENDING_MS,
    invitation,
  }
}

function onDay(box: Box, now: number): Box {
  const day = dayAt(now)
  return day > box.day ? { ...box, day, dayBytes: 0, forgetDay: Math.max(box.forgetDay, day + 1) } : box
}

/** Of a box with a card. */
const OPEN_SHARE = 0.9

/** Of its items, and of the bytes of a day. */
const PENDING_SHARE = 0.25

/** More than one box can take in on a day. */
const PLACES_PER_DAY = 1_000_000
