import { CARD_TYPE, formatCard, type Card } from '#protocol/card.ts'
import { signCompact } from '../crypto/jws.ts'
import type { Root } from './root.ts'

/** A card as its box publishes it. docs/protocol.md §13.4. */
export function signCard(root: Root, card: Card): Promise<string> {
  return signCompact(CARD_TYPE, formatCard(card), root.key)
}
