import { toBase64url, type Bytes } from '#protocol/bytes.ts'
import { dropIdBytes, type DropId } from '#protocol/id.ts'
import { bytesOf, recordOf, textOf } from '#protocol/json.ts'
import type { BoxTerms } from '#protocol/terms.ts'
import { parseBoxTerms } from '#protocol/parse-terms.ts'
import { formatAnyTerms } from '#client/terms-fields.ts'
import { formatDelivery, parseDelivery, type BoxDelivery } from './letter.ts'
import { createRecord, listRecords, readRecord, removeRecord } from '../state/records.ts'

/**
 * A drop of one part that was about to go out, until it is known what became of it: a command can be killed, and an answer
 * lost, when the server has it already. It opens nothing by itself: of a drop for a link the link is kept and not the drop, of
 * one for a box the drop as it is sealed and no key.
 */
export type Pending = PendingLink | PendingLetter

interface Begun {
  /** Name of the ticket, by which people name it too. */
  readonly ticket: string
  readonly dropId: DropId
  /** Its contents in words: `5 bytes of text`. */
  readonly said: string
}

interface PendingLink extends Begun {
  readonly link: string
}

export interface PendingLetter extends Begun {
  readonly letter: BoxDelivery
  readonly terms: BoxTerms
  /** The secret of an invitation: 16 bytes, base64url. */
  readonly invitation: string | undefined
  /** Ciphertext. The same bytes under the same id are there once, however often they are sent. */
  readonly body: Bytes
}

/** Keeps it, before anything goes out. */
export function keepPending(pending: Pending): void {
  const { ticket, dropId, said } = pending
  const begun = { v: 1, ticket, dropId, said }
  createRecord(
    'outbox',
    nameOf(dropId),
    'link' in pending ? { ...begun, link: pending.link } : formatRest(begun, pending),
  )
}

/** The record of a drop that may have arrived; `undefined` if it is finished. @throws Failure if its file is damaged */
export function findPending(dropId: DropId): Pending | undefined {
  return readRecord('outbox', nameOf(dropId), (value) => parsePending(value, dropId))
}

export function hasPending(dropId: DropId): boolean {
  return listRecords('outbox').includes(nameOf(dropId))
}

/** Names of the tickets of all that may have arrived. */
export function listPending(): readonly { readonly ticket: string; readonly said: string }[] {
  return listRecords('outbox').flatMap((name) => readRecord('outbox', name, parseBegun) ?? [])
}

export function forgetPending(dropId: DropId): void {
  removeRecord('outbox', nameOf(dropId))
}

function formatRest(begun: object, { letter, terms, invitation, body }: PendingLetter): object {
  return {
    ...begun,
    letter: formatDelivery(letter),
    terms: formatAnyTerms(terms),
    ...(invitation === undefined ? {} : { invitation }),
    body: toBase64url(body),
  }
}

function parseBegun(value: unknown): { readonly ticket: string; readonly said: string } | undefined {
  const { v, ticket, said } = recordOf(value) ?? {}
  if (v !== 1 || typeof ticket !== 'string' || !/^[0-9a-f]+$/.test(ticket) || typeof said !== 'string') return undefined
  return { ticket, said }
}

function parsePending(value: unknown, dropId: DropId): Pending | undefined {
  const begun = parseBegun(value)
  const { dropId: id, link, letter: kept, terms: field, invitation, body: text } = recordOf(value) ?? {}
  if (begun === undefined || id !== dropId) return undefined
  if (typeof link === 'string') return { ...begun, dropId, link }
  const letter = parseDelivery(kept)
  const terms = textOf(field, parseBoxTerms)
  const body = bytesOf(text)
  if (letter === undefined || terms === undefined || body === undefined) return undefined
  if (invitation !== undefined && typeof invitation !== 'string') return undefined
  return { ...begun, dropId, letter, terms, invitation, body }
}

function nameOf(id: DropId): string {
  return Buffer.from(dropIdBytes(id)).toString('hex')
}
