import { generateSigningKey, type SigningKey } from '#client/crypto/keys.ts'
import { deposit, fetchLimits, seal as sealMessage, type Sealed } from '#client/send.ts'
import { draftTerms, type Draft } from '../draft.ts'
import { isOnePart } from '../fit.ts'
import { once } from '../once.ts'
import type { StoredSent } from '../store.ts'
import { dropFile } from './file-source.ts'
import { composeFaultOf, finish } from './finish.ts'
import { LOOK_PATIENCE_MS, serverOf, WORK_PATIENCE_MS, type Tools } from './tools.ts'
import type { Revoke, Uploading } from './uploading.ts'

export interface Sealing {
  /** Asks what the server takes. Silent when there is no answer: it is asked again before anything large is sealed. */
  learnLimits(): Promise<void>
  /**
   * Seals the draft and deposits it. After a failure the same sealed bytes are deposited, until the draft changes.
   * @returns what the sender keeps; `undefined` after a failure, of which the person has been told.
   */
  seal(): Promise<StoredSent | undefined>
  /** What carries drops in parts. Its code comes when there is one. */
  readonly uploading: () => Promise<Uploading>
}

export function makeSealing(tools: Tools, revoke: Revoke): Sealing {
  const { dispatch, state } = tools
  const uploading = once(async (): Promise<Uploading> => (await import('./uploading.ts')).makeUploading(tools, revoke))
  let pending: { readonly draft: Draft; readonly sealed: Sealed; readonly sender: SigningKey } | undefined

  return {
    uploading,
    async learnLimits() {
      if (state().largest !== undefined) return
      try {
        await askLimits(tools)
      } catch {
        // Whoever is offline hears of it at sealing.
      }
    },
    async seal() {
      const { draft } = state()
      try {
        if (pending?.draft !== draft) pending = await sealDraft(tools, draft)
        const { sealed, sender } = pending
        const passphrase = draft.passphrase ?? ''
        if (sealed.parts > 1) {
          const { send } = await uploading()
          // It keeps what it needs from here on, and another press seals anew.
          pending = undefined
          return await send({ sealed, sender, passphrase })
        }
        const ticket = await deposit(serverOf(tools, WORK_PATIENCE_MS), sealed, {
          sender,
          onProgress: (work) => dispatch({ type: 'worked', work }),
        })
        pending = undefined
        return await finish(tools, { ticket, sender, link: sealed.link, passphrase })
      } catch (error) {
        dispatch({ type: 'refused', fault: composeFaultOf(tools, error) })
        return undefined
      }
    },
  }
}

/** Reads no file yet. */
async function sealDraft(
  tools: Tools,
  draft: Draft,
): Promise<{ draft: Draft; sealed: Sealed; sender: SigningKey }> {
  const { device, dispatch, state, stretch } = tools
  // What fits one part is taken by every server, and sealed before a cipher of its own could be fetched.
  const isLarge = !isOnePart(draft)
  if (isLarge && state().largest === undefined) await askLimits(tools)
  const { largest } = state()
  const { ttlSeconds, reads } = draftTerms(draft)
  if (ttlSeconds === undefined || reads === undefined) throw new RangeError('the form lets no such draft through')
  const sender = await generateSigningKey()
  const sealed = await sealMessage(
    { text: draft.text, files: draft.files.map(dropFile) },
    {
      origin: device.origin,
      sender,
      ttlSeconds,
      reads,
      passphrase: draft.passphrase ?? '',
      stretch,
      now: device.clock(),
      ...(isLarge ? { cipherFor: (await import('../ciphers.ts')).cipherFor } : {}),
      ...(isLarge && largest !== undefined ? { largest } : {}),
      onProgress: (work) => dispatch({ type: 'worked', work }),
    },
  )
  return { draft, sealed, sender }
}

/** @throws DropError `offline`, `try_later` */
async function askLimits(tools: Tools): Promise<void> {
  const { largest } = await fetchLimits(serverOf(tools, LOOK_PATIENCE_MS))
  tools.dispatch({ type: 'limited', largest })
}
