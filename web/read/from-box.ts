import type { Access } from '#client/box/access.ts'
import { collectParts, openItem, type OpenedItem } from '#client/box/inbox.ts'
import type { Item } from '#protocol/box-api.ts'
import { isDropError } from '#protocol/error.ts'
import { cipherFor } from '../platform/ciphers.ts'
import type { Disk } from '../platform/disk.ts'
import { serverOf, WORK_PATIENCE_MS } from '../platform/server.ts'
import { Flow, type Task } from '../kit/flow.ts'
import type { PageTools } from '../platform/page-tools.ts'
import type { Work } from '../kit/progress.tsx'
import { findRoom, pause, receive, shownMessage, type Delivery } from './read-flow.ts'
import type { Open, Receiving, SpaceCheck, Saving } from './reading.ts'
import { saveableOf, Saver } from './saving.ts'

/** How far a drop that lies in a box, or at the address of a return code, has come. */
export type BoxReading<Extra, Fault> =
  /** Nothing is under way: it waits for a press. */
  | { readonly at: 'closed'; readonly room?: SpaceCheck | undefined; readonly fault?: ClosedFault<Fault> | undefined }
  /** A drop of one part that is opened in a moment, or not at all. */
  | { readonly at: 'opening'; readonly work: Work }
  | Receiving
  | (Open & Extra)
  /** The server does not have it. */
  | { readonly at: 'gone' }
  | ({ readonly at: 'unreadable'; readonly why: Unreadable } & Saving)

/**
 * `no_keys`: those of its time have been deleted here, so that it is not even fetched. `open_failed`: no key of this device opens
 * it. `misplaced`: it was sealed for another box or another place.
 */
export type Unreadable = 'no_keys' | 'open_failed' | 'misplaced'

/** `elsewhere`: another tab works on it. `stopped`: by a press. */
export type ClosedFault<Fault> = Fault | 'elsewhere' | 'stopped'

/** The differences between a box and the address of a return code. */
export interface BoxSource<Extra, Fault> {
  readonly tools: PageTools
  /** The keys that open items. @throws once it is locked or forgotten */
  access(): Promise<Access>
  /** Whether an item is shown as a transfer, for which a lost connection is waited. Another is there in a moment, or not at all. */
  isTransfer(item: Item): boolean
  /** Where the parts of an item are going to lie; `undefined` for one that needs no room. */
  disk(item: Item): Promise<Disk | undefined>
  /** Whether a later visit of this browser may go on with parts that lie here, sealed. */
  readonly isLasting: boolean
  /** Whether what is half here may stay, sealed, when the item is left. */
  keepsParts(item: Item): boolean
  /** Facts about an opened message other than its text and files. */
  about(message: OpenedItem): Promise<Extra>
  /** It is on the screen. */
  opened(item: Item, message: OpenedItem): Promise<void>
  /** A failure as a person is told of it. */
  faultOf(error: unknown): Fault
  announce(text: string): void
}

interface Collected extends Delivery<OpenedItem> {
  readonly item: Item
  /** Its parts do not open: they are not kept for another try. */
  isBad?: boolean
}

/** Fetches and opens items, one at a time. Nothing is used up by it: whatever was closed or stopped can be opened again. */
export class FromBox<Extra extends object, Fault> {
  /** Takes text, files and sealed bytes out of the page. */
  readonly keep: Saver
  readonly #source: BoxSource<Extra, Fault>
  readonly #flow: Flow<BoxReading<Extra, Fault>>
  #current: Collected | undefined
  #task: Task<BoxReading<Extra, Fault>> | undefined
  /** Until nothing of the last one is left. */
  #cleared: Promise<void> = Promise.resolve()

  /** @param onChange - told of every state of the item on the screen */
  constructor(source: BoxSource<Extra, Fault>, onChange: (reading: BoxReading<Extra, Fault>) => void) {
    this.#source = source
    this.#flow = new Flow<BoxReading<Extra, Fault>>({ at: 'closed' }, onChange)
    this.keep = new Saver(
      { announce: (text) => source.announce(text), device: source.tools.device },
      () => this.#current && this.#task && saveableOf(this.#flow.state, this.#task, this.#current),
    )
  }

  /** The message that has been opened last. */
  get message(): OpenedItem | undefined {
    return this.#current?.message
  }

