import {
  DEFAULT_TTL_SECONDS,
  MAX_ENTRIES,
  MAX_PASSPHRASE_BYTES,
  MAX_READS,
  MAX_TTL_SECONDS,
  MIN_READS,
  MIN_TTL_SECONDS,
} from '#protocol/limits.ts'

/** Text, files and choices of a person. It lives in memory only. */
export interface Draft {
  readonly text: string
  readonly files: readonly ChosenFile[]
  /** Seconds, or `custom`. */
  readonly expiry: string
  readonly customExpiry: string
  readonly customUnit: keyof typeof UNITS
  /** A number, or `custom`. */
  readonly reads: string
  readonly customReads: string
  /** `undefined` if no passphrase is asked for. */
  readonly passphrase: string | undefined
}

/** A file as it was when it was chosen. */
export interface ChosenFile {
  /** With the folders that were chosen with it, joined by `/`. */
  readonly name: string
  readonly type: string
  readonly size: number
  readonly modifiedAtMs: number
  readonly file: File
}

/** Where a draft cannot be sealed as it is: the field to be put right. */
export type DraftField = 'message' | 'expiry' | 'reads' | 'passphrase'

/** The terms of a draft. */
export interface DraftTerms {
  readonly ttlSeconds: number
  readonly reads: number
}

/** The numbers of readers that a person is offered. */
export const READS: readonly number[] = [1, 2, 3, 5, 10]

/** The most files in a drop: the text and our own two entries take a place each. */
export const MAX_FILES: number = MAX_ENTRIES - 3

export const CUSTOM = 'custom'

export const EMPTY_DRAFT: Draft = {
  text: '',
  files: [],
  expiry: String(DEFAULT_TTL_SECONDS),
  customExpiry: '12',
  customUnit: 'hours',
  reads: String(MIN_READS),
  customReads: '20',
  passphrase: undefined,
}

/** Bytes of the text, as it is sealed, and of all files. */
export function contentBytes({ text, files }: Pick<Draft, 'text' | 'files'>): number {
  return files.reduce((sum, { size }) => sum + size, new TextEncoder().encode(text).length)
}

/** @param path - where the file lies below the folder that was chosen */
export function chooseFile(file: File, path: string = file.webkitRelativePath): ChosenFile {
  const { lastModified: modifiedAtMs, name, size, type } = file
  return { name: path === '' ? name : path, type, size, modifiedAtMs, file }
}

/** The files with further ones. A folder that is called like one that is there may be another: it gets a name of its own. */
export function withMore(files: readonly ChosenFile[], chosen: readonly ChosenFile[]): ChosenFile[] {
  const taken = new Set(files.flatMap(({ name }) => folderOf(name) ?? []))
  const names = new Map<string, string>()
  const nameOf = (folder: string): string => {
    let name = names.get(folder) ?? folder
    if (!names.has(folder)) for (let count = 2; taken.has(name); count++) name = `${folder} (${count})`
    names.set(folder, name)
    taken.add(name)
    return name
  }
  const apart = chosen.map((file) => {
    const folder = folderOf(file.name)
    return folder === undefined ? file : { ...file, name: nameOf(folder) + file.name.slice(folder.length) }
  })
  return [...files, ...apart]
}

/** The outermost folder of a name. */
function folderOf(name: string): string | undefined {
  const end = name.indexOf('/')
  return end === -1 ? undefined : name.slice(0, end)
}

/** The files of a folder in the order in which a person looks for them: browsers give them in any. */
export function sortFiles(files: readonly ChosenFile[]): ChosenFile[] {
  const { compare } = new Intl.Collator('en', { numeric: true })
  return files.toSorted((a, b) => compare(a.name, b.name))
}

/**
 * Both, with nothing lost: what was typed meanwhile stands behind what was there before, and its terms hold. A passphrase
 * that either of them asks for is asked for.
 */
export function mergeDrafts(before: Draft, draft: Draft): Draft {
  if (isEmpty(draft)) return before
  const texts = [before.text, draft.text].filter((text) => text.trim() !== '')
  return {
    ...draft,
    text: texts.join('\n\n'),
    files: [...before.files, ...draft.files],
    passphrase: draft.passphrase ?? before.passphrase,
  }
}

/** Whether there is anything that a person would miss. */
export function isEmpty(draft: Draft): boolean {
  return draft.text.trim() === '' && draft.files.length === 0
}

/** The terms of a draft; `undefined` where what was typed is no whole number within the limits. */
export function draftTerms(draft: Draft): { [Key in keyof DraftTerms]: number | undefined } {
  const isCustom = draft.expiry === CUSTOM
  const seconds = parseCount(isCustom ? draft.customExpiry : draft.expiry)
  const ttlSeconds = seconds === undefined ? undefined : seconds * (isCustom ? UNITS[draft.customUnit] : 1)
  const reads = parseCount(draft.reads === CUSTOM ? draft.customReads : draft.reads)
  return {
    ttlSeconds: within(ttlSeconds, MIN_TTL_SECONDS, MAX_TTL_SECONDS),
    reads: within(reads, MIN_READS, MAX_READS),
  }
}

/** The first field that keeps a draft from being sealed. */
export function findFault(draft: Draft): DraftField | undefined {
  if (isEmpty(draft)) return 'message'
  const { ttlSeconds, reads } = draftTerms(draft)
  if (ttlSeconds === undefined) return 'expiry'
  if (reads === undefined) return 'reads'
  return draft.passphrase === undefined || isPassphrase(draft.passphrase) ? undefined : 'passphrase'
}

/** Whether a passphrase can be taken, however easily it is guessed. */
export function isPassphrase(text: string): boolean {
  return text !== '' && new TextEncoder().encode(text).length <= MAX_PASSPHRASE_BYTES
}

function parseCount(text: string): number | undefined {
  return /^\d{1,7}$/.test(text.trim()) ? Number(text) : undefined
}

function within(value: number | undefined, least: number, most: number): number | undefined {
  return value !== undefined && value >= least && value <= most ? value : undefined
}

/** Seconds in each unit of a custom expiry. */
export const UNITS = { minutes: 60, hours: 3_600, days: 86_400 } as const
