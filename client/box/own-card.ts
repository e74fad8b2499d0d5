import { readCard, type Card } from '#protocol/card.ts'
import { DropError } from '#protocol/error.ts'
import { parseJson } from '../refused.ts'
import { ask, type Server } from '../server.ts'
import type { BoxState } from './state.ts'

/**
 * The card that the server hands out for a box, whenever it holds.
 * @throws Refused `gone`; DropError `bad_card`, `foreign_card`, `bad_answer`
 */
export async function fetchOwnCard(server: Server, { box }: Pick<BoxState, 'box'>): Promise<Card> {
  const { card } = parseJson(await ask(server, { name: 'card', box })) ?? {}
  if (typeof card !== 'string') throw new DropError('bad_answer')
  return (await readCard(card, box)).card
}