  /** Opens an item, if it fits on this device. Parts that lie here already are not fetched again. */
  async open(item: Item): Promise<void> {
    if (this.#current !== undefined && this.#current.drop !== item.drop) await this.leave()
    const current = (this.#current ??= { item, drop: item.drop })
    await this.#flow.begin(async (task) => {
      this.#task = task
      task.change((state) => comingIn(state, this.#source.isTransfer(item)))
      try {
        await this.#bring(task, current)
      } catch (error) {
        const end = await task.of(this.#endOf(current, error))
        task.change(() => end)
      }
    })
  }

  async goOn(): Promise<void> {
    if (this.#current !== undefined) await this.open(this.#current.item)
  }

  pause(): void {
    pause(this.#flow)
  }

  /** Stops, and removes what has come in. */
  async cancel(): Promise<void> {
    const { stage } = this.#current ?? {}
    await this.#flow.begin(async (task) => {
      const fault = await task.of(
        clear(stage).then(
          () => 'stopped' as const,
          (error: unknown) => this.#source.faultOf(error),
        ),
      )
      task.change(() => ({ at: 'closed', fault }))
    })
  }

  /** The item is on the screen no longer. An open message is let go of; parts of one that is half here may stay, sealed. */
  async leave(): Promise<void> {
    const { isBad, item, message, stage } = this.#current ?? {}
    this.#current = undefined
    this.#flow.end()
    this.#flow.change(() => ({ at: 'closed' }))
    this.keep.stopSaving()
    // It can be had again as long as the server has it. Parts that cannot be removed now go with the next visit to the first page.
    const isKept = item !== undefined && message === undefined && isBad !== true && this.#source.keepsParts(item)
    if (!isKept) this.#cleared = clear(stage).catch(() => {})
    await this.#cleared
  }

  /** Until it is open. @throws the errors of fetching and opening */
  async #bring(task: Task<BoxReading<Extra, Fault>>, current: Collected): Promise<void> {
    const { item } = current
    const { tools } = this.#source
    const access = await task.of(this.#source.access())
    if (access.identitiesFor(item.arrived).length === 0)
      return task.change(() => ({ at: 'unreadable', why: 'no_keys' }))
    const obstacle = await this.#makeRoom(task, current)
    if (obstacle !== undefined) return task.change(() => obstacle)
    const message = await receive(tools, this.#flow, task, current, {
      work: (work) => (state) => waitingFor(state, work),
      open: (staging, options) => {
        const parts = collectParts(serverOf(tools, WORK_PATIENCE_MS), access, item, staging, options)
        return [parts, openItem(parts, access, item, { ...options, cipherFor })]
      },
    })
    if (message === undefined) return
    const about = await task.of(this.#source.about(message))
    current.message = message
    current.stage?.letGo()
    const shown = shownMessage(message, this.#source.isLasting ? current.disk : undefined, item.expires * 1_000)
    task.change(() => ({ at: 'opened', taken: [], ...shown, ...about }))
    await task.of(this.#source.opened(item, message))
  }

  /** @returns why it cannot lie here */
  async #makeRoom(
    task: Task<BoxReading<Extra, Fault>>,
    current: Collected,
  ): Promise<Extract<BoxReading<Extra, Fault>, { at: 'closed' }> | undefined> {
    const { drop, item } = current
    const disk = (current.disk ??= await task.of(this.#source.disk(item)))
    if (disk === undefined) return undefined
    // It may be the same one again.
    await task.of(this.#cleared)
    const stage = (current.stage ??= await task.of(disk.stage(drop)))
    if (stage === undefined) return { at: 'closed', fault: 'elsewhere' }
    if (!this.#source.isLasting) stage.letGo()
    if (current.isBad === true) await task.of(stage.clear())
    current.isBad = false
    const isBegun = (await task.of(stage.count())) > 0
    const room = await task.of(findRoom(disk, item.size, isBegun))
    return room.obstacle === undefined ? undefined : { at: 'closed', room }
  }

  /** The screen after a failure. */
  async #endOf(current: Collected, error: unknown): Promise<BoxReading<Extra, Fault>> {
    const code = isDropError(error) ? error.code : undefined
    if (code === 'gone') {
      await clear(current.stage).catch(() => {})
      return { at: 'gone' }
    }
    if (code !== 'open_failed' && code !== 'misplaced') return { at: 'closed', fault: this.#source.faultOf(error) }
    current.isBad = true
    return { at: 'unreadable', why: code }
  }
}

/** The screen as soon as an item is asked for; a paused transfer goes on from its figure. */
function comingIn<Extra, Fault>(state: BoxReading<Extra, Fault>, isTransfer: boolean): BoxReading<Extra, Fault> {
  if (!isTransfer) return { at: 'opening', work: { stage: 'starting' } }
  return { at: 'receiving', carried: state.at === 'receiving' ? state.carried : undefined, flow: 'going' }
}

function waitingFor<Extra, Fault>(state: BoxReading<Extra, Fault>, work: Work): BoxReading<Extra, Fault> {
  return state.at === 'opening' ? { at: 'opening', work } : state
}

async function clear(stage: Delivery<OpenedItem>['stage']): Promise<void> {
  await stage?.clear()
}
