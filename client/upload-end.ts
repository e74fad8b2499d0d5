import { isDropError } from '#protocol/error.ts'
import { timeToForget } from './clocks.ts'
import type { SigningKey } from './crypto/keys.ts'
import { checkDrop } from './sender.ts'
import type { Ticket } from './sealed.ts'
import type { Server } from './server.ts'

/**
 * Whether an upload that nobody has gone on with is over, so that what is kept to go on may be forgotten: its server knows
 * nothing of it, and both clocks say that its time has passed. Its link is nowhere else, so a clock alone does not end it; nor
 * does a server that has not heard of one that was never begun.
 * @param untilMs - when its time is over, in milliseconds since 1970. Before, by this device's clock, nobody is asked.
 * @returns `unknown` if the server could not say
 */
export async function endOfUpload(
  server: Server,
  ticket: Ticket,
  sender: SigningKey,
  untilMs: number,
): Promise<'over' | 'not over' | 'unknown'> {
  if (server.clock() < untilMs) return 'not over'
  const now = await timeToForget(server, [untilMs])
  if (now < untilMs) return Number.isFinite(now) ? 'not over' : 'unknown'
  try {
    await checkDrop(server, ticket, sender)
    return 'not over'
  } catch (error) {
    return isDropError(error) && error.code === 'gone' ? 'over' : 'unknown'
  }
}
