import { page } from '../../copy/page.ts'
import { Flow } from '../../kit/flow.ts'
import { once } from '../../kit/memo.ts'
import type { StoredSent } from '../../platform/store.ts'
import type { FromLink } from '../../read/from-link.ts'
import type { LinkReading } from '../../read/link-reading.ts'
import { untaken } from '../../read/reading.ts'
import { makeFormActions } from '../../send/form-actions.ts'
import type { Sealing } from '../../send/sealing.ts'
import { isIdle } from '../../send/send-state.ts'
import { makeUploadActions } from '../../send/upload-actions.ts'
import type { Uploading } from '../../send/uploading.ts'
import type { LinkActions } from './actions.ts'
import type { SentEffects } from './sent-effects.ts'
import type { Main } from './state.ts'
import type { Tools } from './tools.ts'

/** The work behind each action. */
export function makeActions(tools: Tools): LinkActions {
  const { dispatch, device } = tools
  /** The drop that was sealed last, so that it can be burned from the screen that shows its link. */
  let last: StoredSent | undefined
  const address = makeAddress(tools)
  return {
    ...makeSealingActions(tools, (drop) => (last = drop)),
    ...address.actions,
    ...makeReadingActions(tools, address),
    sent: makeSentActions(tools),
    async askOperator() {
      const told = await import('./ask-operator.ts').then(
        ({ askOperator }) => askOperator(tools),
        () => ({ operator: undefined, holds: false }),
      )
      dispatch({ type: 'told', told })
    },
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
  }
}

type SealingActions = Pick<
  LinkActions,
  'draft' | 'addFiles' | 'missFiles' | 'prepare' | 'seal' | 'suggest' | 'upload' | 'interrupted'
>

/** The form, and drops in parts that go up. @param onSealed - given all that the sender keeps */
function makeSealingActions(tools: Tools, onSealed: (drop: StoredSent) => void): SealingActions {
  const { dispatch, state, device } = tools
  const toLink = once(async () => {
    const { linkSealing } = await import('../../send/to-link.ts')
    return linkSealing(tools, uploading, {
      // A person who read another page meanwhile is not there any more.
      onBegun: () => state().page !== 'main' && device.address(''),
      onSealed(drop, keepsDraft, sent) {
        onSealed(sent)
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
  const { refuseLate, ...form } = makeFormActions(tools, { sealing, codeOf: () => 'broken' })
  return {
    ...form,
    ...makeUploadActions(tools, uploading),
    prepare() {
      for (const load of [sealing, tools.store, () => import('./sealed.tsx')]) load().catch(() => {})
    },
    async suggest() {
      const { draft } = state()
      try {
        const { suggestPassphrase } = await import('../../kit/suggest-passphrase.ts')
        // A passphrase that was typed meanwhile stays.
        if (state().draft.passphrase === draft.passphrase)
          dispatch({ type: 'drafted', draft: { passphrase: suggestPassphrase() } })
      } catch {
        refuseLate({ at: 'server', code: 'broken' })
      }
    },
  }
}

/** The address of the page, and the link in it. */
interface Address {
  readonly actions: Pick<LinkActions, 'follow' | 'back' | 'anew' | 'lookAgain'>
  readonly opening: () => Promise<FromLink>
  /** Browsers open a dialog only within a press, so code that may ask for one waits for nothing before. */
  readonly loaded: () => FromLink | undefined
}

function makeAddress(tools: Tools): Address {
  const { dispatch, state, device } = tools
  const reading = new Flow<LinkReading>({ at: 'looking' }, (main) => dispatch({ type: 'read', main }))
  let loaded: FromLink | undefined
  /** The link that the main screen is about. */
  let link = ''
  const opening = once(async (): Promise<FromLink> => {
    const { FromLink } = await import('../../read/from-link.ts')
    const linkPage = {
      announce: (text: string) => dispatch({ type: 'announced', text }),
      onStoreFound: (isLasting: boolean) => dispatch({ type: 'store-found', isLasting }),
      // Over another page it is done on the way back.
      onSettled: () => state().page === 'main' && device.address(''),
    }
    return (loaded = new FromLink(tools, linkPage, reading))
  })
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
  const back = (): void => {
    const { main } = state()
    const address = isAboutLink(main) || isUnacknowledged(main) ? link : ''
    // The history may lead back to the link of what is open already: a reload must not ask for it again.
    if (device.fragment() !== address) device.address(address)
    dispatch({ type: 'went', page: 'main' })
  }
  const anew = (): void => {
    link = ''
    reading.end()
    device.address('')
    dispatch({ type: 'anew' })
    void findInterrupted(tools)
  }
  return {
    opening,
    loaded: () => loaded,
    actions: {
      back,
      anew,
      lookAgain: arrive,
      async follow() {
        const fragment = device.fragment()
        const { main, uploads } = state()
        const isPage = fragment === '' || fragment === 'how' || fragment === 'sent'
        if (isPage && main.at === 'compose' && uploads.interrupted.length === 0) void findInterrupted(tools)
        if (fragment === 'how' || fragment === 'sent') return dispatch({ type: 'went', page: fragment })
        if (fragment === '' && isAboutLink(main)) return anew()
        if (fragment === '' || fragment === link) return back()
        // Another link while something is on the screen, or on its way to it: a whole load asks first whether that may be lost.
        if (link !== '' || !isIdle(main) || uploads.asking?.isBusy === true) return device.reload()
        link = fragment
        await arrive()
      },
    },
  }
}

/** Tells of uploads that were interrupted. Where nothing can be read, nothing can be gone on with. */
async function findInterrupted(tools: Tools): Promise<void> {
  try {
    const { findInterrupted: find, LINK_UPLOADS, plainOutbox } = await import('../../send/outbox.ts')
    await find(tools, LINK_UPLOADS, plainOutbox(tools))
  } catch {
    // The next visit asks again.
  }
}

function makeReadingActions(
  { dispatch, state }: Tools,
  { actions, loaded, opening }: Address,
): Pick<LinkActions, 'open' | 'receiving' | 'keep'> {
  return {
    async open(passphrase) {
      const { main } = state()
      if (main.at !== 'open' || main.work !== undefined) return
      await (await opening()).open(passphrase)
    },
    receiving: {
      pause: async () => loaded()?.pause(),
      goOn: async () => loaded()?.goOn(),
      cancel: async () => loaded()?.cancel(),
    },
    keep: {
      copyText: async () => (await opening()).keep.copyText(),
      noteCopied: async () => loaded()?.keep.noteCopied(),
      saveFile: async (name) => loaded()?.keep.saveFile(name),
      saveAll: async () => loaded()?.keep.saveAll(),
      saveSealed: async () => loaded()?.keep.saveSealed(),
      stopSaving: () => loaded()?.keep.stopSaving(),
      async remove() {
        try {
          await loaded()?.remove()
        } catch {
          dispatch({ type: 'announced', text: page.notRemoved })
          return false
        }
        actions.anew()
        dispatch({ type: 'announced', text: page.removed })
        return true
      },
    },
  }
}

function makeSentActions(tools: Tools): LinkActions['sent'] {
  const { dispatch } = tools
  const sent = once(async (): Promise<SentEffects> => (await import('./sent-effects.ts')).makeSent(tools))
  /** Does something to the list, or says that it could not be done. */
  const change = async (by: (effects: SentEffects) => Promise<void>): Promise<void> => {
    try {
      await by(await sent())
    } catch {
      dispatch({ type: 'list-missed' })
    }
  }
  return {
    list: () => change((effects) => effects.list()),
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
    forget: (dropIds) => change((effects) => effects.forget(dropIds)),
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
