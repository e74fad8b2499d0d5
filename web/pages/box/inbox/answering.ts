import { noteAnswered } from '#client/box/notes.ts'
import type { DropId } from '#protocol/id.ts'
import { failureOf } from '../../../platform/server.ts'
import type { ChosenFile } from '../../../send/draft.ts'
import { makeFormActions } from '../../../send/form-actions.ts'
import { Sealing } from '../../../send/sealing.ts'
import { toThread, type ReplyTo } from '../../../send/to-thread.ts'
import { makeUploadActions } from '../../../send/upload-actions.ts'
import { Uploading } from '../../../send/uploading.ts'
import type { ComposeFault, SendTools } from '../../../send/send-state.ts'
import type { UploadActions } from '../../../send/actions.ts'
import { answer as words } from '../../../copy/inbox.ts'
import type { Keeping } from './keeping.ts'
import { answerTo } from './state.ts'
import { note, type InboxTools } from './tools.ts'

/** The answer to one drop. Text and files stay until it has arrived. */
export interface Answering extends UploadActions {
  readonly addFiles: (chosen: readonly ChosenFile[]) => void
  /** A late refusal does not break off an answer that is on its way. */
  readonly refuse: (fault: ComposeFault) => void
  readonly send: () => Promise<void>
  /** The box is locked: nothing goes on. An upload on its way can be gone on with after the next unlock. */
  readonly leave: () => void
}

/** @param replyTo - where an answer to the drop goes; `undefined` if nobody takes one */
export function makeAnswering(
  tools: InboxTools,
  keeping: Keeping,
  drop: DropId,
  replyTo: () => ReplyTo | undefined,
): Answering {
  const { announce, dispatch, room, session, state } = tools
  const desk: SendTools = {
    ...room,
    dispatch: (event) =>
      event.type === 'announced' ? announce(event.text) : dispatch({ type: 'answer', drop, event }),
    state: () => answerTo(state(), drop).desk,
  }
  const destination = toThread(room.device, {
    drop,
    now() {
      const to = replyTo()
      if (to === undefined) throw new RangeError('nobody takes an answer')
      return { from: session.state().box, to }
    },
    onProgress: (work) => desk.dispatch({ type: 'worked', work }),
    async onSent({ draft, ticket }) {
      // Before anything is waited for: after a lock it would be offered to be sent once more.
      await keeping.forgetSent(drop)
      await note(tools, (box) => noteAnswered(box, drop, draft.text, room.device.clock()))
      dispatch({ type: 'answer-sent', drop, draft, expiresAtMs: ticket.expiresAtMs })
      announce(words.sent)
    },
  })
  const uploading = new Uploading(desk, destination, keeping.outboxOf(drop))
  const sealing = new Sealing(desk, async () => uploading, destination)
  const { addFiles, refuseLate, seal } = makeFormActions(desk, { sealing: async () => sealing, codeOf: failureOf })
  return {
    ...makeUploadActions(desk, async () => uploading),
    addFiles,
    refuse: refuseLate,
    send: seal,
    leave: () => uploading.leave(),
  }
}
