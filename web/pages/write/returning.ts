import { accessOfReturn, type Access } from '#client/box/access.ts'
import { deriveReturn, parseReturnCode, type ReturnCode } from '#client/box/return.ts'
import { splitWords } from '#client/crypto/words.ts'
import type { DropId } from '#protocol/id.ts'
import { Flow } from '../../kit/flow.ts'
import { MEMORY_BYTES, memoryDisk, type Disk } from '../../platform/disk.ts'
import { failureOf, type FailureCode } from '../../platform/server.ts'
import { FromBox } from '../../read/from-box.ts'
import { diskThatWorks } from '../../read/read-flow.ts'
import { AnswerList, firstAnswers } from './answer-list.ts'
import { Letters } from './letters.ts'
import type { ReturnActions, ReturnTools } from './return-actions.ts'
import type { AboutAnswer, CodeFault } from './return-state.ts'

/** A return code, for as long as the page holds it. It is never stored, and never part of a request. */
interface Held {
  readonly access: Access
  readonly list: AnswerList
  readonly letters: Letters
  /** The answer that was opened last, if it is held in memory: what is half here goes on where it was. */
  kept?: { readonly drop: DropId; readonly disk: Disk }
}

/** The work behind each action of the sender's side. */
export function makeReturning(tools: ReturnTools): ReturnActions {
  const { dispatch, state } = tools
  let held: Held | undefined
  const entering = new Flow(undefined)
  const reading = readAnswers(tools, () => held)

  return {
    type(text) {
      // A person who types on does not ask for the answers of this code any more.
      entering.end()
      dispatch({ type: 'code-typed', text })
    },

    async enter() {
      const { main } = state()
      if (main.at !== 'code' || main.isBusy) return
      const { code, fault } = readCode(main.text)
      if (code === undefined) return dispatch({ type: 'code-refused', fault })
      dispatch({ type: 'code-asked' })
      try {
        await entering.begin(async (task) => {
          const access = accessOfReturn(await task.of(deriveReturn(code)))
          const page = await task.of(firstAnswers(tools, access))
          dispatch({ type: 'entered', page })
          held = { access, list: new AnswerList(tools, access), letters: new Letters(tools, code) }
        })
      } catch (error) {
        dispatch({ type: 'code-refused', fault: { at: 'server', code: failureOf(error) } })
      }
    },

    older: async () => held?.list.older(),

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
      held?.letters.leave()
      await reading.leave()
    },

    keep: reading.keep,

    writeAgain(to) {
      void reading.leave()
      held?.letters.again(to)
    },

    typeBox: (text) => dispatch({ type: 'box-typed', text }),
    enterBox: () => held?.letters.enterBox(),
    write: () => held?.letters.shown(),

    async done() {
      entering.end()
      held?.list.stop()
      held = undefined
      dispatch({ type: 'forgot' })
      await reading.leave()
    },

    again: () => dispatch({ type: 'again' }),
  }
}

/** The return code in typed words, or the reason why there is none. */
function readCode(text: string): { code: ReturnCode; fault?: never } | { code?: never; fault: CodeFault } {
  const count = splitWords(text).length
  if (count === 0) return { fault: { at: 'missing' } }
  const code = parseReturnCode(text)
  if (code !== undefined) return { code }
  return { fault: count === WORDS ? { at: 'checksum' } : { at: 'words', count } }
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
