import type { Act } from './act.ts'
import { findFault } from './draft.ts'
import type { Opening } from './effects/opening.ts'
import type { Sealing } from './effects/sealing.ts'
import type { SentEffects } from './effects/sent.ts'
import type { Tools } from './effects/tools.ts'
import { findExcess } from './fit.ts'
import { once } from './once.ts'
import type { Main } from './state.ts'
import type { StoredSent } from './store.ts'
import { page } from './words/page.ts'

/** What each act does, over the effects. */
export function makeAct(tools: Tools): Act {
  const { dispatch, state, device } = tools
  const sealing = once(async (): Promise<Sealing> => (await import('./effects/sealing.ts')).makeSealing(tools))
  const opening = once(async (): Promise<Opening> => (await import('./effects/opening.ts')).makeOpening(tools))
  const sent = once(async (): Promise<SentEffects> => (await import('./effects/sent.ts')).makeSent(tools))
  /** The link that the main screen is about. */
  let link = ''
  /** What was sealed last, so that it can be burned from the screen that shows its link. */
  let last: StoredSent | undefined

  /** What the address has to say while the main screen is shown. */
  const addressOf = (main: Main): string => (isAboutLink(main) || isUnacknowledged(main) ? link : '')

  const arrive = async (): Promise<void> => {
    dispatch({ type: 'looked-for' })
    try {
      await (await opening()).arrive(link)
    } catch {
      dispatch({ type: 'failed', fault: { at: 'server', code: 'broken' } })
    }
  }

  return {
    async follow() {
      const fragment = device.fragment()
      if (fragment === 'how' || fragment === 'sent') return dispatch({ type: 'went', page: fragment })
      if (fragment === '' && isAboutLink(state().main)) {
        link = ''
        return dispatch({ type: 'anew' })
      }
      if (fragment === '' || fragment === link) {
        // The history may lead back to the link of what is open already: a reload must not ask for it again.
        if (fragment !== addressOf(state().main)) device.address(addressOf(state().main))
        return dispatch({ type: 'went', page: 'main' })
      }
      // Another link while something is on the screen: a whole load asks first whether that may be lost.
      if (link !== '' || state().main.at !== 'compose') return device.reload()
      link = fragment
      await arrive()
    },
    back() {
      device.address(addressOf(state().main))
      dispatch({ type: 'went', page: 'main' })
    },
    draft: (draft) => dispatch({ type: 'drafted', draft }),
    addFiles(files, hasFolder = false) {
      dispatch({ type: 'drafted', draft: { files: [...state().draft.files, ...files] } })
      const at = hasFolder ? 'folder' : findExcess(state().draft)
      if (at !== undefined) dispatch({ type: 'refused', fault: { at } })
    },
    prepare() {
      for (const load of [sealing, tools.store, () => import('./views/sealed.tsx')]) load().catch(() => {})
    },
    async seal() {
      const { draft, main } = state()
      if (main.at !== 'compose' || main.work !== undefined) return
      const at = findFault(draft) ?? findExcess(draft)
      if (at !== undefined) return dispatch({ type: 'refused', fault: { at } })
      dispatch({ type: 'worked', work: { stage: 'starting' } })
      try {
        last = (await (await sealing()).seal()) ?? last
      } catch {
        dispatch({ type: 'refused', fault: { at: 'server', code: 'broken' } })
      }
    },
    async suggest() {
      try {
        const { suggestPassphrase } = await import('./passphrase.ts')
        dispatch({ type: 'drafted', draft: { passphrase: suggestPassphrase() } })
      } catch {
        dispatch({ type: 'refused', fault: { at: 'server', code: 'broken' } })
      }
    },
    anew() {
      link = ''
      device.address('')
      dispatch({ type: 'anew' })
    },
    async copy(text, done) {
      const isCopied = await device.copy(text)
      dispatch({ type: 'announced', text: isCopied ? done : page.copyFailed })
      return isCopied
    },
    async share(url) {
      if (await device.share(url)) dispatch({ type: 'handed-over' })
    },
    handOver: () => dispatch({ type: 'handed-over' }),
    askBurn: (isAsking) => dispatch({ type: 'burn', burning: isAsking ? 'asking' : 'no' }),
    async burn() {
      if (last === undefined) return
      try {
        const { burn } = await import('./effects/burning.ts')
        await burn(tools, last)
      } catch {
        dispatch({ type: 'burn', burning: 'failed' })
      }
    },
    lookAgain: arrive,
    async open(passphrase) {
      const { main } = state()
      if (main.at !== 'open' || main.work !== undefined) return
      await (await opening()).open(passphrase)
    },
    keep: {
      copyText: async () => (await opening()).copyText(),
      noteCopied: () => dispatch({ type: 'taken', names: [''] }),
      saveFile: async (name) => (await opening()).saveFile(name),
      saveAll: async () => (await opening()).saveAll(),
      saveSealed: async () => (await opening()).saveSealed(),
    },
    sent: {
      async list() {
        try {
          await (await sent()).list()
        } catch {
          dispatch({ type: 'list-missed' })
        }
      },
      ask: (asking) => dispatch({ type: 'list-asked', asking }),
      check: async (dropId) => (await sent()).check(dropId),
      checkAll: async () => (await sent()).checkAll(),
      burn: async (dropId) => (await sent()).burn(dropId),
      reopen: async (dropId, reader) => (await sent()).reopen(dropId, reader),
      async forget(dropIds) {
        try {
          await (await sent()).forget(dropIds)
        } catch {
          dispatch({ type: 'list-missed' })
        }
      },
    },
  }
}

/** Whether the screen is about a link that has not been opened here. */
function isAboutLink({ at }: Main): boolean {
  return at === 'looking' || at === 'open' || at === 'damaged' || at === 'unreadable' || at === 'gone'
}

/** Whether a reload must lead to the same link again, although it is open: the server has not been told yet. */
function isUnacknowledged(main: Main): boolean {
  return main.at === 'opened' && (main.ack === 'pending' || main.ack === 'late')
}
