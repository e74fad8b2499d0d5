import type { Unfinished } from '#client/send.ts'
import type { DropId } from '#protocol/id.ts'
import type { Cargo, Interrupted } from '../uploads.ts'
import { interrupted as words } from '../words/sending.ts'
import type { Tools } from './tools.ts'
import type { Trade } from './trade.ts'

/** Tells of uploads of one kind that came to no end, but for those that another tab is at. Asks nobody. */
export async function findInterrupted(
  { device, dispatch, store }: Tools,
  { isOwn }: Pick<Trade, 'isOwn'> = { isOwn: isForLink },
): Promise<void> {
  const interrupted: Interrupted[] = []
  for (const { sentPart, unfinished, untilMs } of await (await store()).uploads(device.clock())) {
    if (!isOwn(unfinished)) continue
    await device.ifFree(lockOf(unfinished.dropId), async () => {
      interrupted.push({ ...cargoOf(unfinished), sentPart, untilMs })
    })
  }
  if (interrupted.length === 0) return
  dispatch({ type: 'uploads-found', interrupted })
  // It stands above what has the focus, where nobody would look again.
  dispatch({ type: 'announced', text: words.title })
}

/** Those for a box are told of where one writes to it. */
export function isForLink({ terms }: Pick<Unfinished, 'terms'>): boolean {
  return 'reads' in terms
}

/** What is drawn of an upload. */
export function cargoOf({ dropId, files, text, ticket }: Unfinished): Cargo {
  return { dropId, files, hasText: text !== '', needsPassphrase: ticket.needsPassphrase }
}

/** Whoever holds it over all tabs sends the drop. */
export function lockOf(dropId: DropId): string {
  return `sealdrop upload ${dropId}`
}
