import { generateSigningKey, type SigningKey } from '#client/crypto/keys.ts'
import type { Location } from '#client/link.ts'
import { DropError } from '#protocol/error.ts'
import { open as words } from '../words/reading.ts'
import { tell, type Session } from './session.ts'
import type { Tools } from './tools.ts'

/** The reader keys of this browser: each is stored before anything is claimed with it, and outlives a crash. */
export interface Readers {
  /**
   * What an earlier visit has kept for this link, put into the session.
   * @throws if the part of the page that keeps things could not be loaded: without it nothing may be claimed.
   */
  recall(current: Session): Promise<void>
  /** @returns `undefined` where it could not be stored, and the person did not know yet. Now they do. */
  keyFor(current: Session): Promise<SigningKey | undefined>
  /** The server has been told. A drop in parts lies on this device alone from now on, and a reload finds it by this. */
  keepWhole(current: Session): Promise<void>
  forget(place: Location): Promise<void>
}

export function makeReaders({ dispatch, device, store }: Tools): Readers {
  return {
    async recall(current) {
      const kept = await store()
      let { isLasting } = kept
      try {
        const found = await kept.reader(current.place.dropId)
        if (found !== undefined) current.reader = found.key
        if (found?.whole !== undefined) current.whole = { ...found.whole, expiresAtMs: found.expiresAtMs }
      } catch {
        isLasting = false
      }
      dispatch({ type: 'store-found', isLasting })
      current.isWarned = !isLasting
    },

    keyFor: (current) =>
      device.alone(`sealdrop ${current.place.dropId}`, async () => {
        if (current.waiting === undefined) throw new DropError('bad_answer')
        const { dropId } = current.place
        const kept = await store()
        // Another tab may have made one meanwhile.
        const found = await kept.reader(dropId).catch(() => undefined)
        const key = found?.key ?? current.reader ?? (await generateSigningKey())
        current.reader = key
        try {
          await kept.keepReader(dropId, { ...found, key, expiresAtMs: current.waiting.expires * 1_000 })
        } catch {
          if (current.isWarned !== true) return warn(current)
        }
        return key
      }),

    async keepWhole({ disk, opener, place, reader: key, waiting }) {
      if (disk?.isLasting !== true || opener === undefined || key === undefined || waiting === undefined) return
      const { expires, parts, reads, size: sizeBytes } = waiting
      const whole = { parts, sizeBytes, reads, claim: opener.claim.publicKey }
      try {
        await (await store()).keepReader(place.dropId, { key, expiresAtMs: expires * 1_000, whole })
      } catch {
        // A reload finds nothing then, as of a small drop.
      }
    },

    async forget({ dropId }) {
      try {
        await (await store()).forgetReader(dropId)
      } catch {
        // It is removed when the drop expires.
      }
    },
  }

  /** Nothing has been claimed. Whoever presses again knows that this browser cannot keep it through a reload. */
  function warn(current: Session): undefined {
    current.isWarned = true
    dispatch({ type: 'store-found', isLasting: false })
    tell({ dispatch }, current, { type: 'worked', work: undefined })
    tell({ dispatch }, current, { type: 'announced', text: words.notLasting })
  }
}
