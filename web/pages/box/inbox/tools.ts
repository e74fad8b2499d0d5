import type { BoxState } from '#client/box/state.ts'
import { timeToForgetNotes } from '#client/box/forget.ts'
import { isDropError } from '#protocol/error.ts'
import { failureOf, serverOf } from '../../../platform/server.ts'
import type { PageTools } from '../../../platform/page-tools.ts'
import type { BoxSession } from '../session.ts'
import { withoutExpiredNotes } from '#client/box/notes.ts'
import type { InboxEvent, InboxFault, InboxState } from './state.ts'

/** The tools of an inbox's effects. All of it comes from outside, so that they run without a browser. */
export interface InboxTools {
  readonly session: BoxSession
  readonly room: PageTools
  readonly dispatch: (event: InboxEvent) => void
  readonly state: () => InboxState
  /** Tells a screen reader. */
  readonly announce: (text: string) => void
}

/** The fault that a person is told of for a failure. */
export function inboxFaultOf(error: unknown): InboxFault {
  return isDropError(error) && error.code === 'not_proved' ? 'unlisted' : failureOf(error)
}

/**
 * Keeps notes of read and answered drops with the rest of the box's state.
 * @returns whether this device has it now
 */
export async function note({ session }: InboxTools, by: (state: BoxState) => BoxState): Promise<boolean> {
  try {
    await session.change(by)
    return true
  } catch {
    return false
  }
}

/** Deletes the notes of expired drops, by the clock of this device and the server's. Nobody waits for it. */
export async function tidyNotes({ room, session }: InboxTools): Promise<void> {
  try {
    const overBy = await timeToForgetNotes(serverOf(room, 0), session.state())
    await session.change((state) => withoutExpiredNotes(state, overBy))
  } catch {
    // Locked meanwhile: the next one does it.
  }
}
