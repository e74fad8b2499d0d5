import { dropIdBytes, type DropId } from '#protocol/id.ts'
import { sha256 } from '#protocol/bytes.ts'
import type { Env } from './env.ts'
import type { Shelf } from './shelf.ts'

/** The shelf that holds a drop: the leading bits of SHA-256(id) name it. docs/decisions/0006-sixteen-shelves.md. */
export async function shelfOf(env: Env, id: DropId): Promise<DurableObjectStub<Shelf>> {
  const [first = 0] = await sha256(dropIdBytes(id))
  const index = Math.floor((first * Number(env.SHELVES)) / 256)
  return env.SHELF.get(env.SHELF.idFromName(`shelf-${index.toString(16)}`))
}
