import { deposit, fetchLimits } from '#client/send.ts'
import { mayHaveArrived } from '#client/server.ts'
import { isDropError } from '#protocol/error.ts'
import type { Draft } from '../draft.ts'
import { findExcess, fitsOnePart, limitsOf } from '../fit.ts'
import { once } from '../once.ts'
import type { ComposeFault } from '../state.ts'
import type { StoredSent } from '../store.ts'
import { composeFaultOf } from './finish.ts'
import { LOOK_PATIENCE_MS, serverOf, WORK_PATIENCE_MS, type Tools } from './tools.ts'
import { linkTrade, type SealedDraft, type Trade } from './trade.ts'
import type { Uploading } from './uploading.ts'

export interface Sealing {
  /** Says why the draft cannot be sealed, if so. Asks the server what it takes, if that matters and it can be reached. */
  check(): Promise<void>
  /**
   * Seals the draft and deposits it. After a failure the same sealed bytes are deposited, until the draft changes.
   * @returns what the sender keeps; `undefined` after a failure, of which the person has been told.
   */
  seal(): Promise<StoredSent | undefined>
}

/** @param uploading - what carries drops in parts. Its code comes when there is one. */
export function makeSealing(
  tools: Tools,
  uploading: () => Promise<Pick<Uploading, 'send'>>,
  trade: Trade = linkTrade(tools),
): Sealing {
  const { dispatch, state } = tools
  const learnLimits = once(async () => {
    const { largest } = await fetchLimits(serverOf(tools, LOOK_PATIENCE_MS))
    dispatch({ type: 'limited', limits: limitsOf(largest) })
  })
  /** `isInDoubt`: it may be on the server already, though nobody has answered. */
  let pending: ({ readonly draft: Draft; readonly isInDoubt: boolean } & SealedDraft) | undefined

  return {
    async check() {
      // So that it is there by the press. What cannot be loaded now is loaded at sealing, which tells.
      if (!fitsOnePart(state().draft)) uploading().catch(() => {})
      try {
        const fault = await findFault()
        const { main } = state()
        // What is being sealed by now has its own answer to come.
        if (fault !== undefined && main.at === 'compose' && main.work === undefined) refuse(fault)
      } catch {
        // Whoever is offline hears of it at sealing.
      }
    },
    async seal() {
      const { draft } = state()
      try {
        if (await isGuessable(draft)) return refuse({ at: 'passphrase' })
        const fault = await findFault()
        if (fault !== undefined) return refuse(fault)
        if (!fitsOnePart(draft)) return await (await uploading()).send(draft)
        if (pending?.draft !== draft) {
          // Nobody has its link, and its box is to have what is in the form now, and no other.
          if (pending?.isInDoubt === true) await takeBack(pending)
          pending = { draft, isInDoubt: false, ...(await trade.seal(draft)) }
        }
        const { draft: _, isInDoubt: _was, ...order } = pending
        const { sealed, sender } = order
        const ticket = await deposit(serverOf(tools, WORK_PATIENCE_MS), sealed, {
          sender,
          onProgress: (work) => dispatch({ type: 'worked', work }),
        })
        pending = undefined
        // What came in meanwhile is in no drop yet: a folder that took long to read, an upload that was given back.
        const { files, text } = state().draft
        const keepsDraft = files !== draft.files || text !== draft.text
        return await trade.finish({ ...order, ticket, passphrase: draft.passphrase ?? '', keepsDraft })
      } catch (error) {
        const fault = composeFaultOf(tools, error)
        if (pending !== undefined && mayHaveArrived(error)) {
          pending = { ...pending, isInDoubt: true }
          await noteDoubt(pending)
        }
        const isInDoubt = pending?.isInDoubt === true && pending.draft === draft
        return refuse(fault.at === 'server' && isInDoubt ? { ...fault, isInDoubt } : fault)
      }
    },
  }

  /** Of a drop for a link that may be there, what can end it is kept, whatever becomes of this page. */
  async function noteDoubt({ sealed: { ticket }, sender }: SealedDraft): Promise<void> {
    if (ticket.claim === undefined) return
    try {
      await (await tools.store()).keepSent({ ticket, sender })
    } catch {
      // As long as this page is open, it knows.
    }
  }

  /** @throws DropError where the server cannot be told: then nothing else is sent */
  async function takeBack({ sealed: { ticket }, sender }: SealedDraft): Promise<void> {
    // Loaded only here: hardly anybody needs it.
    const { revokeDrop } = await import('#client/sender.ts')
    try {
      await revokeDrop(serverOf(tools, LOOK_PATIENCE_MS), ticket, sender)
    } catch (error) {
      // It never arrived.
      if (!isDropError(error) || error.code !== 'gone') throw error
    }
    pending = undefined
    await (await tools.store()).forgetSent(ticket.dropId).catch(() => {})
  }

  /** What judges it comes for those who ask for one. */
  async function isGuessable({ passphrase }: Draft): Promise<boolean> {
    if (passphrase === undefined) return false
    const { judgePassphrase } = await import('#client/passphrase.ts')
    return judgePassphrase(passphrase, 'ten') === 'hopeless'
  }

  function refuse(fault: ComposeFault): undefined {
    dispatch({ type: 'refused', fault })
  }

  /** What fits one part is taken by every server: who sends a letter asks nobody. @throws DropError `offline`, `try_later` */
  async function findFault(): Promise<ComposeFault | undefined> {
    if (!fitsOnePart(state().draft) && state().limits === undefined) await learnLimits()
    return findExcess(state().draft, state().limits)
  }
}
