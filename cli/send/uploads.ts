import { existsSync } from 'node:fs'
import { open, readFile } from 'node:fs/promises'
import { parseBase64url, toBase64url, type Bytes } from '#protocol/bytes.ts'
import { DropError } from '#protocol/error.ts'
import { dropIdBytes, type DropId } from '#protocol/id.ts'
import { anyText, bytesOf, listOf, recordOf, textOf } from '#protocol/json.ts'
import { signingKeyFromSeed } from '#client/crypto/keys.ts'
import type { Journal, PartHashes } from '#client/seal-parts.ts'
import type { Unfinished } from '#client/sealed.ts'
import { formatUnfinished, parseUnfinished } from '#client/unfinished.ts'
import { endOfUpload } from '#client/upload-end.ts'
import { connect } from '../network/connect.ts'
import { Failure } from '../failure.ts'
import { createEmptyFile, removeFile } from '../state/files.ts'
import { formatDelivery, parseDelivery, type BoxDelivery } from './letter.ts'
import { createRecord, listRecords, readRecord, removeRecord, statePath, writing } from '../state/records.ts'

/**
 * An upload in parts that has not been finished: all that it takes to go on after a crash. The link is in it, because
 * nobody has been given it yet. It is removed when the upload is finished or cancelled.
 */
export interface Upload {
  /** Name of the ticket, by which people name the upload too. */
  readonly ticket: string
  /** Seed of the sender key, 32 bytes. */
  readonly seed: Bytes
  /** Where the files are, absolute, in the order of `unfinished.files`. */
  readonly paths: readonly string[]
  readonly unfinished: Unfinished
  /** Of a drop that goes into a box. */
  readonly letter?: BoxDelivery | undefined
}

/** Keeps an upload, before the first part of it is sealed. */
export function keepUpload({ ticket, seed, paths, unfinished, letter }: Upload): void {
  const name = nameOf(unfinished.dropId)
  const record = { v: 1, ticket, seed: toBase64url(seed), paths, unfinished: formatUnfinished(unfinished) }
  // The journal first: an upload without one would seal the same bytes twice.
  writing(() => createEmptyFile(journalPath(name)))
  try {
    createRecord('uploads', name, letter === undefined ? record : { ...record, letter: formatDelivery(letter) })
  } catch (error) {
    removeFile(journalPath(name))
    throw error
  }
}

/** @throws Failure if there is none, or a file of it is damaged */
export async function readUpload(id: DropId): Promise<Upload> {
  const name = nameOf(id)
  const upload = readRecord('uploads', name, parseUpload)
  if (upload === undefined) throw new Failure('there is nothing to resume: it is finished')
  const journal = await readJournal(name)
  const hashes = upload.unfinished.hashes.map((_, n) => journal.get(n))
  return { ...upload, unfinished: { ...upload.unfinished, hashes } }
}

/** All uploads that can go on, without what their journals know. */
export function listUploads(): Upload[] {
  return listRecords('uploads').flatMap((name) => readRecord('uploads', name, parseUpload) ?? [])
}

export function hasUpload(id: DropId): boolean {
  return listRecords('uploads').includes(nameOf(id))
}

export function forgetUpload(id: DropId): void {
  forgetNamed(nameOf(id))
}

/** Forgets uploads that a killed command was forgetting: their journal goes first, and without it none can go on. */
export function forgetOverUploads(): void {
  for (const name of listRecords('uploads')) if (!existsSync(journalPath(name))) forgetNamed(name)
}

function forgetNamed(name: string): void {
  removeFile(journalPath(name))
  removeRecord('uploads', name)
}

/**
 * Forgets uploads that nobody has gone on with and their servers have ended.
 * @param only - origin of the only server that is asked; without one each is, until it does not answer.
 */
export async function forgetEndedUploads(only?: string): Promise<void> {
  const silent = new Set<string>()
  for (const name of listRecords('uploads')) {
    try {
      const upload = readRecord('uploads', name, parseUpload)
      if (upload === undefined) continue
      const { unfinished, ticket, letter, seed } = upload
      const { origin } = unfinished.ticket
      if (silent.has(origin) || (only !== undefined && only !== origin)) continue
      const sender = await signingKeyFromSeed(seed)
      // Once: the person who waits for this has asked for something else.
      const end = await endOfUpload(connect(origin, 0), unfinished.ticket, sender, unfinished.sealedAtMs + KEPT_MS)
      if (end === 'unknown') silent.add(origin)
      if (end !== 'over') continue
      forgetUpload(unfinished.dropId)
      // Of what goes into a box a ticket is kept only meanwhile.
      if (letter !== undefined) removeRecord('tickets', ticket)
    } catch {
      // A damaged one is told about when somebody asks for it.
    }
  }
}

/**
 * The journal of an upload: a line for each hash of each part, on the disk before the part is sealed. Lines are only added,
 * and the first one counts: of two processes that go on with one upload, neither seals what the other sealed differently.
 */
export function journalOf(id: DropId): Journal {
  const name = nameOf(id)
  return {
    keep: async (n, hashes) => {
      const file = await open(journalPath(name), 'a', 0o600)
      try {
        // The first line end ends what a power cut left of a line.
        await file.appendFile(`\n${formatLine(n, hashes)}\n`)
        await file.datasync()
      } finally {
        await file.close()
      }
      const kept = (await readJournal(name)).get(n)
      if (kept === undefined || toBase64url(kept.plaintext) !== toBase64url(hashes.plaintext))
        throw new DropError('file_changed')
    },
  }
}

async function readJournal(name: string): Promise<ReadonlyMap<number, PartHashes>> {
  const path = journalPath(name)
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (cause) {
    const hint = `without it the upload cannot go on; sealdrop revoke ${name} cancels it`
    throw new Failure(`this file is missing or damaged: ${path}`, { hint, cause })
  }
  const journal = new Map<number, PartHashes>()
  for (const [, digits = '', first = '', second = ''] of text.matchAll(LINES)) {
    const n = Number(digits)
    const plaintext = journal.get(n)?.plaintext ?? parseBase64url(first, 32)
    if (plaintext !== undefined) journal.set(n, { plaintext, ciphertext: parseBase64url(second, 32) })
  }
  return journal
}

function formatLine(n: number, { plaintext, ciphertext }: PartHashes): string {
  return `${n} ${toBase64url(plaintext)} ${ciphertext === undefined ? '-' : toBase64url(ciphertext)}`
}

function parseUpload(value: unknown): Upload | undefined {
  const { v, ticket, seed: text, paths: list, unfinished: given, letter: kept } = recordOf(value) ?? {}
  const seed = bytesOf(text, 32)
  const unfinished = textOf(given, parseUnfinished)
  const paths = listOf(list, anyText)
  if (v !== 1 || typeof ticket !== 'string' || !/^[0-9a-f]+$/.test(ticket) || seed === undefined) return undefined
  if (unfinished === undefined || paths?.length !== unfinished.files.length) return undefined
  const letter = kept === undefined ? undefined : parseDelivery(kept)
  return letter === undefined && kept !== undefined ? undefined : { ticket, seed, paths, unfinished, letter }
}

function journalPath(name: string): string {
  return statePath('uploads', `${name}.hashes`)
}

function nameOf(id: DropId): string {
  return Buffer.from(dropIdBytes(id)).toString('hex')
}

/** A part, SHA-256 of its plaintext, and of its ciphertext once it was sealed. */
const LINES = /^(\d{1,6}) ([\w-]{43}) ([\w-]{43}|-)$/gm

/** Milliseconds (24 hours): by then the server has ended it, docs/protocol.md §4. */
const KEPT_MS = 86_400_000
