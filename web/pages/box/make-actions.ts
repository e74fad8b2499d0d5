import { page } from '../../copy/page.ts'
import type { BoxesActions } from './actions.ts'
import { makeHome } from './home.ts'
import { makeMaking } from './making.ts'
import type { OpenSession } from './open-session.ts'
import { withAnnouncement, withQuestion } from './state.ts'
import { leaveFor, makeJobs, type BoxTools } from './tools.ts'
import { makeUnlocking } from './unlocking.ts'

export interface Boxes {
  readonly act: BoxesActions
  /** The box that is open. */
  readonly session: () => OpenSession | undefined
  /** Nobody uses the page. */
  readonly lockIdle: () => void
  /** Whether something is under way that a lock would break off. */
  readonly isAtWork: () => boolean
  /** Nobody sees the page: typed texts are kept. */
  readonly onHidden: () => void
  /** The page is left, and may be shown again: nothing that opens a box stays in memory or on the screen. */
  readonly leave: () => void
}

/** Every action, over the effects. */
export function makeBoxes(tools: BoxTools): Boxes {
  const { device, flow } = tools
  const run = makeJobs(flow)
  const unlocking = makeUnlocking(tools, run)
  const { leave, ...making } = makeMaking(tools, run, unlocking)
  const session = (): OpenSession | undefined => unlocking.current()?.session
  const announce = (text: string): void => flow.change(withAnnouncement(text))
  const act: BoxesActions = {
    list: unlocking.list,
    go(at) {
      leave()
      leaveFor(flow, { at })
      if (at === 'list') void unlocking.list()
    },
    choose: (entry) => leaveFor(flow, { at: 'locked', entry }),
    ask: (asking) => flow.change(withQuestion(asking)),
    announce,
    async copy(text, done) {
      const isCopied = await device.copy(text)
      announce(isCopied ? done : page.copyFailed)
      return isCopied
    },
    suggest: async () => (await import('../../kit/suggest-passphrase.ts')).suggestPassphrase(),
    making,
    unlock: unlocking.unlock,
    unlockWithPasskey: unlocking.unlockWithPasskey,
    forget: unlocking.forget,
    home: makeHome(tools, run, unlocking),
  }
  return {
    act,
    session,
    lockIdle: () => unlocking.lock('idle'),
    isAtWork: () => flow.state.job !== undefined || session()?.isAtWork() === true,
    onHidden: () => session()?.leave(),
    leave() {
      unlocking.lock('pressed')
      if (flow.state.screen.at !== 'list') act.go('list')
    },
  }
}
