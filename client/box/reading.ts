import { parseBoxAddress, type BoxAddress } from '#protocol/address.ts'
import { parseDropId, type DropId } from '#protocol/id.ts'
import { isWhole, listOf, membersOf, recordOf, textOf } from '#protocol/json.ts'
import { parsePublicKey, type PublicKey } from '#protocol/public-key.ts'
import { MAX_BOX_READERS } from '#protocol/limits.ts'
import { isRecipient } from '#protocol/recipient.ts'

/** The items that this device has read: nobody else's business, not even the other readers'. */
export interface Reading {
  readonly items: Readonly<Record<DropId, ItemNote>>
}

/** The note on an item that has been opened. Times are milliseconds since 1970. */
export interface ItemNote {
  readonly readAtMs: number
  /** It is to be shown as unread again. */
  readonly isUnread?: true
  /** Days since 1970. */
  readonly arrived?: number
  readonly thread?: BoxAddress
  /** Where an answer goes. */
  readonly reply?: { readonly key: PublicKey; readonly age: string }
  /** Of the text: at most 80 characters. */
  readonly preview: string
  readonly answeredAtMs?: number
  /** Answers from this device, oldest first. */
  readonly answers?: readonly AnswerNote[]
  readonly expiresAtMs: number
  /** The readers that it was sealed to, as the drop says. */
  readonly sealedTo: readonly PublicKey[]
}

/** An answer, as far as it is kept. */
export interface AnswerNote {
  readonly atMs: number
  /** The beginning of its text. */
  readonly text: string
}

/** Characters (code points) of a preview, and of an answer that is kept. */
export const MAX_PREVIEW_CHARACTERS = 80
export const MAX_KEPT_ANSWER_CHARACTERS = 2_000

/** The notes in a state's JSON, as far as they can be read; `undefined` for a value that is no reading at all. */
export function parseReading(value: unknown): Reading | undefined {
  const listed = recordOf(membersOf(value, ['items'])?.['items'])
  if (listed === undefined) return undefined
  const items: Record<DropId, ItemNote> = {}
  for (const [id, noted] of Object.entries(listed)) {
    const drop = parseDropId(id)
    const note = parseNote(noted)
    // A note that cannot be read costs itself, and not the box.
    if (drop !== undefined && note !== undefined) items[drop] = note
  }
  return { items }
}

/** The beginning of a text. @param most - characters (code points): none is cut in half */
export function firstOf(text: string, most: number): string {
  if (text.length <= most) return text
  // A character has at most two units: the rest of a long text is not looked at.
  return Array.from(text.slice(0, 2 * most))
    .slice(0, most)
    .join('')
}

function parseNote(value: unknown): ItemNote | undefined {
  const members = membersOf(value, ['readAtMs', 'preview', 'expiresAtMs', 'sealedTo'], OPTIONAL)
  if (members === undefined) return undefined
  const { readAtMs, isUnread, arrived, preview, expiresAtMs, answeredAtMs } = members
  const answers = 'answers' in members ? listOf(members['answers'], parseAnswer) : []
  const sealedTo = listOf(members['sealedTo'], shapedKey)
  const thread = textOf(members['thread'], parseBoxAddress)
  const reply = parseReply(members['reply'])
  if (!isWhole(readAtMs) || !isWhole(expiresAtMs) || typeof preview !== 'string') return undefined
  if (sealedTo === undefined || sealedTo.length > MAX_BOX_READERS) return undefined
  if ('thread' in members && thread === undefined) return undefined
  if ('reply' in members && reply === undefined) return undefined
  if ('isUnread' in members && isUnread !== true) return undefined
  if ('arrived' in members && !isWhole(arrived)) return undefined
  if (answers === undefined) return undefined
  if ('answeredAtMs' in members && !isWhole(answeredAtMs)) return undefined
  return {
    readAtMs,
    ...(isUnread === true ? { isUnread } : {}),
    ...(isWhole(arrived) ? { arrived } : {}),
    ...(thread === undefined ? {} : { thread }),
    ...(reply === undefined ? {} : { reply }),
    preview: firstOf(preview, MAX_PREVIEW_CHARACTERS),
    ...(isWhole(answeredAtMs) ? { answeredAtMs } : {}),
    ...(answers.length > 0 ? { answers } : {}),
    expiresAtMs,
    sealedTo,
  }
}

function parseReply(value: unknown): ItemNote['reply'] {
  const members = membersOf(value, ['key', 'age'])
  const key = shapedKey(members?.['key'])
  const age = textOf(members?.['age'], (text) => (isRecipient(text) ? text : undefined))
  return key === undefined || age === undefined ? undefined : { key, age }
}

function parseAnswer(value: unknown): AnswerNote | undefined {
  const { atMs, text } = membersOf(value, ['atMs', 'text']) ?? {}
  if (!isWhole(atMs) || typeof text !== 'string') return undefined
  return firstOf(text, MAX_KEPT_ANSWER_CHARACTERS) !== text ? undefined : { atMs, text }
}

/** Of its shape alone: these were checked when their drop was opened, and ten thousand points of the curve take seconds. */
function shapedKey(value: unknown): PublicKey | undefined {
  return textOf(value, parsePublicKey)
}

const OPTIONAL = ['isUnread', 'arrived', 'thread', 'reply', 'answeredAtMs', 'answers']
