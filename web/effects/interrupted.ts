import type { Unfinished } from '#client/send.ts'
import { endOfUpload } from '#client/upload-end.ts'
import type { DropId } from '#protocol/id.ts'
import type { Cargo, Interrupted } from '../uploads.ts'
import { interrupted as words } from '../words/sending.ts'
import { serverOf, type Tools } from './tools.ts'
import type { Trade } from './trade.ts'

/** Tells of uploads of one kind that came to no end, but for those that another tab is at. Forgets those that are over. */
export async function findInterrupted(
  tools: Tools,
  { isOwn }: Pick<Trade, 'isOwn'> = { isOwn: isForLink },
): Promise<void> {
  const { device, dispatch, store } = tools
  const kept = await store()
  const interrupted: Interrupted[] = []
  for (const { sender, sentPart, unfinished, untilMs } of await kept.uploads()) {
    if (!isOwn(unfinished)) continue
    await device.ifFree(lockOf(unfinished.dropId), async () => {
      // Asked once: whoever is not connected is told of it.
      const end = await endOfUpload(serverOf(tools, 0), unfinished.ticket, sender, untilMs)
      if (end === 'over') return kept.forgetUpload(unfinished.dropId)
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
