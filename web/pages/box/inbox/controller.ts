import type { BoxState } from '#client/box/state.ts'
import type { DropId } from '#protocol/id.ts'
import type { ReplyTo } from '../../../send/to-thread.ts'
import type { PageTools } from '../../../platform/page-tools.ts'
import { answer as words } from '../../../copy/inbox.ts'
import type { BoxSession } from '../session.ts'
import type { InboxActions } from './actions.ts'
import { makeAnswering, type Answering } from './answering.ts'
import { Keeping } from './keeping.ts'
import { makeListing } from './listing.ts'
import { noteUnread } from '#client/box/notes.ts'
import { readItems } from './reading-items.ts'
import { FIRST_INBOX, isAtWork, reduceInbox, wouldLoseInbox, type InboxEvent, type InboxState } from './state.ts'
import { note, type InboxTools } from './tools.ts'
import { watch } from '../../../platform/watching.ts'

/** The inbox of one open box: the state of its screen, and its actions. */
export interface InboxController {
  readonly act: InboxActions
  state(): InboxState
  /** Somebody looks at it: from now on new items are looked for. @returns a function that ends it */
  enter(viewer: Viewer): () => void
}

export interface Viewer {
  onChange(): void
  announce(text: string): void
}

/** The desk of a session: the same one as long as the box is open, so that a look at another page loses nothing. */
export function controllerOf(session: BoxSession, room: PageTools): InboxController {
  const desk = CONTROLLERS.get(session) ?? makeController(session, room)
  CONTROLLERS.set(session, desk)
  return desk
}

/** The state of the box; `undefined` once it is locked. */
export function boxOf(session: BoxSession): BoxState | undefined {
  try {
    return session.state()
  } catch {
    return undefined
  }
}

const CONTROLLERS = new WeakMap<BoxSession, InboxController>()

function makeController(session: BoxSession, room: PageTools): InboxController {
  let state = FIRST_INBOX
  let viewer: Viewer | undefined
  let isOver = false
  const dispatch = (event: InboxEvent): void => {
    // An answer after the lock is for nobody.
    if (isOver) return
    state = reduceInbox(state, event)
    // Whichever part of the box is shown: a draft waits here until its writer comes back to it.
    room.device.guard(wouldLoseInbox(state))
    keeping.follow(event)
    viewer?.onChange()
  }
  const tools: InboxTools = {
    session,
    room,
    dispatch,
    state: () => state,
    announce: (text) => viewer?.announce(text),
  }
  const listing = makeListing(tools)
  const reading = readItems(tools)
  const keeping = new Keeping(tools)
  const answers = new Map<DropId, Answering>()
  const answering = (drop: DropId): Answering => {
    const replyTo = (): ReplyTo | undefined => session.state().reading.items[drop]?.reply ?? reading.message?.reply
    const made = answers.get(drop) ?? makeAnswering(tools, keeping, drop, replyTo)
    answers.set(drop, made)
    return made
  }

  const act = actOf(tools, { answering, listing, reading })

  session.adopt({
    isAtWork: () => isAtWork(state),
    onLeave: () => keeping.flush(),
    onLock() {
      for (const each of answers.values()) each.leave()
      keeping.stop()
      dispatch({ type: 'locked' })
      isOver = true
      CONTROLLERS.delete(session)
      void reading.leave()
    },
  })
  void keeping.load()

  return {
    act,
    state: () => state,
    enter(next) {
      viewer = next
      const stopListening = session.onChange(() => viewer?.onChange())
      const stopWatching = watch(() => listing.look(), room.device)
      return () => {
        viewer = undefined
        stopListening()
        stopWatching()
      }
    },
  }
}

interface Effects {
  readonly answering: (drop: DropId) => Answering
  readonly listing: ReturnType<typeof makeListing>
  readonly reading: ReturnType<typeof readItems>
}

function actOf(tools: InboxTools, { answering, listing, reading }: Effects): InboxActions {
  const { announce, dispatch, state } = tools
  const back = (): void => {
    dispatch({ type: 'left' })
    void reading.leave()
  }
  return {
    load: () => listing.load('first'),
    older: () => listing.load('older'),
    select: (drops, isSelected) => dispatch({ type: 'selected', drops, isSelected }),
    filter: (thread) => dispatch({ type: 'filtered', thread }),
    askDelete: (drops) => dispatch({ type: 'deletion-asked', drops }),
    keepThem: () => dispatch({ type: 'deletion-dismissed' }),
    async deleteAsked() {
      await listing.deleteAsked()
      if (state().shown === undefined) await reading.leave()
    },
    async open(item) {
      dispatch({ type: 'shown', item })
      await reading.open(item)
    },
    back,
    async markUnread(drop) {
      await note(tools, (box) => noteUnread(box, drop))
      back()
    },
    receiving: {
      pause: async () => reading.pause(),
      goOn: () => reading.goOn(),
      cancel: () => reading.cancel(),
    },
    keep: reading.keep,
    answer: {
      draft: (drop, draft) => dispatch({ type: 'answer', drop, event: { type: 'drafted', draft } }),
      addFiles: (drop, chosen) => answering(drop).addFiles(chosen),
      missFiles: (drop, at) => answering(drop).refuse({ at }),
      send: (drop) => answering(drop).send(),
      anew: (drop) => dispatch({ type: 'answer-anew', drop }),
      discard(drop) {
        dispatch({ type: 'answer-discarded', drop })
        announce(words.discarded)
      },
      upload: (drop) => answering(drop).upload,
      interrupted: (drop) => answering(drop).interrupted,
    },
  }
}
