import { generateSigningKey, type SigningKey } from '#client/crypto/keys.ts'
import type { DropId } from '#protocol/id.ts'
import type { Store, StoredReader } from '../platform/store.ts'
import type { PageTools } from '../platform/page-tools.ts'

/** The reader keys of this browser: each is stored before anything is claimed with it, and outlives a crash. */

type KeyTools = Pick<PageTools, 'device' | 'store'>

/** The records of an earlier visit for a drop. */
export interface Recalled {
  readonly found: StoredReader | undefined
  /** Whether this browser keeps what it is given across a reload. */
  readonly isLasting: boolean
}

/** @throws if the part of the page that keeps things could not be loaded: without it nothing may be claimed. */
export async function recallReader({ store }: KeyTools, dropId: DropId): Promise<Recalled> {
  const kept = await store()
  try {
    return { found: await kept.reader(dropId), isLasting: kept.isLasting }
  } catch {
    return { found: undefined, isLasting: false }
  }
}

/**
 * The reader key of a drop: the one that this browser has stored, else `own`, else a new one.
 * @returns with whether it lies in this browser now
 */
export function readerKeyFor(
  { device, store }: KeyTools,
  dropId: DropId,
  expiresAtMs: number,
  own: SigningKey | undefined,
): Promise<{ readonly key: SigningKey; readonly isKept: boolean }> {
  return device.alone(`sealdrop ${dropId}`, async () => {
    const kept = await store()
    // Another tab may have made one meanwhile.
    const found = await kept.reader(dropId).catch(() => undefined)
    const key = found?.key ?? own ?? (await generateSigningKey())
    const isKept = await isDone(kept.keepReader(dropId, { ...found, key, expiresAtMs }))
    return { key, isKept }
  })
}

/** The server has been told. A drop in parts lies on this device alone from now on, and a reload finds it by this. */
export async function keepReader({ store }: KeyTools, dropId: DropId, reader: StoredReader): Promise<void> {
  // Where that fails a reload finds nothing, as of a small drop.
  await isDone(tryWith(store, (kept) => kept.keepReader(dropId, reader)))
}

/** A key that cannot be forgotten now is removed when the drop expires. */
export async function forgetReader({ store }: KeyTools, dropId: DropId): Promise<void> {
  await isDone(tryWith(store, (kept) => kept.forgetReader(dropId)))
}

async function tryWith(store: () => Promise<Store>, act: (kept: Store) => Promise<void>): Promise<void> {
  await act(await store())
}

async function isDone(work: Promise<void>): Promise<boolean> {
  return work.then(
    () => true,
    () => false,
  )
}
