import { answerSize } from '#client/box/letter.ts'
import { sealAnswer } from '#client/box/write.ts'
import { generateSigningKey, type SigningKey } from '#client/crypto/keys.ts'
import { Refused } from '#client/refused.ts'
import { revokeDrop } from '#client/sender.ts'
import { deposit, fetchLimits, type Sealed } from '#client/send.ts'
import type { Progress } from '#client/server.ts'
import { FileFault } from '#client/source.ts'
import { utf8 } from '#protocol/bytes.ts'
import { isDropError } from '#protocol/error.ts'
import type { DropId } from '#protocol/id.ts'
import { MAX_TEXT_BYTES } from '#protocol/limits.ts'
import type { PublicKey } from '#protocol/public-key.ts'
import type { BoxTerms } from '#protocol/terms.ts'
import { cipherFor } from '../../ciphers.ts'
import { MAX_FILES } from '../../draft.ts'
import { dropFile } from '../../effects/file-source.ts'
import { failureOf, LOOK_PATIENCE_MS, serverOf, WORK_PATIENCE_MS } from '../../effects/tools.ts'
import { roomBytes } from '../../fit.ts'
import { once } from '../../once.ts'
import { answer as words } from '../../words/inbox.ts'
import type { AnswerDraft, AnswerFault } from './answer-state.ts'
import { noteAnswered } from './notes.ts'
import { makeReporter } from './reporting.ts'
import { answerTo } from './state.ts'
import { note, type InboxTools } from './tools.ts'

/** Answers one drop at a time. What was typed and chosen stays until it has arrived. */
export interface Answering {
  /** Seals the answer to a drop and deposits it. After a failure the same sealed bytes, until the draft changes. */
  send(drop: DropId, to: ReplyTo): Promise<void>
  pause(): void
  goOn(): Promise<void>
  /** Takes back what the server has of it. The draft is as it was. */
  cancel(): Promise<void>
}

/** Where an answer goes. */
export interface ReplyTo {
  readonly key: PublicKey
  readonly age: string
}

/** An answer that is sealed, and not there yet. */
interface Order {
  readonly drop: DropId
  readonly to: ReplyTo
  readonly draft: AnswerDraft
  readonly sealed: Sealed<BoxTerms>
  readonly sender: SigningKey
}

