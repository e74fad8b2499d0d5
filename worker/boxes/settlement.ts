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
 * What becomes of a drop in its box, once its shelf has said what has become of it there: pure, no I/O, no clock. One answer
 * makes one change, whole: a drop that had lost its room finds another together with its place in the list, so that nobody
 * can take it from there in between. docs/decisions/0024-second-steps.md.
 */
export interface Settlement {
  /** `box_full`: the drop is to be turned away, or has been. */
  readonly outcome: 'settled' | 'box_full'
  /** Absent if nothing changes. */
  readonly change?: BoxChange
}

/** What is written in one step. */
export interface BoxChange {
  /** Absent if its counts stay as they are. */
  readonly box?: Box
  /** Items that go. What room was kept for them has been counted out of `box`. */
  readonly leaving: readonly BoxItem[]
  /** One that comes, or is written over. */
  readonly item?: BoxItem
  /** What is left of an invitation. */
  readonly invitation?: Reservation['invitation']
}

/** How a box stands when the answer comes, and what is known there of the drop. */
export interface SettlementInput {
  readonly box: Box
  readonly id: DropId
  readonly item: BoxItem | undefined
  /** What is on its way uninvited, in the order in which it makes room. */
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
  // What comes in one request is there by now, or its worker has died. Should its sender ask again, it is admitted again.
  if (item.parts === 1) return { outcome, change: takeOff(box, item) }
  return { outcome, change: { leaving: [], item: { ...item, dueMs: askAgainAt(status.expiresAtMs, now) } } }
}

/** The box without one of its items. */
export function takeOff(box: Box, item: BoxItem): BoxChange {
  return { box: remove(box, item), leaving: [item] }
}

/** What has to make room for a stranger's drop of so many bytes. */
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
  // Its room went to another; or it was announced once more as a smaller one, and what is kept for that is not enough.
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

/** When the shelf of an upload is asked again: ever more seldom, the longer it takes. */
function askAgainAt(expiresAtMs: number, now: number): number {
  const leftMs = Math.max(0, expiresAtMs - now)
  return now + Math.max(PENDING_MS, Math.min(leftMs, UPLOAD_LIFE_SECONDS * 1_000 - leftMs))
}

type Live = Extract<StatusInBox, { outcome: 'live' }>

/** More than one box can take in on a day. */
const PLACES_PER_DAY = 1_000_000
