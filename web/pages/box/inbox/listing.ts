import { accessOfState } from '#client/box/access.ts'
import { deleteItems, listItems } from '#client/box/inbox.ts'
import { watchPages } from '#client/box/pages.ts'
import type { ItemsQuery } from '#protocol/box-api.ts'
import type { DropId } from '#protocol/id.ts'
import { MAX_DELETED, MAX_LISTED } from '#protocol/limits.ts'
import { LOOK_PATIENCE_MS, serverOf, WORK_PATIENCE_MS } from '../../../platform/server.ts'
import { inbox as words } from '../../../copy/inbox.ts'
import { LATEST_SEQ, type ItemsPage } from '../../../read/item-list.ts'
import { noteDeleted } from '#client/box/notes.ts'
import { inboxFaultOf, note, type InboxTools } from './tools.ts'

/** Keeps the list of a box. */
export interface ItemsListing {
  /** Asks for the newest items, or for those before the oldest that are listed. */
  load(what: 'first' | 'older'): Promise<void>
  /** Asks for what has come since, and says how much it is. Never told of on the screen but by itself. */
  look(): Promise<void>
  /** Burns the drops that the question on the screen is about, for all readers. */
  deleteAsked(): Promise<void>
}

export function makeListing(tools: InboxTools): ItemsListing {
  const { dispatch, state } = tools
  let looking: Promise<void> | undefined

  const load: ItemsListing['load'] = async (what) => {
    if (state().loading !== undefined) return
    dispatch({ type: 'list-asked', what })
    try {
      const seq = what === 'first' ? LATEST_SEQ : state().list.oldestSeq
      dispatch({ type: 'listed', what: 'older', page: await ask(tools, { order: 'before', seq, most: PAGE_ITEMS }) })
    } catch (error) {
      dispatch({ type: 'list-failed', fault: inboxFaultOf(error) })
    }
  }

  return {
    load,
    look() {
      const { totals } = state().list
      looking ??= (totals === undefined ? load('first') : lookForNew(tools, totals.count)).finally(
        () => (looking = undefined),
      )
      return looking
    },
    deleteAsked: () => deleteAsked(tools),
  }
}

async function deleteAsked(tools: InboxTools): Promise<void> {
  const { announce, dispatch, room, session, state } = tools
  const { deletion } = state()
  if (deletion === undefined || deletion.stage === 'working') return
  dispatch({ type: 'deletion-begun' })
  try {
    const root = await session.root()
    if (root === undefined) return dispatch({ type: 'deletion-failed' })
    for (let start = 0; start < deletion.drops.length; start += MAX_DELETED) {
      const drops = deletion.drops.slice(start, start + MAX_DELETED)
      await deleteItems(serverOf(room, WORK_PATIENCE_MS), root.key, root.address, drops)
      dispatch({ type: 'deleted', drops })
      await note(tools, (box) => noteDeleted(box, new Set(drops)))
    }
    announce(words.deleted(deletion.drops.length))
  } catch {
    dispatch({ type: 'deletion-failed' })
  }
}

/** @param known - how many there were before */
async function lookForNew(tools: InboxTools, known: number): Promise<void> {
  const { announce, dispatch, state } = tools
  try {
    let arrived = 0
    const watched = watchPages()
    for (;;) {
      const page = await ask(tools, { order: 'after', seq: state().list.newestSeq, most: MAX_LISTED })
      watched(page)
      const listed = state().list.items.length
      dispatch({ type: 'listed', what: 'newer', page })
      arrived += state().list.items.length - listed
      if (page.more && page.items.length > 0) continue
      if (arrived > 0) announce(words.arrived(arrived))
      // Fewer than there were: some of them have gone, and no answer says which.
      if (page.count < known + arrived) await findGone(tools)
      return
    }
  } catch (error) {
    dispatch({ type: 'look-failed', fault: inboxFaultOf(error) })
  }
}

/** Asks again for all that is listed, and marks whatever the server does not have any more. */
async function findGone(tools: InboxTools): Promise<void> {
  const { dispatch, state } = tools
  const { newestSeq, oldestSeq } = state().list
  const there = new Set<DropId>()
  let seq = newestSeq + 1
  const watched = watchPages()
  for (;;) {
    const page = await ask(tools, { order: 'before', seq, most: MAX_LISTED })
    watched(page)
    for (const { drop } of page.items) there.add(drop)
    seq = page.items.at(-1)?.seq ?? 0
    if (!page.more || seq <= oldestSeq) break
  }
  const { gone, items } = state().list
  const drops = items.filter((item) => item.seq <= newestSeq && !there.has(item.drop) && !gone.has(item.drop))
  if (drops.length > 0) dispatch({ type: 'vanished', drops: drops.map(({ drop }) => drop) })
}

async function ask({ room, session }: InboxTools, query: ItemsQuery): Promise<ItemsPage> {
  return listItems(serverOf(room, LOOK_PATIENCE_MS), await accessOfState(session.state()), query)
}

/** Items on one page. */
const PAGE_ITEMS = 100
