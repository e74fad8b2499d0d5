import type { Card } from '#protocol/card.ts'
import { DropError, isDropError, type DropErrorCode } from '#protocol/error.ts'
import { lifeOfCard } from '#protocol/epoch.ts'

/** The fault of a box's card, and the card itself where its box's root key signed it. */
export class CardFault extends DropError {
  readonly card: Card | undefined
  /** With `stale_card`: when the card ceased to hold, milliseconds since 1970. */
  readonly sinceMs: number | undefined

  constructor(code: DropErrorCode, card?: Card, cause?: unknown) {
    super(code, { cause })
    this.card = card
    this.sinceMs = code === 'stale_card' && card !== undefined ? lifeOfCard(card.epoch).notAfter * 1_000 : undefined
  }
}

/** Since when a card does not hold any more; `undefined` for any other error. */
export function sinceMsOf(error: unknown): number | undefined {
  return isDropError(error) && error instanceof CardFault ? error.sinceMs : undefined
}
