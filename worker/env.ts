import type { OperatorSettings } from '#protocol/operator.ts'
import type { RackRpc } from './boxes/rpc.ts'
import type { ShelfRpc } from './drops/rpc.ts'

/** What the worker is bound to in wrangler.toml, and nothing else. What the operator says of itself is in OPERATOR_… */
export interface Env extends OperatorSettings {
  /** Ciphertext. */
  readonly KV: KVNamespace
  /** Ciphertext of drops in parts, where the operator has R2. */
  readonly R2?: R2Bucket
  /** The state of drops, never their ciphertext. */
  readonly SHELF: DurableObjectNamespace<ShelfRpc>
  /** What boxes are told of their drops, and their cards; never ciphertext either. */
  readonly RACK: DurableObjectNamespace<RackRpc>
  /** The files of the client, where they are served too: of an address where nothing is a page of them tells. */
  readonly ASSETS?: Fetcher
  /** The origins that this server answers for, separated by commas: `https://drop.example`. */
  readonly ORIGIN: string
  /** How many shelves there are, and racks, a power of two up to 256. Fixed at the first deployment: a change loses every drop. */
  readonly SHELVES: string
  /** Bytes of ciphertext of the largest drop, where parts go to Workers KV, and where they go to R2. */
  readonly LARGEST_ON_KV?: string
  readonly LARGEST_ON_R2?: string
  /** Seconds that the stores may take to show what was written, where it is not as long as Workers KV takes. */
  readonly STORE_SETTLES_SECONDS?: string
  /** What a box holds at most: drops, bytes of ciphertext, and bytes that come in one day uninvited. */
  readonly BOX_ITEMS?: string
  readonly BOX_BYTES?: string
  readonly BOX_BYTES_PER_DAY?: string
  /** The same for an address that has published no card. */
  readonly BARE_BOX_ITEMS?: string
  readonly BARE_BOX_BYTES?: string
}
