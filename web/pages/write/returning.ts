import { accessOfReturn, type Access } from '#client/box/access.ts'
import { readWriteTarget, type WriteTarget } from '#client/box/address-link.ts'
import { listItems } from '#client/box/inbox.ts'
import { watchPages } from '#client/box/pages.ts'
import { deriveReturn, parseReturnCode, type ReturnCode } from '#client/box/return.ts'
import { splitWords } from '#client/crypto/words.ts'
import type { BoxAddress } from '#protocol/address.ts'
import type { DropId } from '#protocol/id.ts'
import { MAX_LISTED } from '#protocol/limits.ts'
import { LATEST_SEQ } from '../../read/item-list.ts'
import { watch } from '../../platform/watching.ts'
import { failureOf, LOOK_PATIENCE_MS, serverOf } from '../../platform/server.ts'
import { answers as words } from '../../copy/return.ts'
import { MEMORY_BYTES, memoryDisk, type Disk } from '../../platform/disk.ts'
import { FromBox } from '../../read/from-box.ts'
import { diskThatWorks } from '../../read/read-flow.ts'
import type { ReturnActions, ReturnTools } from './return-actions.ts'
import type { AboutAnswer } from './return-state.ts'
import type { FailureCode } from '../../platform/server.ts'
import { firstWriteState } from './write-state.ts'
import type { WriteActions } from './write-actions.ts'
import { makeWriting } from './writing.ts'

/** The keys of a return code, for as long as the page holds it. It is never stored, and never part of a request. */
interface Held {
  readonly code: ReturnCode
  readonly access: Access
  /** The answer that was opened last, if it is held in memory: what is half here goes on where it was. */
  kept?: { readonly drop: DropId; readonly disk: Disk }
}

