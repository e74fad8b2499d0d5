import { furthest } from '#client/pace.ts'
import type { Journal } from '#client/seal-parts.ts'
import { deposit, goOn as goOnWith } from '#client/send.ts'
import { revokeDrop } from '#client/sender.ts'
import type { Progress, Server } from '#client/server.ts'
import { FileFault } from '#client/source.ts'
import { isDropError } from '#protocol/error.ts'
import type { DropId } from '#protocol/id.ts'
import { UPLOAD_LIFE_SECONDS } from '#protocol/limits.ts'
import { cipherFor } from '../ciphers.ts'
import { mergeDrafts, type ChosenFile, type Draft } from '../draft.ts'
import { makeReport } from '../kit/report.ts'
import type { ComposeFault, SendFault } from '../state.ts'
import type { KeptUpload, StoredSent } from '../store.ts'
import { filesLike, matchFiles } from '../uploads.ts'
import { fileSource } from './file-source.ts'
import { composeFaultOf } from './finish.ts'
import { cargoOf, findInterrupted, lockOf } from './interrupted.ts'
import { failureOf, LOOK_PATIENCE_MS, serverOf, type Tools } from './tools.ts'
import { linkTrade, type SealedDraft, type Trade } from './trade.ts'

/** Carries drops in parts up, one at a time. */
export interface Uploading {
  /**
   * Seals the draft and sends it as it is sealed.
   * @returns what the sender keeps; `undefined` if it came to no end, and the screen says why
   * @throws DropError `too_large`
   */
  send(draft: Draft): Promise<StoredSent | undefined>
  /** Goes on with an interrupted upload, once all its files are among the chosen. */
  resume(dropId: DropId, chosen: readonly ChosenFile[]): Promise<StoredSent | undefined>
  /** Ends an interrupted upload. What can be had of it again is in the draft. */
  discard(dropId: DropId, chosen: readonly ChosenFile[]): Promise<void>
  pause(): void
  goOn(): void
  cancel(): void
}

/** A drop to be sent, and what of it is not in it. */
interface Order extends SealedDraft {
  /** `''` if there is none, or if nobody here knows it any more. */
  readonly passphrase: string
  /** What it was sealed from, where that is not the draft. */
  readonly resumed?: Draft
}

/** What the person wants of the upload on the screen. */
type Wish = 'go' | 'pause' | 'cancel'

