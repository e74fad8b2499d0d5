import type { Shelf } from './shelf.ts'

/** What the worker is bound to in wrangler.toml, and nothing else. */
export interface Env {
  /** Ciphertext. */
  readonly KV: KVNamespace
  /** Ciphertext of drops in parts, where the operator has R2. */
  readonly R2?: R2Bucket
  /** The state of drops, never their ciphertext. */
  readonly SHELF: DurableObjectNamespace<Shelf>
  /** The origins that this server answers for, separated by commas: `https://drop.example`. */
  readonly ORIGIN: string
  /** How many shelves there are, a power of two up to 256. Fixed at the first deployment: a change loses every drop. */
  readonly SHELVES: string
  /** Bytes of ciphertext of the largest drop, where parts go to Workers KV, and where they go to R2. */
  readonly LARGEST_ON_KV?: string
  readonly LARGEST_ON_R2?: string
}
