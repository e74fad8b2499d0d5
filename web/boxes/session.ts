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
  /** Takes in what lives as long as the box is open. */
  adopt(part: SessionPart): void
  /** Told after every change, of another tab as well, until the lock. @returns what ends that */
  onChange(listener: () => void): () => void
}

/** What lives as long as a box is open. */
export interface SessionPart {
  /** Whether it is at something that a lock without a press would break off. */
  readonly isAtWork: () => boolean
  /** Once, at the lock: nothing of what was open may be left. */
  readonly onLock: () => void
}
