import type { SigningKey } from '#client/crypto/keys.ts'
import { furthest } from '#client/transfer.ts'
import { deposit, goOn as goOnWith } from '#client/send.ts'
import { type Ticket } from '#client/sealed.ts'
import { revokeDrop } from '#client/sender.ts'
import type { Progress, Server } from '#client/server.ts'
import { FileFault } from '#client/source.ts'
import { isDropError } from '#protocol/error.ts'
import type { DropId } from '#protocol/id.ts'
import { cipherFor } from '../platform/ciphers.ts'
import { failureOf, LOOK_PATIENCE_MS, serverOf } from '../platform/server.ts'
import { makeReport } from '../kit/report.ts'
import { isIdle, isSending, type ComposeFault, type SendFault, type SendTools } from './send-state.ts'
import type { KeptUpload } from '../platform/store.ts'
import { composeFaultOf, type Destination, type SealedDraft } from './destination.ts'
import type { ChosenFile, Draft } from './draft.ts'
import { fileSource } from './file-source.ts'
import { findInterrupted, summaryOf, type Outbox } from './outbox.ts'
import { filesLike, matchFiles } from './uploads.ts'

/** A drop to be sent, and what of it is not in it. */
interface Order extends SealedDraft {
  /** The draft of it. */
  readonly draft: Draft
  /** It was begun before a crash or a lock, and lies on the device since. */
  readonly isResumed?: boolean
}

/** The wish of the person about the upload on the screen. `leave`: the box is locked, and what is on its way can be gone on with later. */
type Wish = 'go' | 'pause' | 'cancel' | 'leave'

/** Carries drops in parts up, one at a time. */
export class Uploading {
  readonly #tools: SendTools
  readonly #destination: Destination
  readonly #outbox: Outbox
  #wish: Wish = 'go'
  #abort = new AbortController()
  #wake = (): void => {}

  constructor(tools: SendTools, destination: Destination, outbox: Outbox) {
    this.#tools = tools
    this.#destination = destination
    this.#outbox = outbox
  }

  /** Seals the draft and sends it as it is sealed, to its end; the screen says which. @throws DropError `too_large` */
  async send(draft: Draft): Promise<void> {
    const order = { ...(await this.#destination.seal(draft, cipherFor)), draft }
    const isFree = await this.#whileFree(order.sealed.dropId, () => this.#carry(order))
    if (!isFree) this.#tools.dispatch({ type: 'refused', fault: { at: 'elsewhere' } })
  }

  /** Goes on with an interrupted upload, once all its files are among the chosen. */
  async resume(dropId: DropId, chosen: readonly ChosenFile[]): Promise<void> {
    const { dispatch, state } = this.#tools
    const isFree = await this.#whileFree(dropId, async () => {
      const upload = await this.#find(dropId)
      if (upload === undefined) return this.#miss()
      const { unfinished } = upload
      const files = matchFiles(unfinished.files, chosen).files.filter((file) => file !== undefined)
      const sealed = await goOnWith(unfinished, files.map(fileSource), { cipherFor })
      // One at a time: a message that is being sealed by now, or on its way, would lose its place on the screen.
      if (!isIdle(state().main)) return dispatch({ type: 'upload-asked', asking: undefined })
      await this.#carry({ ...upload, sealed, draft: this.#destination.draftOf(unfinished, files), isResumed: true })
    })
    if (!isFree) dispatch({ type: 'upload-asked', asking: { dropId, to: 'go-on', chosen, trouble: 'elsewhere' } })
  }

