import { sealAnswer } from '#client/box/write.ts'
import { signingKeyFromSeed, type SigningKey } from '#client/crypto/keys.ts'
import { randomBytes } from '#client/crypto/random.ts'
import { deposit, fetchLimits, goOn as goOnWith, type Sealed } from '#client/send.ts'
import { mayHaveArrived, type Progress } from '#client/server.ts'
import type { Bytes } from '#protocol/bytes.ts'
import type { DropId } from '#protocol/id.ts'
import { UPLOAD_LIFE_SECONDS } from '#protocol/limits.ts'
import type { PublicKey } from '#protocol/public-key.ts'
import { cipherFor } from '../../ciphers.ts'
import type { ChosenFile } from '../../draft.ts'
import { dropFile, fileSource } from '../../effects/file-source.ts'
import { LOOK_PATIENCE_MS, serverOf, WORK_PATIENCE_MS } from '../../effects/tools.ts'
import { makeReport } from '../../kit/report.ts'
import { once } from '../../once.ts'
import type { Carried } from '../../parts/transfer.tsx'
import { filesLike, matchFiles } from '../../uploads.ts'
import { answer as words } from '../../words/inbox.ts'
import { answerFaultOf, AnsweredElsewhere, findAnswerFault, isFinal } from './answer-fault.ts'
import type { AnswerDraft, AnswerFault } from './answer-state.ts'
import { holdAnswer } from './holding.ts'
import type { Keeping } from './keeping.ts'
import type { KeptUpload } from './kept-answer.ts'
import { noteAnswered } from '#client/box/notes.ts'
import { answerTo } from './state.ts'
import { revokeAnswer, takeBack } from './taking-back.ts'
import { note, type InboxTools } from './tools.ts'

/** Answers drops. What was typed and chosen stays until it has arrived. */
export interface Answering {
  /** Seals the answer to a drop and deposits it. After a failure the same sealed bytes, until the draft changes. */
  send(drop: DropId, to: ReplyTo): Promise<void>
  pause(drop: DropId): void
  goOn(drop: DropId): Promise<void>
  /** Takes back what the server has of it. The draft is as it was. */
  cancel(drop: DropId): Promise<void>
  /**
   * Goes on with an answer that came to no end before the box was locked, once all its files are among the chosen.
   * @returns whether it is this tab's; `false` if another one is at it
   */
  resume(drop: DropId, chosen: readonly ChosenFile[]): Promise<boolean>
  /** Ends such an answer. What can be had of it again is in the form. @returns as `resume` */
  discard(drop: DropId, chosen: readonly ChosenFile[]): Promise<boolean>
  /** The box is locked: nothing goes on. What is on its way can be gone on with after the next unlock. */
  stop(): void
}

/** Where an answer goes. */
export interface ReplyTo {
  readonly key: PublicKey
  readonly age: string
}

/** An answer that is sealed, and not there yet. */
interface Order {
  readonly drop: DropId
  readonly draft: AnswerDraft
  readonly sealed: Sealed
  readonly sender: SigningKey
  /** Of the sender key, 32 bytes. */
  readonly seed: Bytes
  /** When the server removes what is not whole by then, milliseconds since 1970. */
  readonly untilMs: number
  /** Whether it was begun before the last lock. */
  readonly isAgain: boolean
  /** Whether it lies on the device. From then on nothing of it is sealed whose hash does not lie there too. */
  hasJournal: boolean
  stop: AbortController
  /** Settled once the attempt that was begun last has ended. */
  attempt: Promise<void>
  /** From 0 to 1. */
  sentPart: number
  /** In one part, and on the server perhaps, though nobody has answered. */
  isInDoubt: boolean
  /** Lets other tabs have it. */
  readonly release: () => void
}

