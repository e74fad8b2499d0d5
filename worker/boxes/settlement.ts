import type { DropId } from '#protocol/id.ts'
import { PENDING_MS, UPLOAD_LIFE_SECONDS } from '#protocol/limits.ts'
import type { StatusInBox } from '../drops/rpc.ts'
import {
  isCrowded,
  reserveRoom,
  makeRoom,
  onDay,
  remove,
  type Box,
  type BoxItem,
  type Reservation,
  type Capacity,
} from './box.ts'

/**
 * Updates a box by the state of a drop on its shelf: pure, no I/O, no clock. One answer makes one change, whole: a drop that had
 * lost its room gets room and its place in the list together, so that nobody can take the room in between.
 * docs/decisions/0024-second-steps.md.
 */
export interface Settlement {
  /** `box_full`: the drop is to be turned away, or has been. */
  readonly outcome: 'settled' | 'box_full'
  /** Absent if nothing changes. */
  readonly change?: BoxChange
}

/** A change that is written in one step. */
export interface BoxChange {
  /** Absent if its counts stay as they are. */
  readonly box?: Box
  /** Items that leave. Their room has been taken out of the counts of `box`. */
  readonly leaving: readonly BoxItem[]
  /** An item that is added or replaced. */
  readonly item?: BoxItem
  /** The rest of an invitation. */
  readonly invitation?: Reservation['invitation']
}

/** A box when the answer comes, and its item of the drop. */
export interface SettlementInput {
  readonly box: Box
  readonly id: DropId
  readonly item: BoxItem | undefined
  /** Uninvited pending items, in the order in which they make room. */
  readonly waiting: () => readonly BoxItem[]
  readonly capacity: Capacity
}

/** @param now - milliseconds since 1970. */
export function settle(input: SettlementInput, status: StatusInBox, now: number): Settlement {
  const { box, item } = input
  const isLive = status.outcome === 'live' && status.expiresAtMs > now
  if (isLive) return item?.state === 'listed' ? { outcome: 'settled' } : arrive(input, status, now)
  const outcome = status.outcome === 'turned_away' ? 'box_full' : 'settled'
  if (item === undefined) return { outcome }
  if (status.outcome !== 'uploading') return { outcome, change: takeOff(box, item) }
  if (item.state === 'listed' || now < item.dueMs) return { outcome }
  // A drop that comes in one request is there by now, or its worker has died. If its sender asks again, it is admitted again.
  if (item.parts === 1) return { outcome, change: takeOff(box, item) }
  return { outcome, change: { leaving: [], item: { ...item, dueMs: askAgainAt(status.expiresAtMs, now) } } }
}

/** The box without one of its items. */
export function takeOff(box: Box, item: BoxItem): BoxChange {
  return { box: remove(box, item), leaving: [item] }
}

/** The items that have to make room for a stranger's drop of so many bytes. */
export function leavingFor(
  { box, waiting, capacity }: Omit<SettlementInput, 'id' | 'item'>,
  size: number,
): readonly BoxItem[] {
  const isStranger = capacity.invitation === undefined
  return isStranger && isCrowded(box, size, capacity.quota) ? makeRoom(waiting(), size, capacity.quota) : []
}

/** All of it is there. */
function arrive(input: SettlementInput, status: Live, now: number): Settlement {
  const { box, id, item, capacity } = input
  if (item !== undefined && status.size <= item.size) {
    return { outcome: 'settled', change: { ...list(box, item, status, now), leaving: [] } }
  }
  // Its room went to another; or it was announced again as a smaller one, and the room for that is not enough.
  const own = item === undefined ? [] : [item]
  const rest = own.reduce(remove, box)
  const waiting = (): readonly BoxItem[] => input.waiting().filter((each) => each.id !== id)
  const others = leavingFor({ box: rest, waiting, capacity }, status.size)
  const deposit = { id, size: status.size, parts: status.parts }
  const kept = reserveRoom(others.reduce(remove, rest), deposit, capacity, now)
  if (kept === undefined) return { outcome: 'box_full' }
  const listed = list(kept.box, kept.item, status, now)
  return { outcome: 'settled', change: { ...listed, leaving: [...own, ...others], invitation: kept.invitation } }
}

/** It gets the next place in the list. */
function list(
  present: Box,
  item: BoxItem,
  { size, parts, expiresAtMs }: Live,
  now: number,
): Pick<Reservation, 'box' | 'item'> {
  const box = onDay(present, now)
  // Starts from the day, so that no place is used twice though the row of an empty box is removed.
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

/** When the shelf of an upload is asked again: less and less often. */
function askAgainAt(expiresAtMs: number, now: number): number {
  const leftMs = Math.max(0, expiresAtMs - now)
  return now + Math.max(PENDING_MS, Math.min(leftMs, UPLOAD_LIFE_SECONDS * 1_000 - leftMs))
}

type Live = Extract<StatusInBox, { outcome: 'live' }>

/** More than one box can take in on a day. */
const PLACES_PER_DAY = 1_000_000
