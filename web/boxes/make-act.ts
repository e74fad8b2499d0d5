import { page } from '../words/page.ts'
import type { BoxesAct } from './act.ts'
import { makeHome } from './home.ts'
import { makeMaking } from './making.ts'
import type { OpenSession } from './open-session.ts'
import { makeJobs, type BoxTools } from './tools.ts'
import { makeUnlocking } from './unlocking.ts'

export interface Boxes {
  readonly act: BoxesAct
  /** The box that is open. */
  readonly session: () => OpenSession | undefined
  /** Nobody uses the page. */
  readonly lockIdle: () => void
  /** Whether something is under way that a lock would break off. */
  readonly isAtWork: () => boolean
  /** Nobody sees the page: what was typed is kept. */
  readonly onHidden: () => void
  /** The page is left, and may be shown again: nothing that opens a box stays in memory or on the screen. */
  readonly leave: () => void
}

/** What each act does, over the effects. */
export function makeBoxes(tools: BoxTools): Boxes {
  const { device, dispatch } = tools
  let session: OpenSession | undefined
  const jobs = makeJobs(tools, () => session)
  const unlocking = makeUnlocking(tools, jobs, (open) => (session = open))
  const { leave, ...making } = makeMaking(tools, jobs, unlocking)
  const announce = (text: string): void => dispatch({ type: 'announced', text })
  const act: BoxesAct = {
    list: unlocking.list,
    go(at) {
      leave()
      dispatch({ type: 'went', screen: { at } })
      if (at === 'list') void unlocking.list()
    },
    choose: (entry) => dispatch({ type: 'went', screen: { at: 'locked', entry } }),
    ask: (asking) => dispatch({ type: 'asked', asking }),
    announce,
    async copy(text, done) {
      const isCopied = await device.copy(text)
      announce(isCopied ? done : page.copyFailed)
      return isCopied
    },
    suggest: async () => (await import('../passphrase.ts')).suggestPassphrase(),
    making,
    unlock: unlocking.unlock,
    unlockWithPasskey: unlocking.unlockWithPasskey,
    forget: unlocking.forget,
    home: makeHome(tools, jobs, unlocking),
  }
  return {
    act,
    session: () => session,
    lockIdle: () => unlocking.lock('idle'),
    isAtWork: () => tools.state().job !== undefined || session?.isAtWork() === true,
    onHidden: () => session?.leave(),
    leave() {
      unlocking.lock('pressed')
      if (tools.state().screen.at !== 'list') act.go('list')
    },
  }
}
