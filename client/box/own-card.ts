import type { BoxAddress } from '#protocol/address.ts'
import { readCard, type Card } from '#protocol/card.ts'
import type { CardAnswer } from '#protocol/box-api.ts'
import { jsonForm, type Form } from '../answers.ts'
import { isCount } from '../refused.ts'
import { ask, type Server } from '../server.ts'
import type { BoxState } from './state.ts'

/**
 * The card that the server hands out for a box, whenever it holds.
 * @throws Refused `gone`; DropError `bad_card`, `foreign_card`, `bad_answer`
 */
export async function fetchOwnCard(server: Server, { box }: Pick<BoxState, 'box'>): Promise<Card> {
  return (await readCard((await askForCard(server, box)).card, box)).card
}

/** The text that the server hands out as the card of a box, unread. @throws Refused `gone`; DropError `bad_answer` */
export function askForCard(server: Server, box: BoxAddress): Promise<CardAnswer> {
  return ask(server, { name: 'card', box }, CARD)
}

const CARD: Form<CardAnswer> = jsonForm(({ card, largest }) =>
  typeof card === 'string' && isCount(largest) ? { card, largest } : undefined,
)