export function makeAnswering(tools: InboxTools): Answering {
  const { announce, dispatch, room, session, state } = tools
  const learnLargest = once(async () => (await fetchLimits(serverOf(room, LOOK_PATIENCE_MS))).largest)
  let pending: Order | undefined
  let stop = new AbortController()
  let isBusy = false

  return {
    async send(drop, to) {
      const { draft } = answerTo(state(), drop)
      const refuse = (fault: AnswerFault): void => dispatch({ type: 'answer-refused', drop, fault })
      if (isBusy) return
      if (draft.text.trim() === '' && draft.files.length === 0) return refuse({ at: 'message' })
      isBusy = true
      dispatch({ type: 'answer-worked', drop, work: { stage: 'starting' } })
      try {
        const fault = await findFault(draft)
        if (fault !== undefined) return refuse(fault)
        if (pending?.draft !== draft || pending.drop !== drop) pending = await seal(drop, to, draft)
        await carry(pending)
      } catch (error) {
        refuse(answerFaultOf(error))
      } finally {
        isBusy = false
      }
    },

    pause() {
      stop.abort()
      if (pending !== undefined) dispatch({ type: 'answer-flowed', drop: pending.drop, flow: 'paused' })
    },

    async goOn() {
      if (pending === undefined || isBusy) return
      const { drop } = pending
      isBusy = true
      try {
        await carry(pending)
      } catch (error) {
        dispatch({ type: 'answer-refused', drop, fault: answerFaultOf(error) })
      } finally {
        isBusy = false
      }
    },

    async cancel() {
      stop.abort()
      const order = pending
      pending = undefined
      if (order === undefined) return
      dispatch({ type: 'answer-flowed', drop: order.drop, flow: 'stopping' })
      try {
        await revokeDrop(serverOf(room, LOOK_PATIENCE_MS), order.sealed.ticket, order.sender)
      } catch {
        // The server removes what is not whole by itself, within a day.
      }
      dispatch({ type: 'answer-refused', drop: order.drop, fault: undefined })
    },
  }

  async function seal(drop: DropId, to: ReplyTo, draft: AnswerDraft): Promise<Order> {
    const { device } = room
    const sender = await generateSigningKey()
    const sealed = await sealAnswer(
      { text: draft.text, files: draft.files.map(dropFile) },
      {
        origin: device.origin,
        to,
        from: session.state().box,
        ttlSeconds: draft.ttlSeconds,
        sender,
        now: device.clock(),
        cipherFor,
        onProgress: (work) => dispatch({ type: 'answer-worked', drop, work }),
      },
    )
    return { drop, to, draft, sealed, sender }
  }

  /** Until it is there, or something came between. @throws what `deposit` throws, for an answer of one part */
  async function carry(order: Order): Promise<void> {
    const { drop, draft, sealed, sender } = order
    const isLarge = sealed.parts > 1
    stop = new AbortController()
    const { signal } = stop
    if (isLarge) dispatch({ type: 'answer-carried', drop, carried: { stage: 'sending', bytes: 0, total: sealed.size } })
    const report = makeReporter(() => room.device.clock(), {
      onCarried: (carried) => dispatch({ type: 'answer-carried', drop, carried }),
      onWaiting: () => dispatch({ type: 'answer-flowed', drop, flow: 'waiting' }),
    })
    const onProgress = (progress: Progress): void => {
      if (signal.aborted) return
      if (isLarge) report(progress)
      else dispatch({ type: 'answer-worked', drop, work: progress })
    }
    try {
      const ticket = await deposit(serverOf(room, WORK_PATIENCE_MS), sealed, { sender, onProgress, signal })
      // Cancelled while its last answer was on the way.
      if (pending !== order) return
      pending = undefined
      await note(tools, (box) => noteAnswered(box, drop, draft.text, room.device.clock()))
      dispatch({ type: 'answer-sent', drop, expiresAtMs: ticket.expiresAtMs })
      announce(words.sent)
    } catch (error) {
      if (signal.aborted && isLarge) return
      if (signal.aborted) return dispatch({ type: 'answer-refused', drop, fault: undefined })
      stop.abort()
      if (!isLarge || isFinal(error)) throw error
      dispatch({ type: 'answer-flowed', drop, flow: 'paused', fault: answerFaultOf(error) })
    }
  }

  /** Why it is not worth sealing. What fits one part is taken by every server. @throws DropError `offline`, `try_later` */
  async function findFault({ files, text }: AnswerDraft): Promise<AnswerFault | undefined> {
    const textBytes = utf8(text).length
    if (files.length > MAX_FILES) return { at: 'count' }
    if (textBytes > MAX_TEXT_BYTES) return { at: 'text' }
    const sizeBytes = answerSize(textBytes, files, session.state().box)
    if (sizeBytes <= SMALL_BYTES) return undefined
    const largest = await learnLargest()
    return sizeBytes > largest ? { at: 'size', room: roomBytes(largest) } : undefined
  }
}

function answerFaultOf(error: unknown): AnswerFault {
  if (error instanceof FileFault) return { at: error.code === 'file_changed' ? 'changed' : 'file', name: error.file }
  if (isDropError(error) && error.code === 'box_full') return { at: 'full' }
  if (isDropError(error) && error.code === 'too_large') {
    const largest = error instanceof Refused ? error.largest : undefined
    return { at: 'size', room: largest === undefined ? undefined : roomBytes(largest) }
  }
  return { at: 'server', code: failureOf(error) }
}

/** Whether going on with the same sealed bytes cannot help. */
function isFinal(error: unknown): boolean {
  return isDropError(error) && FINAL.has(error.code)
}

const FINAL: ReadonlySet<string> = new Set(['box_full', 'file_changed', 'gone', 'too_large'])

/** Less than one part: nobody asks what the server takes. */
const SMALL_BYTES = 4_000_000