/** The work behind each action of the sender's side. */
export function makeReturning(tools: ReturnTools): ReturnActions {
  const { device, dispatch, state } = tools
  let held: Held | undefined
  /** The actions on each letter that is begun. */
  const letters = new Map<BoxAddress, WriteActions>()
  /** By which invitation the last letter was written: the next one goes by it too, as long as it holds. */
  let invited: WriteTarget | undefined
  let stopWatching = (): void => {}
  let looking: Promise<void> | undefined
  const reading = readAnswers(tools, () => held)

  return {
    type: (text) => dispatch({ type: 'code-typed', text }),

    async enter() {
      const { main } = state()
      if (main.at !== 'code' || main.isBusy) return
      const count = splitWords(main.text).length
      if (count === 0) return dispatch({ type: 'code-refused', fault: { at: 'missing' } })
      const code = parseReturnCode(main.text)
      if (code === undefined) {
        const fault = count === WORDS ? ({ at: 'checksum' } as const) : ({ at: 'words', count } as const)
        return dispatch({ type: 'code-refused', fault })
      }
      dispatch({ type: 'code-asked' })
      const { main: asked } = state()
      // A person who left, or typed on, while it was looked for does not ask for this any more.
      const isAsked = (): boolean => state().main === asked
      try {
        const access = accessOfReturn(await deriveReturn(code))
        const page = await listItems(server(), access, { order: 'before', seq: LATEST_SEQ, most: PAGE_ITEMS })
        if (!isAsked()) return
        held = { code, access }
        dispatch({ type: 'entered', page })
        stopWatching = watch(look, { wait: (ms) => device.wait(ms) })
      } catch (error) {
        if (isAsked()) dispatch({ type: 'code-refused', fault: { at: 'server', code: failureOf(error) } })
      }
    },

    async older() {
      if (held === undefined || state().isListing) return
      dispatch({ type: 'listing' })
      const { access } = held
      try {
        const query = { order: 'before', seq: state().list.oldestSeq, most: PAGE_ITEMS } as const
        const page = await listItems(server(), access, query, placesOf())
        // By now it may be another code's list.
        if (held?.access === access) dispatch({ type: 'listed', what: 'older', page })
      } catch (error) {
        if (held?.access === access) dispatch({ type: 'list-failed', fault: failureOf(error) })
      }
    },

    async open(item) {
      dispatch({ type: 'answer-asked', item })
      await reading.open(item)
    },
    receiving: {
      pause: async () => reading.pause(),
      goOn: () => reading.goOn(),
      cancel: () => reading.cancel(),
    },

    async list() {
      const { write } = state()
      if (write?.target.invitation !== undefined) invited = write.target
      dispatch({ type: 'listed-again' })
      if (write !== undefined && state().write === undefined) letters.delete(write.target.address)
      await reading.leave()
    },

    keep: reading.keep,

    writeAgain(to) {
      void reading.leave()
      const { write } = state()
      // A letter that was being written there, or elsewhere if no box is named, goes on as it was left.
      if (write !== undefined && (to ?? write.target.address) === write.target.address)
        return dispatch({ type: 'writing-resumed' })
      if (to === undefined) return dispatch({ type: 'box-asked' })
      begin(invited?.address === to ? invited : { address: to })
    },

    typeBox: (text) => dispatch({ type: 'box-typed', text }),

    enterBox() {
      const { main } = state()
      if (main.at !== 'which-box') return
      const target = readWriteTarget(main.text)
      if (target === undefined) return dispatch({ type: 'box-refused', fault: { at: 'address' } })
      const { origin = device.origin } = target
      if (origin !== device.origin) return dispatch({ type: 'box-refused', fault: { at: 'elsewhere', origin } })
      begin(target)
    },

    write() {
      const { write } = state()
      return write && letters.get(write.target.address)
    },

    async done() {
      stopWatching()
      held = undefined
      letters.clear()
      invited = undefined
      dispatch({ type: 'forgot' })
      await reading.leave()
    },

    again: () => dispatch({ type: 'again' }),
  }

  /** A letter to a box, or the one that was begun before. */
  function begin(target: WriteTarget): void {
    if (held === undefined) return
    const { address } = target
    const begun = state().others.find((each) => each.target.address === address)
    const fresh = firstWriteState(target, true)
    const isInvited = target.invitation !== undefined
    const kept = begun && isInvited ? { ...begun, target, invitation: fresh.invitation } : begun
    dispatch({ type: 'writing-begun', write: kept ?? fresh })
    const isShown = (): boolean => letters.get(address) === letter && state().write?.target.address === address
    const letter =
      (begun && letters.get(address)) ??
      makeWriting(
        {
          ...tools,
          // An answer about another box than that of the letter is for nobody: it is asked for again.
          dispatch: (event) => isShown() && dispatch({ type: 'write', event }),
          state: () => (isShown() ? state().write : undefined) ?? fresh,
        },
        target,
        held.code,
      )
    letters.set(address, letter)
    void letter.look()
  }

  /** Asks for what has come since, and says so. */
  function look(): Promise<void> {
    looking ??= lookOnce().finally(() => (looking = undefined))
    return looking
  }

  async function lookOnce(): Promise<void> {
    const access = held?.access
    if (access === undefined) return
    const before = state().list.items.length
    try {
      const watched = watchPages()
      for (;;) {
        const query = { order: 'after', seq: state().list.newestSeq, most: MAX_LISTED } as const
        const page = await listItems(server(), access, query, placesOf())
        if (held?.access !== access) return
        watched(page)
        dispatch({ type: 'listed', what: 'newer', page })
        if (!page.more || page.items.length === 0) break
      }
      const came = state().list.items.length - before
      if (came > 0) dispatch({ type: 'announced', text: words.came(came) })
    } catch (error) {
      if (held?.access === access) dispatch({ type: 'list-failed', fault: failureOf(error) })
    }
  }

  function placesOf(): ReadonlyMap<DropId, number> {
    return new Map(state().list.items.map(({ drop, seq }) => [drop, seq]))
  }

  function server(): ReturnType<typeof serverOf> {
    return serverOf(tools, LOOK_PATIENCE_MS)
  }
}

/**
 * Reads answers. Nothing of them stays on this device: they lie in memory while the code is held, and on the disk, sealed,
 * only while one is on
 * the screen that memory does not hold.
 */
function readAnswers(tools: ReturnTools, heldNow: () => Held | undefined): FromBox<AboutAnswer, FailureCode> {
  const { device, dispatch } = tools
  return new FromBox<AboutAnswer, FailureCode>(
    {
      tools,
      isLasting: false,
      keepsParts: ({ size }) => size <= MEMORY_BYTES && heldNow() !== undefined,
      isTransfer: ({ parts }) => parts > 1,
      async access() {
        const held = heldNow()
        if (held === undefined) throw new Error('the code is forgotten')
        return held.access
      },
      async disk({ drop, parts, size }) {
        if (size > MEMORY_BYTES) return diskThatWorks(tools)
        const held = heldNow()
        if (parts === 1 || held === undefined) return undefined
        if (held.kept?.drop !== drop) held.kept = { drop, disk: memoryDisk(device) }
        return held.kept.disk
      },
      about: async ({ from }) => ({ from }),
      opened: async () => {},
      faultOf: failureOf,
      announce: (text) => dispatch({ type: 'announced', text }),
    },
    (phase) => dispatch({ type: 'read', phase }),
  )
}

/** Words of a return code. */
const WORDS = 12

/** Answers on one page. */
const PAGE_ITEMS = 50