export function makeAnswering(tools: InboxTools, keeping: Keeping): Answering {
  const { announce, dispatch, room, session, state } = tools
  const { device } = room
  const learnLargest = once(async () => (await fetchLimits(serverOf(room, LOOK_PATIENCE_MS))).largest)
  const orders = new Map<DropId, Order>()
  let isOver = false

  return {
    async send(drop, to) {
      const { draft, stage } = answerTo(state(), drop)
      const refuse = (fault: AnswerFault): void => dispatch({ type: 'answer-refused', drop, fault })
      if (stage.at !== 'draft' || stage.work !== undefined) return
      if (draft.text.trim() === '' && draft.files.length === 0) return refuse({ at: 'message' })
      dispatch({ type: 'answer-worked', drop, work: { stage: 'starting' } })
      try {
        const fault = await findAnswerFault(draft, session.state().box, learnLargest)
        if (fault !== undefined) return refuse(fault)
        const before = orders.get(drop)
        if (before?.draft === draft) return await attempt(before)
        // It is to get what is in the form now, and no other.
        if (before?.isInDoubt === true) await revokeAnswer(room, before.sealed, before.sender)
        await attempt(await seal(drop, to, draft))
      } catch (error) {
        refuse(answerFaultOf(error))
      }
    },

    pause(drop) {
      orders.get(drop)?.stop.abort()
      dispatch({ type: 'answer-flowed', drop, flow: 'paused' })
    },

    async goOn(drop) {
      const order = orders.get(drop)
      if (order === undefined) return
      dispatch({ type: 'answer-flowed', drop, flow: 'going' })
      await attempt(order)
    },

    async cancel(drop) {
      const order = orders.get(drop)
      if (order === undefined) return
      end(order)
      dispatch({ type: 'answer-flowed', drop, flow: 'stopping' })
      const isTold = await takeBack(room, order.sealed, order.sender)
      await keeping.forgetUpload(drop)
      dispatch({ type: 'answer-refused', drop, fault: isTold ? undefined : { at: 'left' } })
    },

    resume: (drop, chosen) =>
      whileFree(drop, async ({ seed, unfinished, untilMs }, release) => {
        const files = matchFiles(unfinished.files, chosen).files.filter((file) => file !== undefined)
        const sealed = await goOnWith(unfinished, files.map(fileSource), { cipherFor })
        const sender = await signingKeyFromSeed(seed)
        dispatch({ type: 'answer-drafted', drop, draft: { files } })
        const { draft } = answerTo(state(), drop)
        void attempt(newOrder({ drop, draft, sealed, sender, seed, untilMs, isAgain: true, release }))
      }),

    discard: (drop, chosen) =>
      whileFree(drop, async ({ seed, unfinished }, release) => {
        const isTold = await takeBack(room, unfinished, await signingKeyFromSeed(seed))
        await keeping.forgetUpload(drop)
        const files = filesLike(unfinished.files, chosen)
        const names = new Set(files.map(({ name }) => name))
        const wanted = unfinished.files.filter(({ name }) => !names.has(name))
        dispatch({ type: 'answer-drafted', drop, draft: { files, wanted } })
        dispatch({ type: 'answer-refused', drop, fault: isTold ? undefined : { at: 'left' } })
        release()
      }),

    stop() {
      isOver = true
      for (const order of orders.values()) end(order)
    },
  }

  /** Nothing more is done about it in this life of the page. */
  function end(order: Order): void {
    orders.delete(order.drop)
    order.stop.abort()
    order.release()
  }

  function newOrder(order: Omit<Order, 'hasJournal' | 'stop' | 'attempt' | 'sentPart' | 'isInDoubt'>): Order {
    const fresh = { stop: new AbortController(), attempt: Promise.resolve(), sentPart: 0, isInDoubt: false }
    const made = { ...order, ...fresh, hasJournal: order.isAgain }
    orders.get(order.drop)?.release()
    orders.set(order.drop, made)
    // Locked while it was being sealed.
    if (isOver) end(made)
    return made
  }

  async function seal(drop: DropId, to: ReplyTo, draft: AnswerDraft): Promise<Order> {
    // A key that cannot be exported could not be sealed under the vault's key.
    const seed = randomBytes(SEED_BYTES)
    const sender = await signingKeyFromSeed(seed)
    const now = device.clock()
    const sealed = await sealAnswer(
      { text: draft.text, files: draft.files.map(dropFile) },
      {
        origin: device.origin,
        to,
        from: session.state().box,
        ttlSeconds: draft.ttlSeconds,
        sender,
        now,
        cipherFor,
        onProgress: (work) => dispatch({ type: 'answer-worked', drop, work }),
      },
    )
    // As long as it is this tab's no other one sends an answer in parts to the same drop, or goes on with this one.
    const release = sealed.parts > 1 ? await holdAnswer(device, drop) : () => {}
    if (release === undefined) throw new AnsweredElsewhere()
    const untilMs = now + UPLOAD_LIFE_SECONDS * 1_000
    return newOrder({ drop, draft, sealed, sender, seed, untilMs, isAgain: false, release })
  }

  /** @param act - holds the answer for this tab until it calls `release`, or fails @returns whether no other tab does */
  async function whileFree(
    drop: DropId,
    act: (kept: KeptUpload, release: () => void) => Promise<void>,
  ): Promise<boolean> {
    const before = keeping.upload(drop)
    if (before === undefined) return true
    const release = await holdAnswer(device, drop)
    if (release === undefined) return false
    try {
      // Another tab may have gone on with it since it was found here: what that has sealed must be known, or that it came to an end.
      const kept = await keeping.findUpload(drop)
      if (kept?.unfinished.dropId === before.unfinished.dropId) await act(kept, release)
      else {
        release()
        dispatch({ type: 'answer-refused', drop, fault: { at: 'elsewhere' } })
      }
      return true
    } catch (error) {
      release()
      throw error
    }
  }

  /** One after another: that before may still have its last request under way. */
  function attempt(order: Order): Promise<void> {
    order.attempt = order.attempt.then(async () => {
      if (orders.get(order.drop) !== order) return
      try {
        await carry(order)
      } catch (error) {
        await giveUp(order, error)
      }
    })
    return order.attempt
  }

  /** Until it is there, or something came between. @throws what `deposit` throws, where going on does not help */
  async function carry(order: Order): Promise<void> {
    const { drop, draft, isAgain, sealed, seed, sender, untilMs } = order
    const isLarge = sealed.parts > 1
    order.stop = new AbortController()
    const { signal } = order.stop
    if (isLarge && !order.hasJournal)
      order.hasJournal = await keeping.keepUpload({
        kind: 'upload',
        drop,
        unfinished: sealed.unfinished,
        seed,
        untilMs,
      })
    const isKept = order.hasJournal && session.beside.isLasting
    const onCarried = (carried: Carried): void => dispatch({ type: 'answer-carried', drop, carried, isKept })
    // Its files are read again first.
    if (isLarge) onCarried({ stage: isAgain ? 'checking' : 'sending', bytes: 0, total: sealed.size })
    const report = makeReport(() => device.ticks(), {
      isHere: isAgain,
      onCarried,
      onWaiting: () => dispatch({ type: 'answer-flowed', drop, flow: 'waiting' }),
    })
    const onProgress = (progress: Progress): void => {
      if (signal.aborted) return
      if (progress.stage === 'sending') order.sentPart = progress.bytes / progress.total
      if (isLarge) report(progress)
      else dispatch({ type: 'answer-worked', drop, work: progress })
    }
    const journal = order.hasJournal
      ? { keep: () => keeping.keepHashes(drop, sealed.unfinished, order.sentPart) }
      : undefined
    try {
      const ticket = await deposit(serverOf(room, WORK_PATIENCE_MS), sealed, { sender, onProgress, signal, journal })
      // Cancelled while its last answer was on the way.
      if (orders.get(drop) !== order) return
      end(order)
      // Before anything is waited for: after a lock it would be offered to be sent once more.
      await keeping.forgetSent(drop)
      await note(tools, (box) => noteAnswered(box, drop, draft.text, device.clock()))
      dispatch({ type: 'answer-sent', drop, sent: draft, expiresAtMs: ticket.expiresAtMs })
      announce(words.sent)
    } catch (error) {
      if (signal.aborted && isLarge) return
      if (signal.aborted) return dispatch({ type: 'answer-refused', drop, fault: undefined })
      order.stop.abort()
      if (!isLarge || isFinal(error)) throw error
      dispatch({ type: 'answer-flowed', drop, flow: 'paused', fault: answerFaultOf(error) })
    }
  }

  /** It does not go on as it is sealed. Of one in parts the server keeps nothing. */
  async function giveUp(order: Order, error: unknown): Promise<void> {
    const { drop, sealed, sender } = order
    if (sealed.parts > 1) {
      end(order)
      await takeBack(room, sealed, sender)
      await keeping.forgetUpload(drop)
    }
    order.isInDoubt ||= sealed.parts === 1 && mayHaveArrived(error)
    dispatch({ type: 'answer-refused', drop, fault: answerFaultOf(error, sealed.parts > 1, order.isInDoubt) })
  }
}

const SEED_BYTES = 32
