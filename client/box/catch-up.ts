import type { Card } from '#protocol/card.ts'
import { isDropError } from '#protocol/error.ts'
import { epochAt } from '#protocol/epoch.ts'
import { EPOCHS_AHEAD, MAX_BOX_READERS } from '#protocol/limits.ts'
import type { Server } from '../server.ts'
import { fetchOwnCard } from './own-card.ts'
import { deriveReaderKey } from './reader-keys.ts'
import type { BoxState } from './state.ts'

/** A state, and the device that has published last. */
export interface CaughtUp {
  readonly state: BoxState
  /**
   * `others`: another device of the owner's. `others without this`: one that has left this device's reader out. `others at
   * odds`: one that has put a reader on whom this device has removed. The state has it right; the card does not, until this
   * device publishes.
   */
  readonly by: 'this device' | 'others' | 'others without this' | 'others at odds'
}

/**
 * Takes up what another device of the same owner has published since: otherwise the next publication would undo it, and take
 * a reader off the card whom the other has added. A reader whom this device has removed is not taken up: the other device may
 * have been shown an old card. A state that has published nothing takes up nothing: a box that is restored from its phrase
 * begins with its own reader alone.
 * @throws DropError `bad_card`, `foreign_card`, `offline`
 */
export async function catchUp(server: Server, state: BoxState): Promise<CaughtUp> {
  const card = state.serial === 0 ? undefined : await fetchIfAny(server, state)
  if (card === undefined || card.serial <= state.serial) return { state, by: 'this device' }
  const { publicKey: own } = await deriveReaderKey(state.reader.seed)
  const welcome = card.readers.filter(({ key }) => !state.removed.includes(key))
  const listed = welcome.map(({ name, key, age }) => {
    const known = state.readers.find((each) => each.key === key)
    // Of a new one the card tells a single epoch; more is announced.
    return known === undefined ? { name, key, first: card.epoch, ages: [age] } : { ...known, name }
  })
  const isListed = listed.some(({ key }) => key === own)
  const missing = isListed || listed.length >= MAX_BOX_READERS ? [] : state.readers.filter(({ key }) => key === own)
  const { name, terms, serial } = card
  // A serial is the second of its publication, or later.
  const lastEpoch = epochAt(serial * 1_000) + EPOCHS_AHEAD
  return {
    state: { ...state, name, terms, serial, lastEpoch, readers: [...missing, ...listed] },
    by: welcome.length < card.readers.length ? 'others at odds' : isListed ? 'others' : 'others without this',
  }
}

async function fetchIfAny(server: Server, state: BoxState): Promise<Card | undefined> {
  try {
    return await fetchOwnCard(server, state)
  } catch (error) {
    if (isDropError(error) && error.code === 'gone') return undefined
    throw error
  }
}
