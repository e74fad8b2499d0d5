import { isClockFault } from '#client/clocks.ts'
import { CardFault } from '#client/box/card-fault.ts'
import { fetchCard } from '#client/box/write.ts'
import type { PublicKey } from '#protocol/public-key.ts'
import { LOOK_PATIENCE_MS, serverOf } from '../../../platform/server.ts'
import type { ReadersCheck } from './state.ts'
import type { InboxTools } from './tools.ts'

/** A reader of the box: on its owner's list, or on its card. */
interface KnownReaders {
  readonly name: string
  readonly key: PublicKey
}

/** Holds the readers that a drop says it is sealed for against those of the box. */
export async function checkReaders(tools: InboxTools, sealedTo: readonly PublicKey[]): Promise<ReadersCheck> {
  const readers = await findReaders(tools, sealedTo)
  if (readers === undefined) return { known: [], strangers: [...sealedTo], left: [], isChecked: false }
  const names = new Map(readers.map(({ key, name }) => [key, name]))
  return {
    known: sealedTo.flatMap((key) => names.get(key) ?? []),
    strangers: sealedTo.filter((key) => !names.has(key)),
    left: readers.filter(({ key }) => !sealedTo.includes(key)).map(({ name }) => name),
    isChecked: true,
  }
}

/** @returns `undefined` if nobody can say now */
async function findReaders(
  { room, session }: InboxTools,
  sealedTo: readonly PublicKey[],
): Promise<readonly KnownReaders[] | undefined> {
  const { box, phrase, readers, removed, serial } = session.state()
  const isOwner = phrase !== undefined && readers.length > 0
  const listed = new Set(readers.map(({ key }) => key))
  if (isOwner && sealedTo.every((key) => listed.has(key))) return readers
  try {
    const server = serverOf(room, LOOK_PATIENCE_MS)
    const { card } = await fetchCard(server, box, { now: room.device.clock(), known: serial })
    // Another device of the owner's may have added somebody since this one looked.
    const added = card.readers.filter(({ key }) => !listed.has(key) && !removed.includes(key))
    return isOwner ? [...readers, ...added] : card.readers
  } catch (error) {
    if (isOwner) return readers
    // One that has run out still says who the readers were; one from before another says who they were once.
    const fault = isClockFault(error) ? error.cause : error
    return fault instanceof CardFault && fault.code === 'stale_card' ? fault.card?.readers : undefined
  }
}
