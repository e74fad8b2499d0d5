import type { Unfinished } from '#client/sealed.ts'
import { formatUnfinished, parseUnfinished } from '#client/unfinished.ts'
import { parseBase64url, toBase64url, type Bytes } from '#protocol/bytes.ts'
import { parseDropId, type DropId } from '#protocol/id.ts'
import { isWhole, listOf, membersOf, parseJson, textOf } from '#protocol/json.ts'
import type { WantedFile } from '../../../send/uploads.ts'

/** Records of answers beside the vault, as JSON: drafts, and answers in parts that are on their way. */
export type KeptAnswer = KeptDraft | KeptAnswerUpload | KeptJournal

/** The text and the choices. Of files only what they are known again by: a page cannot keep more of them. */
export interface KeptDraft {
  readonly kind: 'draft'
  /** The drop that is answered. */
  readonly drop: DropId
  /** Milliseconds since 1970. */
  readonly atMs: number
  readonly text: string
  readonly ttlSeconds: number
  readonly files: readonly WantedFile[]
}

/** The means to go on with an answer in parts: file key and sender key are in it. docs/decisions/0021-drafts-lie-beside-the-vault.md */
export interface KeptAnswerUpload {
  readonly kind: 'upload'
  readonly drop: DropId
  /** Its hashes are those of the time when it was begun: later ones are in the journal. */
  readonly unfinished: Unfinished
  /** Of the sender key, 32 bytes. */
  readonly seed: Bytes
  /** When the server removes it, milliseconds since 1970. */
  readonly untilMs: number
}

/** The record that changes with every part of an answer on its way. Apart from the rest, which may be megabytes of text. */
export interface KeptJournal {
  readonly kind: 'journal'
  readonly drop: DropId
  /** The upload of the hashes. */
  readonly unfinished: Unfinished
  /** From 0 to 1. */
  readonly sentPart: number
}

/** Under what it is kept: one of each kind for each drop. */
export function keptName({ kind, drop }: Pick<KeptAnswer, 'kind' | 'drop'>): string {
  return `${kind} ${drop}`
}

export function formatKept(kept: KeptAnswer): string {
  const { kind, drop } = kept
  const head = { v: 1, kind, drop }
  switch (kept.kind) {
    case 'draft': {
      const { atMs, text, ttlSeconds } = kept
      const files = kept.files.map(({ modifiedAtMs, name, size }) => ({ name, size, modifiedAtMs }))
      return JSON.stringify({ ...head, atMs, text, ttlSeconds, files })
    }
    case 'upload': {
      const { seed, unfinished, untilMs } = kept
      return JSON.stringify({ ...head, unfinished: formatUnfinished(unfinished), seed: toBase64url(seed), untilMs })
    }
    case 'journal': {
      const { sentPart, unfinished } = kept
      return JSON.stringify({ ...head, unfinished: formatUnfinished({ ...unfinished, text: '', files: [] }), sentPart })
    }
  }
}

/** Reads the output of `formatKept`; `undefined` for anything else. */
export function parseKept(json: string): KeptAnswer | undefined {
  const value = parseJson(json)
  return (
    parseDraft(membersOf(value, DRAFT)) ??
    parseUpload(membersOf(value, UPLOAD)) ??
    parseJournal(membersOf(value, JOURNAL))
  )
}

type Members = Readonly<Record<string, unknown>> | undefined

function parseDraft(members: Members): KeptDraft | undefined {
  const { v, kind, atMs, text, ttlSeconds } = members ?? {}
  const drop = textOf(members?.['drop'], parseDropId)
  const files = listOf(members?.['files'], parseFile)
  if (v !== 1 || kind !== 'draft' || drop === undefined || files === undefined) return undefined
  if (typeof text !== 'string' || !isWhole(ttlSeconds) || !isWhole(atMs)) return undefined
  return { kind, drop, atMs, text, ttlSeconds, files }
}

function parseUpload(members: Members): KeptAnswerUpload | undefined {
  const { v, kind, untilMs } = members ?? {}
  const drop = textOf(members?.['drop'], parseDropId)
  const unfinished = textOf(members?.['unfinished'], parseUnfinished)
  const seed = textOf(members?.['seed'], (text) => parseBase64url(text, SEED_BYTES))
  if (v !== 1 || kind !== 'upload' || drop === undefined || unfinished === undefined) return undefined
  return seed === undefined || !isWhole(untilMs) ? undefined : { kind, drop, unfinished, seed, untilMs }
}

function parseJournal(members: Members): KeptJournal | undefined {
  const { v, kind, sentPart } = members ?? {}
  const drop = textOf(members?.['drop'], parseDropId)
  const unfinished = textOf(members?.['unfinished'], parseUnfinished)
  if (v !== 1 || kind !== 'journal' || drop === undefined || unfinished === undefined) return undefined
  return typeof sentPart === 'number' ? { kind, drop, unfinished, sentPart } : undefined
}

function parseFile(value: unknown): WantedFile | undefined {
  const { name, size, modifiedAtMs } = membersOf(value, ['name', 'size', 'modifiedAtMs']) ?? {}
  if (typeof name !== 'string' || !isWhole(size)) return undefined
  // A time that nobody knows is written as null.
  const at = modifiedAtMs === null ? Number.NaN : modifiedAtMs
  return typeof at === 'number' ? { name, size, modifiedAtMs: at } : undefined
}

const DRAFT = ['v', 'kind', 'drop', 'atMs', 'text', 'ttlSeconds', 'files']
const UPLOAD = ['v', 'kind', 'drop', 'unfinished', 'seed', 'untilMs']
const JOURNAL = ['v', 'kind', 'drop', 'unfinished', 'sentPart']
const SEED_BYTES = 32
