import { deposit, fetchLimits } from '#client/send.ts'
import { mayHaveArrived } from '#client/server.ts'
import { LOOK_PATIENCE_MS, serverOf, WORK_PATIENCE_MS } from '../platform/server.ts'
import { once } from '../kit/memo.ts'
import { isIdle, type ComposeFault, type SendTools } from './send-state.ts'
import { composeFaultOf, type Destination, type SealedDraft } from './destination.ts'
import type { Draft } from './draft.ts'
import { findExcess, fitsOnePart } from './limits.ts'
import type { Uploading } from './uploading.ts'

/** Carries drops in parts, and takes back those that have been sent. */
export type Uploader = Pick<Uploading, 'send' | 'withdraw'>

/** A sealed message that is not known to have arrived. */
interface Pending extends SealedDraft {
  readonly draft: Draft
  /** It may be on the server already, though nobody has answered. */
  readonly isInDoubt: boolean
}

/** Seals what is in a form and sends it. */
export class Sealing {
  readonly #tools: SendTools
  readonly #uploading: () => Promise<Uploader>
  readonly #destination: Destination
  readonly #learnLimits: () => Promise<void>
  #pending: Pending | undefined

  /** @param uploading - the uploader of drops in parts. Its code comes when there is one. */
  constructor(tools: SendTools, uploading: () => Promise<Uploader>, destination: Destination) {
    this.#tools = tools
    this.#uploading = uploading
    this.#destination = destination
    this.#learnLimits = once(async () => {
      const { largest } = await fetchLimits(serverOf(tools, LOOK_PATIENCE_MS))
      tools.dispatch({ type: 'limited', limits: destination.limitsOf(largest) })
    })
  }

  /** Says why the draft cannot be sealed, if so. Asks the server what it takes, if that matters and it can be reached. */
  async check(): Promise<void> {
    const { state } = this.#tools
    // So that it is there by the press. Code that cannot be loaded now is loaded at sealing, which tells.
    if (!fitsOnePart(state().draft)) this.#uploading().catch(() => {})
    try {
      const fault = await this.#findFault()
      // A message that is being sealed by now has its own answer to come.
      if (fault !== undefined && isIdle(state().main)) this.#refuse(fault)
    } catch {
      // Without a connection a person hears of it at sealing.
    }
  }

  /** Seals the draft and deposits it. After a failure the same sealed bytes are deposited, until the draft changes. */
  async seal(): Promise<void> {
    const { draft } = this.#tools.state()
    try {
      const fault = (await this.#destination.findFault?.(draft)) ?? (await this.#findFault())
      if (fault !== undefined) return this.#refuse(fault)
      if (fitsOnePart(draft)) await this.#deposit(draft)
      else await (await this.#uploading()).send(draft)
    } catch (error) {
      const fault = composeFaultOf(this.#tools, this.#destination, error)
      if (this.#pending !== undefined && mayHaveArrived(error)) await this.#noteDoubt(this.#pending)
      const isInDoubt = this.#pending?.isInDoubt === true && this.#pending.draft === draft
      this.#refuse(fault.at === 'server' && isInDoubt ? { ...fault, isInDoubt } : fault)
    }
  }

  /** In one part. @throws DropError */
  async #deposit(draft: Draft): Promise<void> {
    const { dispatch, state } = this.#tools
    if (this.#pending?.draft !== draft) {
      // Nobody has its link, and its box is to have what is in the form now, and no other.
      if (this.#pending?.isInDoubt === true) await this.#takeBack(this.#pending)
      this.#pending = { draft, isInDoubt: false, ...(await this.#destination.seal(draft)) }
    }
    const { isInDoubt: _, ...order } = this.#pending
    const ticket = await deposit(serverOf(this.#tools, WORK_PATIENCE_MS), order.sealed, {
      sender: order.sender,
      onProgress: (work) => dispatch({ type: 'worked', work }),
    })
    this.#pending = undefined
    // A folder that took long to read, or an upload that was given back meanwhile, is in no drop yet.
    const { files, text } = state().draft
    const keepsDraft = files !== draft.files || text !== draft.text
    await this.#destination.finish({ ...order, ticket, keepsDraft })
  }

  /** Of a drop for a link that may be there, what can end it is kept, whatever becomes of this page. */
  async #noteDoubt(pending: Pending): Promise<void> {
    this.#pending = { ...pending, isInDoubt: true }
    const { sealed, sender } = pending
    if (sealed.ticket.claim === undefined) return
    try {
      await (await this.#tools.store()).keepSent({ ticket: sealed.ticket, sender })
    } catch {
      // As long as this page is open, it knows.
    }
  }

  /** @throws DropError where the server cannot be told: then nothing else is sent */
  async #takeBack({ sealed: { ticket }, sender }: SealedDraft): Promise<void> {
    await (await this.#uploading()).withdraw(ticket, sender)
    this.#pending = undefined
    await (await this.#tools.store()).forgetSent(ticket.dropId).catch(() => {})
  }

  #refuse(fault: ComposeFault): void {
    this.#tools.dispatch({ type: 'refused', fault })
  }

  /** One part is taken by every server: the sender of a letter asks nobody. @throws DropError `offline`, `try_later` */
  async #findFault(): Promise<ComposeFault | undefined> {
    const { state } = this.#tools
    if (!fitsOnePart(state().draft) && state().limits === undefined) await this.#learnLimits()
    return findExcess(state().draft, state().limits)
  }
}
