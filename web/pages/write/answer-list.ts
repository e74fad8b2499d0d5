import type { Access } from '#client/box/access.ts'
import { listItems } from '#client/box/inbox.ts'
import { watchPages } from '#client/box/pages.ts'
import type { DropId } from '#protocol/id.ts'
import { MAX_LISTED } from '#protocol/limits.ts'
import { answers as words } from '../../copy/return.ts'
import { Flow } from '../../kit/flow.ts'
import { failureOf, LOOK_PATIENCE_MS, serverOf } from '../../platform/server.ts'
import { watch } from '../../platform/watching.ts'
import { LATEST_SEQ, type ItemsPage } from '../../read/item-list.ts'
import type { ReturnTools } from './return-actions.ts'

/** The newest answers under a return code. @throws DropError */
export function firstAnswers(tools: ReturnTools, access: Access): Promise<ItemsPage> {
  const query = { order: 'before', seq: LATEST_SEQ, most: PAGE_ITEMS } as const
  return listItems(serverOf(tools, LOOK_PATIENCE_MS), access, query)
}

/** The list of answers under one return code, until the code is forgotten: nothing of it is shown after that. */
export class AnswerList {
  readonly #tools: ReturnTools
  readonly #access: Access
  readonly #older = new Flow(undefined)
  readonly #newer = new Flow(undefined)
  readonly #stopWatching: () => void
  #looking: Promise<void> | undefined

  constructor(tools: ReturnTools, access: Access) {
    this.#tools = tools
    this.#access = access
    this.#stopWatching = watch(() => this.#look(), { wait: (ms) => tools.device.wait(ms) })
  }

  /** Asks for the page below those that are listed. */
  async older(): Promise<void> {
    const { dispatch, state } = this.#tools
    if (state().isListing) return
    dispatch({ type: 'listing' })
    await this.#ask(this.#older, async (wait) => {
      const query = { order: 'before', seq: state().list.oldestSeq, most: PAGE_ITEMS } as const
      dispatch({ type: 'listed', what: 'older', page: await wait(this.#page(query)) })
    })
  }

  /** The code is forgotten. */
  stop(): void {
    this.#stopWatching()
    this.#older.end()
    this.#newer.end()
  }

  /** Asks for newer answers, and announces them. */
  #look(): Promise<void> {
    const { dispatch, state } = this.#tools
    this.#looking ??= this.#ask(this.#newer, async (wait) => {
      const before = state().list.items.length
      const watched = watchPages()
      for (;;) {
        const page = await wait(this.#page({ order: 'after', seq: state().list.newestSeq, most: MAX_LISTED }))
        watched(page)
        dispatch({ type: 'listed', what: 'newer', page })
        if (!page.more || page.items.length === 0) break
      }
      const came = state().list.items.length - before
      if (came > 0) dispatch({ type: 'announced', text: words.came(came) })
    }).finally(() => (this.#looking = undefined))
    return this.#looking
  }

  async #ask(flow: Flow<undefined>, work: (wait: Wait) => Promise<void>): Promise<void> {
    try {
      await flow.begin((task) => work(task.of))
    } catch (error) {
      this.#tools.dispatch({ type: 'list-failed', fault: failureOf(error) })
    }
  }

  #page(query: Parameters<typeof listItems>[2]): Promise<ItemsPage> {
    const places: ReadonlyMap<DropId, number> = new Map(
      this.#tools.state().list.items.map(({ drop, seq }) => [drop, seq]),
    )
    return listItems(serverOf(this.#tools, LOOK_PATIENCE_MS), this.#access, query, places)
  }
}

/** Waits for an answer, unless the code is forgotten meanwhile. */
type Wait = <T>(answer: Promise<T>) => Promise<T>

/** Answers on one page. */
const PAGE_ITEMS = 50
