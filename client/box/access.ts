import type { BoxAddress } from '#protocol/address.ts'
import { epochAt } from '#protocol/epoch.ts'
import type { PublicKey } from '#protocol/public-key.ts'
import type { AgeIdentity } from '../crypto/envelope.ts'
import type { SigningKey } from '../crypto/keys.ts'
import { identityAt } from './chain.ts'
import { deriveReaderKey } from './reader-keys.ts'
import type { ReturnKeys } from './return.ts'
import type { BoxState } from './state.ts'

/** One way to read, for the readers of a box and for a sender who comes back with a return code. */
export interface Access {
  readonly address: BoxAddress
  /** Signs as `member`. */
  readonly key: SigningKey
  /**
   * The identities that may open a drop that arrived on a day: of the epochs by whose cards it may have been sealed, those
   * whose keys are not deleted.
   * @param arrivedDay - days since 1970.
   */
  identitiesFor(arrivedDay: number): readonly AgeIdentity[]
  /** The reader on the card; a return code has none. */
  readonly readerKey?: PublicKey
}

export async function accessOfState(state: BoxState): Promise<Access> {
  const key = await deriveReaderKey(state.reader.seed)
  return {
    address: state.box,
    key,
    readerKey: key.publicKey,
    identitiesFor: (arrivedDay) => {
      const epoch = epochAt(arrivedDay * DAY_MS)
      // The likeliest first. An upload takes a while, a card holds a day longer, and clocks run early.
      const epochs = [epoch, epoch - 1, epoch + 1].filter((each) => each <= state.chain.epoch + MOST_EPOCHS)
      return epochs.map((each) => identityAt(state.chain, each)).filter((each) => each !== undefined)
    },
  }
}

export function accessOfReturn({ address, key, identity }: ReturnKeys): Access {
  return { address, key, identitiesFor: () => [identity] }
}

const DAY_MS = 86_400_000

/** A hundred years: a server that says that a drop arrived later does not keep its readers deriving. */
const MOST_EPOCHS = 5_200
