import { CARD_GRACE_SECONDS, EPOCH_SECONDS, KEY_LIFE_SECONDS } from './limits.ts'

/** A week of a box's keys, counted from 1970. docs/protocol.md §13.3. */
export type Epoch = number

/** @param now - milliseconds since 1970. */
export function epochAt(now: number): Epoch {
  return Math.floor(now / 1_000 / EPOCH_SECONDS)
}

/** The time from which a card of this epoch is valid, and the time from which it no longer is, in seconds since 1970. */
export function lifeOfCard(epoch: Epoch): { readonly notBefore: number; readonly notAfter: number } {
  const notBefore = epoch * EPOCH_SECONDS
  return { notBefore, notAfter: notBefore + EPOCH_SECONDS + CARD_GRACE_SECONDS }
}

/**
 * The first epoch whose key may still be needed: for a drop that was sealed to its card at the last moment, uploaded for a day,
 * and lives as long as a drop can. Older keys are deleted.
 * @param now - milliseconds since 1970.
 */
export function firstNeededEpoch(now: number): Epoch {
  return epochAt(now - KEY_LIFE_SECONDS * 1_000)
}

/**
 * The day of an arrival in a box, in days since 1970: nothing finer is told.
 * @param now - milliseconds since 1970.
 */
export function dayAt(now: number): number {
  return Math.floor(now / 86_400_000)
}
