import { equalBytes, joinBytes, sha256, toBase64url, type Bytes } from '#protocol/bytes.ts'
import { STORE_MARGIN_SECONDS } from '#protocol/limits.ts'
import * as life from './drop.ts'
import type { Drop } from './drop.ts'
import { createdOf, type DropShardContext } from './shard-context.ts'
import type { Part, PartRows } from './part-rows.ts'
import type { DropResult } from './rpc.ts'
import * as upload from './upload.ts'

// The requests of a sender whose drop comes in parts. Each is given the drop once the sender has proved its key.

/** Records that the sender's part is about to be written, if it may be stored. */
export function answerUpload({ parts }: DropShardContext, drop: Drop, part: Part, now: number): DropResult<'upload'> {
  const outcome = upload.expect(drop, parts.list(drop.id), part)
  if (outcome !== 'expected') return { outcome }
  parts.insert(drop.id, part)
  // The longest life from here: the rest of the upload, and the drop's own life, if the commit comes last.
  const lifeMs = life.endOfLife(drop, drop.expiresAtMs) - now
  return { outcome, ttlSeconds: Math.ceil(lifeMs / 1_000) + STORE_MARGIN_SECONDS }
}

/** Which parts are here. */
export function answerUploaded({ parts }: DropShardContext, drop: Drop): DropResult<'uploaded'> {
  const uploaded = { ...createdOf(drop), state: life.stateOf(drop), received: receivedOf(parts, drop) }
  return { outcome: 'uploaded', uploaded }
}

/** @param digest - hash of the sender's own parts, base64url: SHA-256 over the SHA-256 of each. */
export async function answerCommit(
  context: DropShardContext,
  drop: Drop,
  digest: string,
): Promise<DropResult<'commit'>> {
  if (drop.parts === 1) return { outcome: 'bad_request' }
  // The answer was lost: it is the same as before, whatever has become of the drop since.
  if (life.isTurnedAway(drop)) return { outcome: 'box_full' }
  if (drop.digest === digest) return { outcome: 'committed', created: createdOf(drop), box: drop.box }
  if (drop.phase !== 'uploading') return { outcome: life.hasEnded(drop) ? 'gone' : 'incomplete' }
  const { parts, rows } = context
  const hashed = parts.received(drop.id)
  if (!upload.isComplete(drop, hashed) || toBase64url(await sha256(digestsOf(hashed))) !== digest)
    return { outcome: 'incomplete' }
  // First the alarm, then the row, as above.
  await context.arm(life.endOfLife(drop, Date.now()))
  const now = Date.now()
  const present = context.find(drop.id, now)
  if (present === undefined) return { outcome: 'gone' }
  if (present.digest === digest) return { outcome: 'committed', created: createdOf(present), box: present.box }
  // A part has been replaced meanwhile, or the drop has ended.
  const isSame = equalBytes(digestsOf(parts.received(drop.id)), digestsOf(hashed))
  if (present.phase !== 'uploading' || !isSame) return { outcome: 'try_later' }
  const committed = upload.commit(present, digest, now)
  rows.commit(committed)
  return { outcome: 'committed', created: createdOf(committed), box: committed.box }
}

/** For each part the hash of its bytes. A drop that has ended, and one that came whole, has none to tell. */
function receivedOf(parts: PartRows, drop: Drop): readonly (string | null)[] {
  if (drop.parts === 1 || life.hasEnded(drop)) return []
  const known = new Map(parts.received(drop.id).map(({ n, digest }) => [n, toBase64url(digest)]))
  return Array.from({ length: drop.parts }, (_, n) => known.get(n) ?? null)
}

function digestsOf(parts: readonly Part[]): Bytes {
  return joinBytes(parts.map(({ digest }) => digest))
}
