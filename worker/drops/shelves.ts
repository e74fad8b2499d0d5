import { dropIdBytes, type DropId } from '#protocol/id.ts'
import { sha256, type Bytes } from '#protocol/bytes.ts'
import type { SignedRequest } from '#protocol/signature.ts'
import type { Env } from '../env.ts'
import type { DropRequestName, DropRequests, DropResult, ShelfRpc } from './rpc.ts'

/** The shelf that holds a drop: the leading bits of SHA-256(id) name it. docs/decisions/0006-sixteen-shelves.md. */
export async function shelfOf(env: Env, id: DropId): Promise<DurableObjectStub<ShelfRpc>> {
  return shelfAt(env, indexOf(env, await sha256(dropIdBytes(id))))
}

/** Sends a signed request about a drop to its shelf. */
export async function askShelf<N extends DropRequestName>(
  env: Env,
  request: SignedRequest<N>,
  input: DropRequests[N]['input'],
): Promise<DropResult<N>> {
  return (await shelfOf(env, request.dropId)).answer(request, input)
}

/** The shelf that issues the nonces of requests about no single drop. */
export function firstShelf(env: Env): DurableObjectStub<ShelfRpc> {
  return shelfAt(env, 0)
}

function shelfAt(env: Env, index: number): DurableObjectStub<ShelfRpc> {
  return env.SHELF.get(env.SHELF.idFromName(`shelf-${index.toString(16)}`))
}

/** The leading bits of a hash, as many as the number of shelves takes. */
export function indexOf(env: Env, hash: Bytes): number {
  return Math.floor(((hash[0] ?? 0) * countOf(env)) / 256)
}

/** The number of shelves, and of racks. */
export function countOf(env: Env): number {
  const count = Number(env.SHELVES)
  // With another number drops would be looked for on the wrong shelf: better no answer than a wrong one.
  if (!COUNTS.has(count)) throw new TypeError('SHELVES is no power of two from 1 to 256')
  return count
}

const COUNTS = new Set([1, 2, 4, 8, 16, 32, 64, 128, 256])
