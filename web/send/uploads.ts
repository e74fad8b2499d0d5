import type { DropId } from '#protocol/id.ts'
import type { ChosenFile } from './draft.ts'

/** Uploads in parts that came to no end: the page was closed, the browser crashed. */
export interface Uploads {
  readonly interrupted: readonly Interrupted[]
  /** The one that a person is about to go on with, or to cancel. */
  readonly asking: Asked | undefined
}

/** An interrupted upload, as far as it is drawn. Its secrets stay in the store. */
export interface Interrupted extends UploadSummary {
  /** From 0 to 1. */
  readonly sentPart: number
  /** When the server removes it, milliseconds since 1970. */
  readonly untilMs: number
}

/** The contents of an upload. */
export interface UploadSummary {
  readonly dropId: DropId
  readonly files: readonly WantedFile[]
  readonly hasText: boolean
  readonly needsPassphrase: boolean
}

/** By which a file is known again. */
export type WantedFile = Pick<ChosenFile, 'name' | 'size' | 'modifiedAtMs'>

export interface Asked {
  readonly dropId: DropId
  readonly to: 'go-on' | 'cancel'
  /** Everything that has been chosen for it so far. */
  readonly chosen: readonly ChosenFile[]
  /** `elsewhere`: another tab is sending it. `failed`: a part of the page or the store did not answer. */
  readonly trouble?: 'elsewhere' | 'failed' | undefined
  readonly isBusy?: boolean
}

export type UploadsEvent =
  | { readonly type: 'uploads-found'; readonly interrupted: readonly Interrupted[] }
  | { readonly type: 'upload-asked'; readonly asking: Asked | undefined }

export const NO_UPLOADS: Uploads = { interrupted: [], asking: undefined }

export function uploadsReduce(uploads: Uploads, event: UploadsEvent): Uploads {
  switch (event.type) {
    case 'uploads-found':
      return { interrupted: event.interrupted, asking: undefined }
    case 'upload-asked':
      return { ...uploads, asking: event.asking }
  }
}

/** For each wanted file the one that was chosen for it, and the names of what is not there or is not what it was. */
export interface Match {
  readonly files: readonly (ChosenFile | undefined)[]
  readonly missing: readonly string[]
  readonly changed: readonly string[]
}

/** Knows files again by name, size and time. A folder may be chosen again as files, and files as a folder. */
export function matchFiles(wanted: readonly WantedFile[], chosen: readonly ChosenFile[]): Match {
  const byName = new Map<string, ChosenFile[]>()
  for (const file of chosen) {
    const name = baseName(file.name)
    const namesakes = byName.get(name)
    if (namesakes === undefined) byName.set(name, [file])
    else namesakes.push(file)
  }
  const missing: string[] = []
  const changed: string[] = []
  const files = wanted.map((file) => {
    const namesakes = byName.get(baseName(file.name)) ?? []
    const same = namesakes.filter((each) => each.size === file.size && each.modifiedAtMs === file.modifiedAtMs)
    const found = same.find(({ name }) => name === file.name) ?? same[0]
    if (found === undefined) (namesakes.length > 0 ? changed : missing).push(file.name)
    return found
  })
  return { files, missing, changed }
}

/** Those that have the name of a wanted one, changed or not. */
export function filesLike(wanted: readonly WantedFile[], chosen: readonly ChosenFile[]): ChosenFile[] {
  const names = new Set(wanted.map(({ name }) => baseName(name)))
  return chosen.filter(({ name }) => names.has(baseName(name)))
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}
