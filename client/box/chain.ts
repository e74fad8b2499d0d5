import type { Bytes } from '#protocol/bytes.ts'
import { epochAt, type Epoch } from '#protocol/epoch.ts'
import { ageIdentityFromSeed, type AgeIdentity } from '../crypto/envelope.ts'
import { hkdfExpand } from '../crypto/kdf.ts'
import { randomBytes, type Random } from '../crypto/random.ts'

/** A reader's keys from one epoch on. Nothing leads from it to an earlier one. docs/protocol.md §13.2. */
export interface Chain {
  /** The earliest epoch that it opens. */
  readonly epoch: Epoch
  /** 32 bytes. */
  readonly key: Bytes
}

/** A chain that begins with the present epoch. @param now - milliseconds since 1970. */
export function newChain(now: number, random: Random = randomBytes): Chain {
  return { epoch: epochAt(now), key: random(CHAIN_BYTES) }
}

/**
 * The chain from a later epoch on: a device that keeps only this has deleted everything before.
 * @throws RangeError for an earlier one
 */
export function advance(chain: Chain, epoch: Epoch): Chain {
  if (!Number.isSafeInteger(epoch) || epoch < chain.epoch) throw new RangeError('a chain runs one way')
  if (epoch - chain.epoch > MOST_STEPS) throw new RangeError('no clock is that far ahead')
  let { key } = chain
  for (let at = chain.epoch; at < epoch; at++) key = hkdfExpand(key, 'sealdrop/v1/next', CHAIN_BYTES)
  return { epoch, key }
}

/** The identity of an epoch; `undefined` if its key has been deleted. */
export function identityAt(chain: Chain, epoch: Epoch): AgeIdentity | undefined {
  if (epoch < chain.epoch) return undefined
  return ageIdentityFromSeed(hkdfExpand(advance(chain, epoch).key, 'sealdrop/v1/age', CHAIN_BYTES))
}

const CHAIN_BYTES = 32

/** Two thousand years. */
const MOST_STEPS = 104_000
