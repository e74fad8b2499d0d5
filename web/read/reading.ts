import type { TransferProgress, TransferState } from '../kit/transfer.tsx'

/** The states that every drop goes through while it is read, whether a link, a box or a return code leads to it. */

export interface ReadState {
  readonly at: string
}

/** A drop that comes in, with a figure and with buttons that pause it and go on. */
export interface Receiving {
  readonly at: 'receiving'
  /** `undefined` until there is something to tell. */
  readonly carried: TransferProgress | undefined
  readonly flow: TransferState
  /** Why it is paused, if not by a press: this device takes no more. */
  readonly fault?: 'full' | undefined
}

/** A message that has been opened. */
export interface OpenedMessage {
  readonly text: string
  readonly files: readonly FileEntry[]
  /** For a drop in parts. */
  readonly held?: Held | undefined
}

/** How the sealed parts of an opened drop are kept until everything has been taken. */
export interface Held {
  readonly isOnDisk: boolean
  /** When they are removed at the latest, milliseconds since 1970. */
  readonly untilMs: number
  /** Whether everything can be saved into a folder. */
  readonly hasFolders: boolean
}

export interface FileEntry {
  readonly name: string
  readonly type: string
  readonly sizeBytes: number
  readonly modifiedAtMs: number
}

/** A message that is open. */
export interface Open extends OpenedMessage, Saving {
  readonly at: 'opened'
  /** Names of what has been copied or saved; the text is `''`. */
  readonly taken: readonly string[]
}

/** A file on its way out, or all of them. */
export interface Saving {
  readonly saving?: { readonly name: string | undefined; readonly bytes: number; readonly total: number } | undefined
  readonly saveFault?: SaveFault | undefined
}

export interface SaveFault {
  /**
   * `full`: no room. `denied`: the browser may not write there. `changed`: what is kept here is not what came. `offline`:
   * the rest could not be fetched. `names`: some names cannot be written there.
   */
  readonly code: 'full' | 'denied' | 'changed' | 'offline' | 'names' | 'failed'
  readonly names: readonly string[]
}

/** The room that a drop in parts takes on this device. */
export interface SpaceCheck {
  /** `false`: in memory, and a reload has to fetch it again. */
  readonly isOnDisk: boolean
  readonly neededBytes: number
  /** Why it does not fit: more than this browser takes, or more than is left now. */
  readonly obstacle?: { readonly at: 'memory' | 'disk'; readonly mostBytes: number } | undefined
}

/** Names of what has been opened and neither copied nor saved; the text is `''`. */
export function untaken({ files, taken, text }: Pick<Open, 'files' | 'taken' | 'text'>): string[] {
  const names = [...(text === '' ? [] : ['']), ...files.map(({ name }) => name)]
  const all = new Set(taken)
  return names.filter((name) => !all.has(name))
}

/** Whether leaving would lose what has been opened: kept parts open again with the link, a file half written does not. */
export function wouldLoseOpened(open: Open): boolean {
  return open.saving !== undefined || (open.held?.isOnDisk !== true && untaken(open).length > 0)
}
