import type { Stretch } from '#client/crypto/argon2.ts'
import type { Transport } from '#client/transport.ts'
import { codeKindIn } from '#protocol/misplaced-code.ts'
import type { Device } from './device.ts'
import type { Disk } from './disk.ts'
import type { Store } from './store.ts'

/** The tools of every page. All of them come from outside, so that a page runs without a browser. */
export interface RoomTools {
  readonly device: Device
  readonly store: () => Promise<Store>
  readonly disk: () => Promise<Disk>
  readonly transport: Transport
  /** Stretches a passphrase without holding up the page. */
  readonly stretch: Stretch
}

/** The exports of a module that draws a page: it draws into `root`, and follows the address as long as it stays on the page. */
export interface RoomModule {
  readonly start: (root: Element, tools: RoomTools) => void
}

/** Parts of the page that share no state: from one to another it is loaded anew. */
export type Room = 'main' | 'boxes' | 'write'

/** The room that a fragment, without its `#`, leads to. */
export function roomOf(fragment: string): Room {
  if (fragment === 'boxes') return 'boxes'
  return fragment === 'return' || codeKindIn(fragment) === 'address' ? 'write' : 'main'
}
