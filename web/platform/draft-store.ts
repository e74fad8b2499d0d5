import type { SealedDraftText } from '#client/box/sealed-draft.ts'
import type { BoxAddress } from '#protocol/address.ts'
import type { RunOnShelf, Store } from './store.ts'

/** Texts that this browser keeps beside the vaults of its boxes, sealed under their keys. */
export interface DraftStore {
  of(box: BoxAddress): Promise<readonly SealedDraftText[]>
  /** In place of the one of its name. The later of two stays, whichever is done first. */
  keep(box: BoxAddress, slip: SealedDraftText): Promise<void>
  forget(box: BoxAddress, name: string): Promise<void>
  forgetAll(box: BoxAddress): Promise<void>
}

export function draftStoreOf({ slips }: Pick<Store, 'slips'>): DraftStore {
  return slips instanceof Map ? slipsIn(slips) : slipsOn(slips)
}

function slipsIn(slips: Map<string, SealedDraftText>): DraftStore {
  const keyOf = (box: BoxAddress, name = ''): string => `${box} ${name}`
  const keysOf = (box: BoxAddress): string[] => Array.from(slips.keys()).filter((key) => key.startsWith(keyOf(box)))
  return {
    of: async (box) => keysOf(box).flatMap((key) => slips.get(key) ?? []),
    keep: async (box, slip) => void slips.set(keyOf(box, slip.name), slip),
    forget: async (box, name) => void slips.delete(keyOf(box, name)),
    forgetAll: async (box) => keysOf(box).forEach((key) => slips.delete(key)),
  }
}

function slipsOn(run: RunOnShelf): DraftStore {
  return {
    of: (box) => run('slips', 'readonly', (shelf) => shelf.getAll(allOf(box))),
    keep: async (box, slip) => void (await run('slips', 'readwrite', (shelf) => shelf.put(slip, [box, slip.name]))),
    forget: (box, name) => run('slips', 'readwrite', (shelf) => shelf.delete([box, name])),
    forgetAll: (box) => run('slips', 'readwrite', (shelf) => shelf.delete(allOf(box))),
  }
}

/** Everything of one box: an array sorts behind whatever it begins with. */
function allOf(box: BoxAddress): IDBKeyRange {
  return IDBKeyRange.bound([box], [box, []])
}
