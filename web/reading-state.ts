import type { Carried, Flow } from './parts/transfer.tsx'
import type { FailureCode, Main, Work } from './state.ts'

/** The screens behind a link, one at a time. */
export type ReadingMain =
  | { readonly at: 'damaged' }
  | { readonly at: 'looking'; readonly work?: Work | undefined; readonly fault?: OpenFault | undefined }
  | {
      readonly at: 'open'
      readonly waiting: WaitingDrop
      readonly note?: OpenNote | undefined
      readonly work?: Work | undefined
      readonly fault?: OpenFault | undefined
    }
  /** A drop in parts that comes in. It is claimed already. */
  | {
      readonly at: 'receiving'
      readonly waiting: WaitingDrop
      /** `undefined` until there is something to tell. */
      readonly carried: Carried | undefined
      readonly flow: Flow
      /** Why it is paused, if not by a press. */
      readonly fault?: ReceiveFault | undefined
    }
  | ({
      readonly at: 'opened'
      readonly ack: Acknowledgement
      /** Names of what has been copied or saved; the text is `''`. */
      readonly taken: readonly string[]
    } & OpenedDrop &
      Saving)
  | { readonly at: 'gone'; readonly cause: 'gone' | 'claimed'; readonly proofs: readonly Proof[] }
  /** `isAcknowledged`: it was whole once, and what is kept of it here is not any more. */
  | ({ readonly at: 'unreadable'; readonly isAcknowledged: boolean } & Saving)

/** What waits behind a link. */
export interface WaitingDrop {
  readonly expiresAtMs: number
  readonly reads: number
  readonly sizeBytes: number
  readonly needsPassphrase: boolean
  /** Where its parts are going to lie; `undefined` for a drop of one part, which needs no room. */
  readonly room?: Room | undefined
}

/** The room that a drop in parts takes on this device. */
export interface Room {
  /** `false`: in memory, and a reload has to fetch it again. */
  readonly isOnDisk: boolean
  readonly neededBytes: number
  /** Why it does not fit: more than this browser takes, or more than is left now. */
  readonly obstacle?: { readonly at: 'memory' | 'disk'; readonly mostBytes: number } | undefined
}

/**
 * `dismissed`: the sender took the earlier claim back. `resumed`: claimed by this browser before. `cancelled`: receiving was
 * stopped. `earlier`: opened by this browser before, and not all of it taken.
 */
export type OpenNote = 'dismissed' | 'resumed' | 'cancelled' | 'earlier'

export type OpenFault =
  | { readonly at: 'passphrase'; readonly triesLeft: number | undefined }
  /** Another tab works on the same drop. */
  | { readonly at: 'elsewhere' }
  | { readonly at: 'server'; readonly code: FailureCode }

/** `full`: this device took no more. */
export type ReceiveFault = 'full'

/** What has been opened. */
export interface OpenedDrop {
  readonly text: string
  readonly files: readonly FileEntry[]
  readonly reads: number
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

/**
 * Telling the server that everything arrived: `late` keeps trying, `ended` found that the server had nothing any more,
 * `earlier` was told before a reload.
 */
export type Acknowledgement = 'pending' | 'late' | 'burned' | 'shared' | 'ended' | 'earlier'

/** A claim that proves itself. */
export interface Proof {
  readonly atMs: number
  readonly isOpened: boolean
  /** This browser's own reader key made it. */
  readonly isMine: boolean
}

export type ReadingEvent =
  | { readonly type: 'damaged' }
  | { readonly type: 'found'; readonly waiting: WaitingDrop; readonly note?: OpenNote | undefined }
  | { readonly type: 'failed'; readonly fault: OpenFault }
  | { readonly type: 'receiving'; readonly waiting: WaitingDrop }
  | { readonly type: 'halted'; readonly fault: ReceiveFault }
  | { readonly type: 'opened'; readonly message: OpenedDrop }
  | { readonly type: 'acknowledged'; readonly ack: Acknowledgement }
  | { readonly type: 'taken'; readonly names: readonly string[] }
  | { readonly type: 'saving'; readonly saving: Saving['saving'] }
  | { readonly type: 'not-saved'; readonly fault: SaveFault }
  | { readonly type: 'ended'; readonly cause: 'gone' | 'claimed'; readonly proofs: readonly Proof[] }
  | { readonly type: 'not-readable'; readonly isAcknowledged: boolean }

/** The next screen. An event that does not belong to the one that is shown changes nothing: it came late. */
export function readingReduce(main: Main, event: ReadingEvent): Main {
  switch (event.type) {
    case 'damaged':
      return { at: 'damaged' }
    case 'found':
      return { at: 'open', waiting: event.waiting, note: event.note }
    case 'failed':
      return withFault(main, event.fault)
    case 'receiving':
      return { at: 'receiving', waiting: event.waiting, carried: undefined, flow: 'going' }
    case 'halted':
      return main.at === 'receiving' ? { ...main, flow: 'paused', fault: event.fault } : main
    case 'opened':
      return { at: 'opened', ack: 'pending', taken: [], ...event.message }
    case 'acknowledged':
      return main.at === 'opened' ? { ...main, ack: event.ack } : main
    case 'taken':
      return main.at === 'opened' ? { ...main, taken: [...new Set([...main.taken, ...event.names])] } : main
    case 'saving':
      return canSave(main) ? { ...main, saving: event.saving, saveFault: undefined } : main
    case 'not-saved':
      return canSave(main) ? { ...main, saving: undefined, saveFault: event.fault } : main
    case 'ended':
      return { at: 'gone', cause: event.cause, proofs: event.proofs }
    case 'not-readable':
      return { at: 'unreadable', isAcknowledged: event.isAcknowledged }
  }
}

/** Names of what has been opened and neither copied nor saved; the text is `''`. */
export function untaken(main: Extract<Main, { at: 'opened' }>): string[] {
  const names = [...(main.text === '' ? [] : ['']), ...main.files.map(({ name }) => name)]
  const taken = new Set(main.taken)
  return names.filter((name) => !taken.has(name))
}

/** Whether leaving would lose what has been opened: kept parts open again with the link, a file half written does not. */
export function wouldLoseOpened(main: Extract<Main, { at: 'opened' }>): boolean {
  return main.saving !== undefined || (main.held?.isOnDisk !== true && untaken(main).length > 0)
}

function canSave(main: Main): main is Extract<Main, { at: 'opened' | 'unreadable' }> {
  return main.at === 'opened' || main.at === 'unreadable'
}

function withFault(main: Main, fault: OpenFault): Main {
  switch (main.at) {
    case 'looking':
    case 'open':
      return { ...main, fault, work: undefined }
    case 'receiving':
      return { at: 'open', waiting: main.waiting, fault }
    case 'compose':
    case 'sending':
    case 'sealed':
    case 'damaged':
    case 'opened':
    case 'gone':
    case 'unreadable':
      return main
  }
}
