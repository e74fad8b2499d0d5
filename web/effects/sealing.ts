import { generateSigningKey } from '#client/crypto/keys.ts'
import { deposit, seal as sealMessage, type Sealed } from '#client/send.ts'
import type { DropFile } from '#client/archive.ts'
import type { SigningKey } from '#client/crypto/keys.ts'
import { isDropError } from '#protocol/error.ts'
import { draftTerms, type Draft } from '../draft.ts'
import type { StoredSent } from '../store.ts'
import { failureOf, serverOf, WORK_PATIENCE_MS, type Tools } from './tools.ts'

export interface Sealing {
  /**
   * Seals the draft and deposits it. After a failure the same sealed bytes are deposited, until the draft changes.
   * @returns what the sender keeps; `undefined` after a failure, of which the person has been told.
   */
  seal(): Promise<StoredSent | undefined>
}

export function makeSealing(tools: Tools): Sealing {
  const { dispatch, state, store } = tools
  let pending: { readonly draft: Draft; readonly sealed: Sealed; readonly sender: SigningKey } | undefined

  return {
    async seal() {
      const { draft } = state()
      try {
        if (pending?.draft !== draft) pending = await sealDraft(tools, draft)
        if (pending === undefined) return undefined
        const { sealed, sender } = pending
        // With the server's own expiry: a deposit may go through long after the sealing, and clocks differ.
        const ticket = await deposit(serverOf(tools, WORK_PATIENCE_MS), sealed, (work) =>
          dispatch({ type: 'worked', work }),
        )
        const drop = { ticket, sender }
        pending = undefined
        const isKept = await keep(drop)
        const { expiresAtMs, reads } = ticket
        const { link } = sealed
        const passphrase = draft.passphrase ?? ''
        dispatch({
          type: 'sealed',
          drop: { link, passphrase, expiresAtMs, reads, isKept, isHandedOver: false, burning: 'no' },
        })
        return drop
      } catch (error) {
        const isTooLarge = isDropError(error) && error.code === 'too_large'
        dispatch({ type: 'refused', fault: isTooLarge ? { at: 'size' } : { at: 'server', code: failureOf(error) } })
        return undefined
      }
    },
  }

  async function keep(drop: StoredSent): Promise<boolean> {
    try {
      const kept = await store()
      await kept.keepSent(drop)
      return kept.isLasting
    } catch {
      return false
    }
  }
}

/** `undefined` if a file could not be read; the person has been told. */
async function sealDraft(
  { dispatch, device, stretch }: Tools,
  draft: Draft,
): Promise<{ draft: Draft; sealed: Sealed; sender: SigningKey } | undefined> {
  const files: DropFile[] = []
  for (const file of draft.files) {
    const { name, type, lastModified: modifiedAtMs } = file
    try {
      files.push({ name, type, modifiedAtMs, bytes: new Uint8Array(await file.arrayBuffer()) })
    } catch {
      dispatch({ type: 'refused', fault: { at: 'file', name } })
      return undefined
    }
  }
  const { ttlSeconds, reads } = draftTerms(draft)
  if (ttlSeconds === undefined || reads === undefined) throw new RangeError('the form lets no such draft through')
  const sender = await generateSigningKey()
  const sealed = await sealMessage(
    { text: draft.text, files },
    {
      origin: device.origin,
      sender,
      ttlSeconds,
      reads,
      passphrase: draft.passphrase ?? '',
      stretch,
      now: device.clock(),
      onProgress: (work) => dispatch({ type: 'worked', work }),
    },
  )
  return { draft, sealed, sender }
}
