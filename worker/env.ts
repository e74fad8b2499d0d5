import type { OperatorSettings } from '#protocol/operator.ts'
import type { RackRpc } from './boxes/rpc.ts'
import type { ShelfRpc } from './drops/rpc.ts'

/** The bindings and settings in wrangler.toml. Those named OPERATOR_… are the operator's own statement. */
export interface Env extends OperatorSettings {
  /** Ciphertext. */
  readonly KV: KVNamespace
  /** Ciphertext of drops in parts, if the operator has R2. */
  readonly R2?: R2Bucket
  /** The state of drops, never their ciphertext. */
  readonly SHELF: DurableObjectNamespace<ShelfRpc>
  /** The lists and the cards of boxes, never ciphertext either. */
  readonly RACK: DurableObjectNamespace<RackRpc>
  /** The files of the client, if they are served, too: the answer for an unknown address is one of its pages. */
  readonly ASSETS?: Fetcher
  /** The origins that this server answers for, separated by commas: `https://drop.example`. */
  readonly ORIGIN: string
  /** Number of shelves, and of racks: a power of two up to 256. Fixed at the first deployment: a change loses every drop. */
  readonly SHELVES: string
  /** Bytes of ciphertext of the largest drop, if parts go to Workers KV, and if they go to R2. */
  readonly LARGEST_ON_KV?: string
  readonly LARGEST_ON_R2?: string
  /** Seconds that the stores take to show a written value, if not as long as Workers KV takes. */
  readonly STORE_SETTLES_SECONDS?: string
  /** Limits of a box: drops, bytes of ciphertext, and bytes that may come in one day uninvited. */
  readonly BOX_ITEMS?: string
  readonly BOX_BYTES?: string
  readonly BOX_BYTES_PER_DAY?: string
  /** The same for an address that has published no card. */
  readonly BARE_BOX_ITEMS?: string
  readonly BARE_BOX_BYTES?: string
}
