import type { Stretch } from '#client/crypto/argon2.ts'
import type { Transport } from '#client/transport.ts'
import { codeKindIn } from '#protocol/misplaced-code.ts'
import type { Device } from './device.ts'
import type { Disk } from './disk.ts'
import type { Store } from './store.ts'

/** The tools of every page. All of it comes from outside, so that a room runs without a browser. */
export interface PageTools {
  readonly device: Device
  readonly store: () => Promise<Store>
  readonly disk: () => Promise<Disk>
  readonly transport: Transport
  /** Stretches a passphrase without holding up the page. */
  readonly stretch: Stretch
}

/** The export of a module that draws a page: draws it into `root`, and follows the address as long as it stays on the page. */
export interface PageModule {
  readonly start: (root: Element, tools: PageTools) => void
}

/** Parts of the page that share no state: going from one to another reloads it. */
export type SitePage = 'main' | 'boxes' | 'write'

/** The room that a fragment, without its `#`, leads to. */
export function pageOf(fragment: string): SitePage {
  if (fragment === 'boxes') return 'boxes'
  return fragment === 'return' || codeKindIn(fragment) === 'address' ? 'write' : 'main'
}
