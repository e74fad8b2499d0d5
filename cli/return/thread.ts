import type { BoxAddress } from '#protocol/address.ts'
import type { Item } from '#protocol/box-api.ts'
import { isDropError } from '#protocol/error.ts'
import type { Access } from '#client/box/access.ts'
import { collectParts, openItem } from '#client/box/inbox.ts'
import type { Server } from '#client/server.ts'
import { memoryStaging } from '#client/staging.ts'

/**
 * The box that the newest answer that names one says it is from. An answer that cannot be read keeps nobody from an older one.
 * @param items - the answers, the newest first
 */
export async function boxOfThread(
  server: Server,
  access: Access,
  items: readonly Item[],
): Promise<BoxAddress | undefined> {
  // An answer in several parts would have to be fetched whole for a word of it.
  for (const item of items.filter(({ parts }) => parts === 1)) {
    const address = await senderOf(server, access, item)
    if (address !== undefined) return address
  }
  return undefined
}

async function senderOf(server: Server, access: Access, item: Item): Promise<BoxAddress | undefined> {
  try {
    const { from } = await openItem(collectParts(server, access, item, memoryStaging()), access, item)
    return from
  } catch (error) {
    if (isDropError(error) && UNREADABLE.has(error.code)) return undefined
    throw error
  }
}

/** Faults of one answer, which say nothing of the others. */
const UNREADABLE: ReadonlySet<string> = new Set(['open_failed', 'misplaced', 'gone'])