  /** Ends an interrupted upload. Its text, and the files that are here, are in the draft. */
  async discard(dropId: DropId, chosen: readonly ChosenFile[]): Promise<void> {
    const isFree = await this.#whileFree(dropId, async () => {
      const upload = await this.#find(dropId)
      if (upload === undefined) return this.#miss()
      const { unfinished } = upload
      const isTold = await this.#revoke(upload)
      const draft = this.#destination.draftOf(unfinished, filesLike(unfinished.files, chosen))
      await this.#giveBack(draft, isTold ? undefined : { at: 'upload-left' })
    })
    const asking = { dropId, to: 'cancel', chosen, trouble: 'elsewhere' } as const
    if (!isFree) this.#tools.dispatch({ type: 'upload-asked', asking })
  }

  pause(): void {
    this.#want('pause')
  }

  goOn(): void {
    this.#want('go')
  }

  cancel(): void {
    this.#want('cancel')
  }

  /** Takes back what the server has of a drop, if it has any of it. @throws DropError where the server cannot be told */
  async withdraw(ticket: Ticket, sender: SigningKey): Promise<void> {
    try {
      await revokeDrop(serverOf(this.#tools, LOOK_PATIENCE_MS), ticket, sender)
    } catch (error) {
      // It never arrived.
      if (!isDropError(error) || error.code !== 'gone') throw error
    }
  }

  /** The box is locked: nothing goes on. */
  leave(): void {
    this.#want('leave')
  }

  #want(wish: Wish): void {
    if (this.#wish === 'leave') return
    this.#wish = wish
    if (wish !== 'go') this.#abort.abort()
    this.#wake()
  }

  /** Read again each time: a press may change it while something else is waited for. */
  #wished(): Wish {
    return this.#wish
  }

  /** @returns whether no other tab is at it */
  #whileFree(dropId: DropId, act: () => Promise<void>): Promise<boolean> {
    return this.#tools.device.ifFree(this.#destination.lockOf(dropId), act)
  }

  /** Until it is there, cancelled or left. The lock of the drop is held. */
  async #carry(order: Order): Promise<void> {
    const { isResumed = false, sealed } = order
    const { dispatch } = this.#tools
    if (this.#wished() === 'leave') return
    this.#wish = 'go'
    const kept = await this.#outbox.keep(order, isResumed)
    this.#destination.begun?.()
    dispatch({
      type: 'sending',
      // Nobody knows yet what the server has of one that was interrupted, and its files are read again first.
      upload: {
        cargo: summaryOf(sealed.unfinished),
        isKept: kept === 'for good',
        carried: { stage: isResumed ? 'checking' : 'sending', bytes: 0, total: sealed.size },
      },
    })
    for (;;) {
      const fault = await this.#attempt(order, kept !== undefined)
      const wish = this.#wished()
      if (fault === 'done' || wish === 'leave') return
      if (wish === 'cancel') return await this.#end(order, undefined)
      if (fault !== undefined && fault.isFinal) return await this.#end(order, fault.fault)
      await this.#pressed(fault?.fault)
      if (this.#wished() === 'cancel') return await this.#end(order, undefined)
    }
  }

  /** Sends what the server does not have yet. @returns why it did not come to its end; `undefined` after a press */
  async #attempt(
    order: Order,
    hasJournal: boolean,
  ): Promise<'done' | { isFinal: true; fault: ComposeFault } | { isFinal: false; fault: SendFault } | undefined> {
    const { draft, isResumed = false, sealed, sender } = order
    const { signal } = (this.#abort = new AbortController())
    if (this.#wished() !== 'go') return undefined
    this.#tools.dispatch({ type: 'flowed', flow: 'going' })
    try {
      const ticket = await deposit(this.#server(), sealed, {
        sender,
        signal,
        onProgress: this.#reporter(order),
        journal: hasJournal ? this.#outbox.journal(sealed.unfinished) : undefined,
      })
      const wish = this.#wished()
      // Cancelled or left while its last answer was on the way.
      if (wish === 'cancel' || wish === 'leave') return undefined
      await this.#destination.finish({ ...order, ticket, draft, keepsDraft: isResumed })
      // Only now: until a person sees it, its link is nowhere but here.
      await this.#outbox.forget(sealed.dropId)
      return 'done'
    } catch (error) {
      if (isDropError(error) && error.code === 'stopped') return undefined
      const fault = this.#endOf(error)
      return fault === undefined ? { isFinal: false, fault: sendFaultOf(error) } : { isFinal: true, fault }
    }
  }

  /** Waits for a press. */
  async #pressed(fault: SendFault | undefined): Promise<void> {
    if (this.#wish === 'go' && fault === undefined) return
    if (this.#wish === 'go') this.#wish = 'pause'
    this.#tools.dispatch({ type: 'flowed', flow: 'paused', fault })
    while (this.#wished() === 'pause') await new Promise<void>((resolve) => (this.#wake = resolve))
  }

  /** Takes back what the server has of it, and shows the draft again. */
  async #end(order: Order, fault: ComposeFault | undefined): Promise<void> {
    this.#tools.dispatch({ type: 'flowed', flow: 'stopping' })
    const isTold = await this.#revoke({ ...order, unfinished: order.sealed.unfinished })
    await this.#giveBack(
      order.isResumed === true ? order.draft : undefined,
      fault ?? (isTold ? undefined : { at: 'upload-left' }),
    )
  }

  /** @param before - the draft that is in the form no more */
  async #giveBack(before: Draft | undefined, fault: ComposeFault | undefined): Promise<void> {
    const { dispatch, state } = this.#tools
    const draft = before === undefined ? {} : this.#destination.merge(before, state().draft)
    dispatch({ type: 'upload-ended', draft, fault })
    // There may be more of them.
    await findInterrupted(this.#tools, this.#destination, this.#outbox)
  }

  #miss(): void {
    this.#tools.dispatch({ type: 'upload-ended', draft: {}, fault: { at: this.#outbox.missing } })
  }

  /** @returns whether the server knows. If not, it removes the parts by itself when the upload's time is over. */
  async #revoke({ sender, unfinished }: Pick<KeptUpload, 'sender' | 'unfinished'>): Promise<boolean> {
    const isTold = await this.withdraw(unfinished.ticket, sender).then(
      () => true,
      () => false,
    )
    await this.#outbox.forget(unfinished.dropId)
    return isTold
  }

  /** As it lies on the device now: another tab may have gone on with it, and what that has sealed must be known. */
  async #find(dropId: DropId): Promise<KeptUpload | undefined> {
    const uploads = await this.#outbox.all()
    return uploads.find(({ unfinished }) => unfinished.dropId === dropId)
  }

  /** As long as the page is open it is asked again. */
  #server(): Server {
    return serverOf(this.#tools, Infinity)
  }

  /** Draws as often as it can be seen, and notes how much has gone out as often as it is worth it. */
  #reporter({ sealed: { unfinished } }: Order): (progress: Progress) => void {
    const { device, dispatch, state } = this.#tools
    const report = makeReport(() => device.ticks(), {
      isHere: true,
      onCarried(carried) {
        const { main } = state()
        dispatch({ type: 'carried', carried: furthest(isSending(main) ? main.carried : undefined, carried) })
      },
      onWaiting: () => dispatch({ type: 'flowed', flow: 'waiting' }),
    })
    let notedPart = 0
    return (progress) => {
      report(progress)
      if (progress.stage !== 'sending' || progress.bytes / progress.total < notedPart + NOTED_EVERY) return
      notedPart = progress.bytes / progress.total
      void this.#outbox.note(unfinished, notedPart)
    }
  }

  /** Why an upload cannot go on at all. `undefined` where another try may do. */
  #endOf(error: unknown): ComposeFault | undefined {
    switch (isDropError(error) ? error.code : undefined) {
      case 'file_changed':
      case 'too_large':
      case 'box_full':
      case 'invitation_needed':
        return composeFaultOf(this.#tools, this.#destination, error)
      case 'gone':
        return { at: 'upload-over' }
      default:
        return undefined
    }
  }
}

function sendFaultOf(error: unknown): SendFault {
  return error instanceof FileFault ? { at: 'file', name: error.file } : { at: 'server', code: failureOf(error) }
}

/** Noted for the next visit every hundredth. */
const NOTED_EVERY = 0.01
