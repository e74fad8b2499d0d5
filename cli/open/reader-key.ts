import { toBase64url, type Bytes } from '#protocol/bytes.ts'
import { dropIdBytes, type DropId } from '#protocol/id.ts'
import { bytesOf, isWhole, listOf, recordOf, textOf } from '#protocol/json.ts'
import { parsePublicKey, type PublicKey } from '#protocol/public-key.ts'
import { timeToForget } from '#client/clocks.ts'
import { signingKeyFromSeed, type SigningKey } from '#client/crypto/keys.ts'
import { randomBytes } from '#client/crypto/random.ts'
import type { Server } from '#client/server.ts'
import { Failure } from '../failure.ts'
import { createRecord, listRecords, readRecord, removeRecord, replaceRecord } from '../state/records.ts'

/** The reader key of a drop that is being opened, which is on the disk before anything is claimed with it. */
export interface ReaderKey {
  readonly key: SigningKey
  /** Whether an earlier run left it: it may hold a claim already. */
  readonly isResumed: boolean
}

/** The key that is stored for a drop, or a fresh one. Of two processes at once both get the same. */
export async function takeReaderKey(id: DropId, expiresAtMs: number): Promise<ReaderKey> {
  const name = nameOf(id)
  const stored = readRecord('reading', name, parseRecord)
  if (stored !== undefined) return { key: await signingKeyFromSeed(stored.seed), isResumed: true }
  const seed = randomBytes(SEED_BYTES)
  const isFirst = createRecord('reading', name, { v: 1, seed: toBase64url(seed), expiresAtMs })
  const kept = isFirst ? { seed } : readRecord('reading', name, parseRecord)
  if (kept === undefined)
    throw new Failure('another process is opening the same drop', { hint: 'run the same command again' })
  return { key: await signingKeyFromSeed(kept.seed), isResumed: !isFirst }
}

export function forgetReaderKey(id: DropId): void {
  removeRecord('reading', nameOf(id))
}

/** Notes that a drop has been opened here with this reader key, of which the private half is of no more use. */
export function noteOpened(id: DropId, reader: PublicKey, expiresAtMs: number): void {
  const readers = [...openedBy(id).filter((each) => each !== reader), reader]
  try {
    replaceRecord('opened', nameOf(id), { v: 1, readers, expiresAtMs })
  } catch {
    // Only a later sentence hangs on it: no reason to keep the server from burning the drop.
  }
}

/** The public reader keys with which a drop has been opened here. */
export function openedBy(id: DropId): readonly PublicKey[] {
  try {
    return readRecord('opened', nameOf(id), parseOpened)?.readers ?? []
  } catch {
    return []
  }
}

/**
 * Forgets what is kept of drops that have expired: there is nothing left to open, and nobody to ask. A key that has claimed a
 * drop is the only way to it, so the clock of this computer alone does not end it.
 * @param server - that is asked for the time, if one seems to have expired.
 */
export async function forgetExpiredReaders(server: Server): Promise<void> {
  const kept = [...ends('reading', parseRecord), ...ends('opened', parseOpened)]
  const now = await timeToForget(
    server,
    kept.map(({ endMs }) => endMs),
  )
  for (const { shelf, name, endMs } of kept) if (endMs <= now) removeRecord(shelf, name)
}

function ends<Shelf extends 'reading' | 'opened'>(
  shelf: Shelf,
  parse: (value: unknown) => { expiresAtMs: number } | undefined,
): { shelf: Shelf; name: string; endMs: number }[] {
  return listRecords(shelf).flatMap((name) => {
    try {
      const { expiresAtMs } = readRecord(shelf, name, parse) ?? {}
      return expiresAtMs === undefined ? [] : [{ shelf, name, endMs: expiresAtMs + GRACE_MS }]
    } catch {
      // A damaged one is told about when its drop is opened.
      return []
    }
  })
}

/** Hex, not base64url: some file systems take `a` and `A` for one letter, and no name may begin with a dash. */
function nameOf(id: DropId): string {
  return Buffer.from(dropIdBytes(id)).toString('hex')
}

function parseRecord(value: unknown): { seed: Bytes; expiresAtMs: number } | undefined {
  const { v, seed: text, expiresAtMs } = recordOf(value) ?? {}
  const seed = bytesOf(text, SEED_BYTES)
  return v === 1 && seed !== undefined && isWhole(expiresAtMs) ? { seed, expiresAtMs } : undefined
}

function parseOpened(value: unknown): { readers: readonly PublicKey[]; expiresAtMs: number } | undefined {
  const { v, readers: list, expiresAtMs } = recordOf(value) ?? {}
  const readers = listOf(list, (each) => textOf(each, parsePublicKey))
  return v === 1 && readers !== undefined && isWhole(expiresAtMs) ? { readers, expiresAtMs } : undefined
}

/** RFC 8032 §5.1.5. */
const SEED_BYTES = 32

/** Servers are late to delete, and clocks differ. Milliseconds (1 day). */
const GRACE_MS = 86_400_000
