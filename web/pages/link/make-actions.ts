import type { Act } from './actions.ts'
import { findFault, MAX_FILES, withMore } from '../../send/draft.ts'
import type { Sealing } from '../../send/sealing.ts'
import type { SentEffects } from './sent-effects.ts'
import type { Tools } from './tools.ts'
import type { Uploading } from '../../send/uploading.ts'
import { makeUploadAct } from '../../send/upload-actions.ts'
import { once } from '../../kit/memo.ts'
import { Flow } from '../../kit/flow.ts'
import type { FromLink } from '../../read/from-link.ts'
import type { LinkReading } from '../../read/link-reading.ts'
import { untaken } from '../../read/reading.ts'
import { isIdle as isFormIdle, type ComposeFault } from '../../send/send-state.ts'
import type { Main } from './state.ts'
import type { StoredSent } from '../../platform/store.ts'
import { page } from '../../copy/page.ts'

/** What each act does, over the effects. */
export function makeAct(tools: Tools): Act {
  const { dispatch, state, device } = tools
  const toLink = once(async () => {
    const { linkSealing } = await import('../../send/to-link.ts')
    return linkSealing(tools, uploading, {
      // Whoever read another page meanwhile is not there any more.
      onBegun: () => state().page !== 'main' && device.address(''),
      onSealed(drop, keepsDraft, sent) {
        last = sent
        dispatch({ type: 'sealed', keepsDraft, drop: { ...drop, isHandedOver: false, burning: 'no' } })
        device.address('')
      },
    })
  })
  const uploading = once(async (): Promise<Uploading> => {
    import('../../send/sending.tsx').catch(() => {})
    const [{ Uploading }, { plainOutbox }] = await Promise.all([
      import('../../send/uploading.ts'),
      import('../../send/outbox.ts'),
    ])
    return new Uploading(tools, (await toLink()).destination, plainOutbox(tools))
  })
  const sealing = async (): Promise<Sealing> => (await toLink()).sealing
  const reading = new Flow<LinkReading>({ at: 'looking' }, (main) => dispatch({ type: 'read', main }))
  const opening = once(async (): Promise<FromLink> => {
    const { FromLink } = await import('../../read/from-link.ts')
    const page = {
      announce: (text: string) => dispatch({ type: 'announced', text }),
      onStoreFound: (isLasting: boolean) => dispatch({ type: 'store-found', isLasting }),
      // Over another page it is done on the way back.
      onSettled: () => state().page === 'main' && device.address(''),
    }
    return (loaded = new FromLink(tools, page, reading))
  })
  /** Browsers open a dialog only within a press, so whoever may ask for one waits for nothing before. */
  let loaded: FromLink | undefined
  const sent = once(async (): Promise<SentEffects> => (await import('./sent-effects.ts')).makeSent(tools))
  /** The link that the main screen is about. */
  let link = ''
  /** What was sealed last, so that it can be burned from the screen that shows its link. */
  let last: StoredSent | undefined

  /** What the address has to say while the main screen is shown. */
  const addressOf = (main: Main): string => (isAboutLink(main) || isUnacknowledged(main) ? link : '')

  /** Tells of uploads that were interrupted. Where nothing can be read, nothing can be gone on with. */
  const findInterrupted = async (): Promise<void> => {
    try {
      const { findInterrupted: find, LINK_UPLOADS, plainOutbox } = await import('../../send/outbox.ts')
      await find(tools, LINK_UPLOADS, plainOutbox(tools))
    } catch {
      // The next visit asks again.
    }
  }

  const arrive = (): Promise<void> =>
    reading.begin(async (task) => {
      dispatch({ type: 'went', page: 'main' })
      task.change(() => ({ at: 'looking' }))
      try {
        const fromLink = await task.of(opening())
        await fromLink.arrive(task, link)
      } catch {
        task.change(() => ({ at: 'looking', fault: { at: 'server', code: 'broken' } }))
      }
    })

  /** Whether the form waits for a person, and no work of its own. */
  const isIdle = (): boolean => isFormIdle(state().main)

  /** What comes late does not break off what is being sealed by now. */
  const refuseLate = (fault: ComposeFault): void => {
    if (isIdle()) dispatch({ type: 'refused', fault })
  }

  const back = (): void => {
    const address = addressOf(state().main)
    // The history may lead back to the link of what is open already: a reload must not ask for it again.
    if (device.fragment() !== address) device.address(address)
    dispatch({ type: 'went', page: 'main' })
  }

  const anew = (): void => {
    link = ''
    reading.end()
    device.address('')
    dispatch({ type: 'anew' })
    void findInterrupted()
  }

  return {
    async follow() {
      const fragment = device.fragment()
      const isPage = fragment === '' || fragment === 'how' || fragment === 'sent'
      if (isPage && state().main.at === 'compose' && state().uploads.interrupted.length === 0) void findInterrupted()
      if (fragment === 'how' || fragment === 'sent') return dispatch({ type: 'went', page: fragment })
      if (fragment === '' && isAboutLink(state().main)) return anew()
      if (fragment === '' || fragment === link) return back()
      // Another link while something is on the screen, or on its way to it: a whole load asks first whether that may be lost.
      if (link !== '' || !isIdle() || state().uploads.asking?.isBusy === true) return device.reload()
      link = fragment
      await arrive()
    },
    back,
    async askOperator() {
      const told = await import('./ask-operator.ts').then(
        ({ askOperator }) => askOperator(tools),
        () => ({ operator: undefined, holds: false }),
      )
      dispatch({ type: 'told', told })
    },
    draft: (draft) => dispatch({ type: 'drafted', draft }),
    addFiles(files) {
      const all = withMore(state().draft.files, files)
      if (all.length > MAX_FILES) return refuseLate({ at: 'count' })
      dispatch({ type: 'drafted', draft: { files: all } })
      // What cannot be fetched now is fetched at sealing, which tells.
      sealing().then(
        (desk) => desk.check(),
        () => {},
      )
    },
    missFiles: (at) => refuseLate({ at }),
    prepare() {
      for (const load of [sealing, tools.store, () => import('./sealed.tsx')]) load().catch(() => {})
    },
    async seal() {
      const { draft } = state()
      if (!isIdle()) return
      const at = findFault(draft)
      if (at !== undefined) return dispatch({ type: 'refused', fault: { at } })
      dispatch({ type: 'worked', work: { stage: 'starting' } })
      try {
        await (await sealing()).seal()
      } catch {
        dispatch({ type: 'refused', fault: { at: 'server', code: 'broken' } })
      }
    },
    async suggest() {
      const { draft } = state()
      try {
        const { suggestPassphrase } = await import('../../kit/suggest-passphrase.ts')
        // Whoever has typed one meanwhile keeps that.
        if (state().draft.passphrase === draft.passphrase)
          dispatch({ type: 'drafted', draft: { passphrase: suggestPassphrase() } })
      } catch {
        refuseLate({ at: 'server', code: 'broken' })
      }
    },
    ...makeUploadAct(tools, uploading),
    anew,
    async copy(text, done) {
      const isCopied = await device.copy(text)
      dispatch({ type: 'announced', text: isCopied ? done : page.copyFailed })
      return isCopied
    },
    async share(url) {
      const isShared = await device.share(url)
      if (isShared === true) dispatch({ type: 'handed-over' })
      if (isShared === undefined) dispatch({ type: 'announced', text: page.shareFailed })
      return isShared !== undefined
    },
    handOver: () => dispatch({ type: 'handed-over' }),
    askBurn: (isAsking) => dispatch({ type: 'burn', burning: isAsking ? 'asking' : 'no' }),
    async burn() {
      if (last === undefined) return
      try {
        const { burn } = await import('./burning.ts')
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
    receiving: {
      pause: async () => loaded?.pause(),
      goOn: async () => loaded?.goOn(),
      cancel: async () => loaded?.cancel(),
    },
    keep: {
      copyText: async () => (await opening()).keep.copyText(),
      noteCopied: async () => loaded?.keep.noteCopied(),
      saveFile: async (name) => loaded?.keep.saveFile(name),
      saveAll: async () => loaded?.keep.saveAll(),
      saveSealed: async () => loaded?.keep.saveSealed(),
      stopSaving: () => loaded?.keep.stopSaving(),
      async remove() {
        try {
          await loaded?.remove()
        } catch {
          dispatch({ type: 'announced', text: page.notRemoved })
          return false
        }
        anew()
        dispatch({ type: 'announced', text: page.removed })
        return true
      },
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
      async saveProof(dropId) {
        try {
          await (await sent()).saveProof(dropId)
        } catch {
          dispatch({ type: 'list-failed', dropId })
        }
      },
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
  return (
    at === 'looking' || at === 'open' || at === 'receiving' || at === 'damaged' || at === 'unreadable' || at === 'gone'
  )
}

/**
 * Whether a reload must lead to the same link again, although it is open: the server has not been told yet, or what this
 * device keeps of it has not all been taken.
 */
function isUnacknowledged(main: Main): boolean {
  if (main.at !== 'opened') return false
  return main.ack === 'pending' || main.ack === 'late' || (main.held?.isOnDisk === true && untaken(main).length > 0)
}
