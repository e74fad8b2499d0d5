import { fetchOwnCard } from '#client/box/own-card.ts'
import type { BoxAddress } from '#protocol/address.ts'
import type { Card } from '#protocol/card.ts'
import { LOOK_PATIENCE_MS, serverOf } from '../../platform/server.ts'
import type { BoxTools } from './tools.ts'

/** The card that the server has of a box, old or new, if the box's root key signed it: for the name and the terms in it. */
export async function findCard(tools: BoxTools, box: BoxAddress): Promise<Card | undefined> {
  try {
    return await fetchOwnCard(serverOf(tools, LOOK_PATIENCE_MS), { box })
  } catch {
    return undefined
  }
}
