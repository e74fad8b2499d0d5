import type { Receipt } from '#protocol/api.ts'
import { toBase64url, type Bytes } from '#protocol/bytes.ts'
import { dropIdBytes, parseDropId } from '#protocol/id.ts'
import { bytesOf, isWhole, recordOf, textOf } from '#protocol/json.ts'
import { parsePublicKey } from '#protocol/public-key.ts'
import { originOf } from '#client/platform.ts'
import { parseReceipts } from '#client/refused.ts'
import type { Ticket } from '#client/sealed.ts'
import { EXIT, Failure } from '../failure.ts'
import { parseDropStatus, type DropStatus } from './drop-status.ts'
import { createRecord, listRecords, noteDone, readRecord, removeRecord, replaceRecord } from '../state/records.ts'

/** A ticket as it is kept, with the sender key that goes with it. */
export interface Kept {
  readonly ticket: Ticket
  /** Seed of the sender key, 32 bytes. */
  readonly seed: Bytes
  /** The server's last answer. */
  readonly status?: DropStatus | undefined
  /** Signatures of readers that proved something: they outlive the drop. */
  readonly receipts?: readonly Receipt[] | undefined
}

/** Keeps a ticket. @returns its short name: the first characters of the drop id in hex */
export function keepTicket(kept: Kept): string {
  const hex = Buffer.from(dropIdBytes(kept.ticket.dropId)).toString('hex')
  const names = NAME_CHARACTERS.map((length) => hex.slice(0, length))
  const name = names.find((each) => createRecord('tickets', each, formatKept(kept)))
  if (name === undefined) throw new Failure('there is a ticket for this drop already')
  return name
}

/** Keeps a ticket in the place of the one that was there: with what the server said, so that it is known later. */
export function replaceTicket(name: string, kept: Kept): void {
  replaceRecord('tickets', name, formatKept(kept))
}

/**
 * The same where all else is done: if it cannot be kept, that is told, and nothing fails by it. A ticket that was forgotten
 * meanwhile stays so.
 */
export function noteTicket(name: string, kept: Kept): void {
  noteDone(() => {
    if (listTickets().includes(name)) replaceTicket(name, kept)
  })
}

export function forgetTicket(name: string): void {
  removeRecord('tickets', name)
}

/** Names of all tickets. */
export function listTickets(): string[] {
  return listRecords('tickets')
}

/** The full name of the ticket that begins so. @throws Failure if there is none, or more than one */
export function findTicket(start: string): string {
  const names = listTickets().filter((name) => start !== '' && name.startsWith(start.toLowerCase()))
  const [name = ''] = names
  if (names.includes(start.toLowerCase())) return start.toLowerCase()
  if (names.length === 1) return name
  const problem = names.length === 0 ? 'there is no ticket of this name' : 'more than one ticket begins so'
  throw new Failure(problem, { exitCode: EXIT.usage, hint: 'sealdrop status lists them all' })
}

/** @throws Failure if its file is damaged */
export function readTicket(name: string): Kept {
  const kept = readRecord('tickets', name, parseKept)
  if (kept === undefined) throw new Failure('there is no ticket of this name', { exitCode: EXIT.usage })
  return kept
}

function formatKept({ ticket, seed, status, receipts }: Kept): Record<string, unknown> {
  const known = { ...(status === undefined ? {} : { status }), ...(receipts === undefined ? {} : { receipts }) }
  return { ...ticket, seed: toBase64url(seed), ...known }
}

function parseKept(value: unknown): Kept | undefined {
  const record = recordOf(value) ?? {}
  const { v, origin: server, opened, sealedAtMs, expiresAtMs, reads, needsPassphrase } = record
  const dropId = textOf(record['dropId'], parseDropId)
  const origin = originOf(server)
  const seed = bytesOf(record['seed'], 32)
  if (v !== 1 || dropId === undefined || origin === undefined || seed === undefined) return undefined
  if (typeof opened !== 'string' || bytesOf(opened, 32) === undefined) return undefined
  if (!isWhole(sealedAtMs) || !isWhole(expiresAtMs) || !isWhole(reads)) return undefined
  if (typeof needsPassphrase !== 'boolean') return undefined
  // A drop for a box is not claimed; the others are what the server has said, once it has.
  const claim = textOf(record['claim'], parsePublicKey)
  const status = parseDropStatus(record['status'])
  const receipts = parseReceipts(record['receipts'])
  const isDamaged = Object.entries({ claim, status, receipts }).some(
    ([name, read]) => read === undefined && record[name] !== undefined,
  )
  if (isDamaged) return undefined
  const proof = claim === undefined ? {} : { claim }
  const ticket = { v, origin, dropId, ...proof, opened, sealedAtMs, expiresAtMs, reads, needsPassphrase } as const
  return { ticket, seed, status, receipts }
}

/** Short enough to type; longer only where the short one is taken. */
const NAME_CHARACTERS = [8, 12, 16, 32]
