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
  /** Told after every change, of another tab as well, until the lock. @returns what ends that */
  onChange(listener: () => void): () => void
}