export function makeUploading(tools: Tools, trade: Trade = linkTrade(tools)): Uploading {
  const { device, dispatch, state, store } = tools
  let wish: Wish = 'go'
  let abort = new AbortController()
  let wake = (): void => {}
  const want = (next: Wish): void => {
    wish = next
    if (next !== 'go') abort.abort()
    wake()
  }

  return {
    async send(draft) {
      const sealed = await trade.seal(draft, cipherFor)
      const order = { ...sealed, passphrase: draft.passphrase ?? '' }
      return device.alone(lockOf(order.sealed.dropId), () => carry(order))
    },

    async resume(dropId, chosen) {
      let drop: StoredSent | undefined
      const isFree = await device.ifFree(lockOf(dropId), async () => {
        const upload = await find(dropId)
        if (upload === undefined) return dispatch({ type: 'upload-ended', draft: {}, fault: { at: 'upload-over' } })
        const { returnWords, sender, unfinished } = upload
        const files = matchFiles(unfinished.files, chosen).files.filter((file) => file !== undefined)
        const sealed = await goOnWith(unfinished, files.map(fileSource), { cipherFor })
        // One at a time: a message that is being sealed by now, or on its way, would lose its place on the screen.
        const { main } = state()
        if (main.at !== 'compose' || main.work !== undefined)
          return dispatch({ type: 'upload-asked', asking: undefined })
        drop = await carry({ sealed, sender, returnWords, passphrase: '', resumed: trade.draftOf(unfinished, files) })
      })
      if (!isFree) dispatch({ type: 'upload-asked', asking: { dropId, to: 'go-on', chosen, trouble: 'elsewhere' } })
      return drop
    },

    async discard(dropId, chosen) {
      const isFree = await device.ifFree(lockOf(dropId), async () => {
        const upload = await find(dropId)
        if (upload === undefined) return dispatch({ type: 'upload-ended', draft: {}, fault: { at: 'upload-over' } })
        const { sender, unfinished } = upload
        const isTold = await revoke({ unfinished, sender })
        const draft = trade.draftOf(unfinished, filesLike(unfinished.files, chosen))
        await giveBack(draft, isTold ? undefined : { at: 'upload-left' })
      })
      if (!isFree) dispatch({ type: 'upload-asked', asking: { dropId, to: 'cancel', chosen, trouble: 'elsewhere' } })
    },

    pause: () => want('pause'),
    goOn: () => want('go'),
    cancel: () => want('cancel'),
  }

  /** Until it is there or cancelled. The lock of the drop is held. */
  async function carry(order: Order): Promise<StoredSent | undefined> {
    const { resumed, sealed, sender } = order
    const isKept = resumed !== undefined || (await keep(order))
    const cargo = cargoOf(sealed.unfinished)
    wish = 'go'
    const isAway = state().page !== 'main'
    dispatch({
      type: 'sending',
      // Nobody knows yet what the server has of one that was interrupted, and its files are read again first.
      upload: { cargo, isKept, carried: { stage: resumed ? 'checking' : 'sending', bytes: 0, total: sealed.size } },
    })
    // Whoever read another page meanwhile is not there any more.
    if (isAway) device.address('')
    for (;;) {
      try {
        abort = new AbortController()
        dispatch({ type: 'flowed', flow: 'going' })
        const ticket = await deposit(server(), sealed, {
          sender,
          signal: abort.signal,
          onProgress: reporter(sealed.dropId),
          journal: isKept ? journalOf(sealed.dropId) : undefined,
        })
        if (wished() !== 'cancel') {
          const drop = await trade.finish({ ...order, ticket, keepsDraft: resumed !== undefined })
          // Only now: until a person sees it, the link is nowhere but here.
          await forget(sealed.dropId)
          return drop
        }
      } catch (error) {
        const fault = endOf(error)
        if (fault !== undefined && wished() !== 'cancel') return await end(order, fault)
        if (wished() !== 'cancel') await pressed(sendFaultOf(error))
      }
      if (wished() === 'cancel') return await end(order, undefined)
    }
  }

  /** Read anew each time: it changes with a press, while something else is waited for. */
  function wished(): Wish {
    return wish
  }

  /** Waits for whoever looks at the screen. */
  async function pressed(fault: SendFault | undefined): Promise<void> {
    if (wish === 'go' && fault === undefined) return
    wish = wish === 'go' ? 'pause' : wish
    dispatch({ type: 'flowed', flow: 'paused', fault })
    while (wished() === 'pause') await new Promise<void>((resolve) => (wake = resolve))
  }

  /** Takes back what the server has of it, and shows the draft again. */
  async function end({ resumed, sealed, sender }: Order, fault: ComposeFault | undefined): Promise<undefined> {
    dispatch({ type: 'flowed', flow: 'stopping' })
    const isTold = await revoke({ unfinished: sealed.unfinished, sender })
    await giveBack(resumed, fault ?? (isTold ? undefined : { at: 'upload-left' }))
    return undefined
  }

  async function giveBack(before: Draft | undefined, fault: ComposeFault | undefined): Promise<void> {
    const draft = before === undefined ? {} : mergeDrafts(before, state().draft)
    dispatch({ type: 'upload-ended', draft, fault })
    // There may be more of them.
    await findInterrupted(tools, trade)
  }

  /** @returns whether the server knows. If not, it removes the parts by itself when the upload's time is over. */
  async function revoke({ sender, unfinished }: Pick<KeptUpload, 'sender' | 'unfinished'>): Promise<boolean> {
    let isTold = true
    try {
      await revokeDrop(serverOf(tools, LOOK_PATIENCE_MS), unfinished.ticket, sender)
    } catch (error) {
      isTold = isDropError(error) && error.code === 'gone'
    }
    await forget(unfinished.dropId)
    return isTold
  }

  async function keep({ returnWords, sealed, sender }: Order): Promise<boolean> {
    try {
      const kept = await store()
      const untilMs = device.clock() + UPLOAD_LIFE_SECONDS * 1_000
      await kept.keepUpload({ unfinished: sealed.unfinished, sender, untilMs, returnWords })
      return kept.isLasting
    } catch {
      return false
    }
  }

  async function forget(dropId: DropId): Promise<void> {
    try {
      await (await store()).forgetUpload(dropId)
    } catch {
      // It is removed when its time is over.
    }
  }

  async function find(dropId: DropId): Promise<KeptUpload | undefined> {
    const uploads = await (await store()).uploads()
    return uploads.find(({ unfinished }) => unfinished.dropId === dropId)
  }

  function journalOf(dropId: DropId): Journal {
    return { keep: async (n, hashes) => (await store()).keepHashes(dropId, n, hashes) }
  }

  /** As long as the page is open it is asked again. */
  function server(): Server {
    return serverOf(tools, Infinity)
  }

  /** Draws as often as it can be seen, and notes how much has gone out as often as it is worth it. */
  function reporter(dropId: DropId): (progress: Progress) => void {
    const report = makeReport(() => device.ticks(), {
      isHere: true,
      onCarried(carried) {
        const { main } = state()
        const shown = main.at === 'sending' ? main.carried : undefined
        dispatch({ type: 'carried', carried: furthest(shown, carried) })
      },
      onWaiting: () => dispatch({ type: 'flowed', flow: 'waiting' }),
    })
    let notedPart = 0
    return (progress) => {
      report(progress)
      if (progress.stage !== 'sending' || progress.bytes / progress.total < notedPart + NOTED_EVERY) return
      notedPart = progress.bytes / progress.total
      void note(dropId, notedPart)
    }
  }

  async function note(dropId: DropId, part: number): Promise<void> {
    try {
      await (await store()).noteSentPart(dropId, part)
    } catch {
      // It is for the eye only: the server knows what it has.
    }
  }

  /** Why an upload cannot go on at all. `undefined` where another try may do. */
  function endOf(error: unknown): ComposeFault | undefined {
    if (!isDropError(error)) return undefined
    switch (error.code) {
      case 'file_changed':
      case 'too_large':
      case 'box_full':
      case 'invitation_needed':
        return composeFaultOf(tools, error)
      case 'gone':
        return { at: 'upload-over' }
      default:
        return undefined
    }
  }
}

function sendFaultOf(error: unknown): SendFault | undefined {
  if (error instanceof FileFault) return { at: 'file', name: error.file }
  if (isDropError(error) && error.code === 'stopped') return undefined
  return { at: 'server', code: failureOf(error) }
}

/** Noted for the next visit every hundredth. */
const NOTED_EVERY = 0.01
