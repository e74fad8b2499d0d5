import { boxAddressBytes, type BoxAddress } from '#protocol/address.ts'
import type { Item } from '#protocol/box-api.ts'
import { parseDropId, type DropId } from '#protocol/id.ts'
import type { PublicKey } from '#protocol/public-key.ts'
import { firstOf, MAX_KEPT_ANSWER_CHARACTERS, MAX_PREVIEW_CHARACTERS, type ItemNote } from './reading.ts'
import type { BoxState } from './state.ts'

/** Notes of opened drops, sealed with the rest of the box's state. Each function returns the next state. */

/** An opened drop, as far as a note is made of it. */
export interface Read {
  readonly text: string
  readonly thread: BoxAddress | undefined
  readonly reply: { readonly key: PublicKey; readonly age: string } | undefined
  readonly readers: readonly PublicKey[]
}

/** An item of a thread that this device has read, and what was answered to it. */
export interface ThreadEntry {
  readonly drop: DropId
  readonly note: ItemNote
}

/** Notes that a drop has been read. @param now - milliseconds since 1970. */
export function noteRead(state: BoxState, item: Item, read: Read, now: number): BoxState {
  const before = state.reading.items[item.drop]
  const { isUnread: _, ...kept } = before ?? { readAtMs: now }
  return withItems(state, {
    ...state.reading.items,
    [item.drop]: {
      ...kept,
      arrived: item.arrived,
      ...(read.thread === undefined ? {} : { thread: read.thread }),
      // To a return address that its sender does not prove to have nobody answers.
      ...(read.reply === undefined || read.thread === undefined ? {} : { reply: read.reply }),
      preview: previewOf(read.text),
      expiresAtMs: item.expires * 1_000,
      sealedTo: read.readers,
    },
  })
}

/** Without the notes of drops that have expired. @param overBy - as `timeToForgetNotes` gives it: no other copy is left */
export function withoutExpiredNotes(state: BoxState, overBy: number): BoxState {
  const all = Object.entries(state.reading.items)
  const kept = all.filter(([, { expiresAtMs }]) => expiresAtMs > overBy)
  return kept.length === all.length ? state : withItems(state, Object.fromEntries(kept))
}

export function noteUnread(state: BoxState, drop: DropId): BoxState {
  return withNote(state, drop, (note) => ({ ...note, isUnread: true }))
}

/** @param text - of the answer; its beginning is kept. @param now - milliseconds since 1970. */
export function noteAnswered(state: BoxState, drop: DropId, text: string, now: number): BoxState {
  const answer = { atMs: now, text: firstOf(text, MAX_KEPT_ANSWER_CHARACTERS) }
  return withNote(state, drop, (note) => ({ ...note, answeredAtMs: now, answers: [...(note.answers ?? []), answer] }))
}

/** Nothing of what was deleted is kept. */
export function noteDeleted(state: BoxState, drops: ReadonlySet<DropId>): BoxState {
  const deleted: ReadonlySet<string> = drops
  const { items } = state.reading
  return withItems(state, Object.fromEntries(Object.entries(items).filter(([drop]) => !deleted.has(drop))))
}

/** Everything that this device has read of a thread, earliest first. */
export function threadEntries(state: BoxState, thread: BoxAddress): readonly ThreadEntry[] {
  return Object.entries(state.reading.items)
    .flatMap(([name, note]): ThreadEntry[] => {
      const drop = parseDropId(name)
      return drop === undefined || note.thread !== thread ? [] : [{ drop, note }]
    })
    .toSorted((a, b) => arrivedOf(a) - arrivedOf(b) || a.note.readAtMs - b.note.readAtMs)
}

/** Whether a drop is to be shown as read. */
export function isRead(note: ItemNote | undefined): boolean {
  return note !== undefined && note.isUnread !== true
}

/** The name by which a person tells threads apart: the first 4 bytes of the return address, in hex. */
export function threadName(thread: BoxAddress): string {
  return Array.from(boxAddressBytes(thread).subarray(0, 4), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

function withNote(state: BoxState, drop: DropId, by: (note: ItemNote) => ItemNote): BoxState {
  const note = state.reading.items[drop]
  return note === undefined ? state : withItems(state, { ...state.reading.items, [drop]: by(note) })
}

function withItems(state: BoxState, items: BoxState['reading']['items']): BoxState {
  return { ...state, reading: { ...state.reading, items } }
}

/** One line of it. */
function previewOf(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim()
  const isWhole = firstOf(line, MAX_PREVIEW_CHARACTERS) === line
  return isWhole ? line : `${firstOf(line, MAX_PREVIEW_CHARACTERS - 1)}…`
}

function arrivedOf({ note: { arrived, readAtMs } }: ThreadEntry): number {
  return arrived ?? Math.floor(readAtMs / 86_400_000)
}
