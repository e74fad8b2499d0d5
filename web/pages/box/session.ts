import type { Root } from '#client/box/root.ts'
import type { BoxState } from '#client/box/state.ts'

/** A box that is open on this device, until it is locked. */
export interface BoxSession {
  /** @throws BoxFault `forgotten` once it is locked */
  state(): BoxState
  /** Seals and stores the next state on the device, one change after another, before it resolves. Not from within another. */
  change(by: (state: BoxState) => BoxState | Promise<BoxState>): Promise<BoxState>
  /** The root key, on an owner's device. */
  root(): Promise<Root | undefined>
  lock(): void
  /** Drafts, which lie beside the state on this device. */
  readonly beside: DraftTexts
  /** Takes in a part that lives as long as the box is open. */
  adopt(part: SessionPart): void
  /** Told after every change, of another tab as well, until the lock. @returns a function that ends it */
  onChange(listener: () => void): () => void
}

/** Texts that are kept on the device, sealed under the vault's key, and are in no backup. */
export interface DraftTexts {
  /** `false` where the browser keeps nothing: they end with the page. */
  readonly isLasting: boolean
  /** All that there are. Texts that do not open under this vault's key are thrown away. */
  all(): Promise<readonly string[]>
  /**
   * Keeps a text in place of the one before it, and is on its way to the disk when this returns: a lock may follow at once.
   * @param what - a name for the text: `draft` and a drop @throws BoxFault `forgotten` once it is locked
   */
  keep(what: string, text: string): Promise<void>
  forget(what: string): Promise<void>
}

/** A part that lives as long as a box is open. */
export interface SessionPart {
  /** The page is hidden, or the lock is about to come: any typed text is to be kept now. */
  readonly onLeave: () => void
  /** Whether it is at something that a lock without a press would break off. */
  readonly isAtWork: () => boolean
  /** Once, at the lock: nothing that was open may be left. */
  readonly onLock: () => void
}
