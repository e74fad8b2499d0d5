import { accessOfState } from '#client/box/access.ts'
import { collectParts, openItem, type OpenedItem } from '#client/box/inbox.ts'
import { isAway } from '#client/meaning.ts'
import type { Progress } from '#client/server.ts'
import { memoryStaging, type Parts } from '#client/staging.ts'
import type { Item } from '#protocol/box-api.ts'
import { isDropError } from '#protocol/error.ts'
import { cipherFor } from '../../ciphers.ts'
import { memoryDisk, type Disk, type Stage } from '../../disk.ts'
import { isFull } from '../../effects/receiving.ts'
import { diskThatWorks, findRoom } from '../../effects/room.ts'
import { makeSaving, type Saving } from '../../effects/saving.ts'
import { serverOf, WORK_PATIENCE_MS } from '../../effects/tools.ts'
import { inbox as words } from '../../words/inbox.ts'
import { checkReaders } from './checking-readers.ts'
import type { Letter } from './item-state.ts'
import { noteRead } from '#client/box/notes.ts'
import { makeReporter } from './reporting.ts'
import { faultOf, note, tidyNotes, type InboxTools } from './tools.ts'

/** Fetches and opens items, one at a time. Nothing is used up by it: whatever was closed or stopped can be opened again. */
export interface Collecting extends Saving {
  /** Opens the item on the screen, if it fits on this device. What lies here already is not fetched again. */
  open(item: Item): Promise<void>
  goOn(): Promise<void>
  pause(): void
  /** Stops, and removes what has come in. */
  cancel(): Promise<void>
  /** The item is on the screen no longer. What is open is let go of; what is half here stays, sealed. */
  leave(): Promise<void>
  /** What has been opened last. */
  message(): OpenedItem | undefined
}

/** What is known of the item on the screen. */
interface Collected {
  readonly item: Item
  /** For an item in parts: where they lie. */
  disk?: Disk
  stage?: Stage | undefined
  parts?: Parts
  message?: OpenedItem
  /** What came does not open: it is not kept for another try. */
  isBad?: boolean
  /** Ends what is under way. */
  stop?: AbortController
}

export function makeCollecting(tools: InboxTools): Collecting {
  const { announce, dispatch, room, session, state } = tools
  let current: Collected | undefined
  /** Until nothing of the last one is left. */
  let cleared: Promise<void> | undefined

  const saving = makeSaving(
    {
      device: room.device,
      dispatch: (event) => {
        if (event.type === 'announced') announce(event.text)
        else if (current !== undefined) dispatch({ ...event, drop: current.item.drop })
      },
      state: () => ({ main: state().shown?.phase ?? {} }),
    },
    () => current,
    async () => {},
  )

  return {
    ...saving,
    message: () => current?.message,

    async open(item) {
      current ??= { item }
      if (current.item.drop !== item.drop) {
        await leave()
        current = { item }
      }
      await begin(current)
    },

    async goOn() {
      if (current !== undefined) await fetch(current)
    },

    pause() {
      if (current === undefined) return
      current.stop?.abort()
      dispatch({ type: 'flowed', drop: current.item.drop, flow: 'paused' })
    },

    async cancel() {
      if (current === undefined) return
      const { item, stage, stop } = current
      stop?.abort()
      try {
        await stage?.clear()
        dispatch({ type: 'closed', drop: item.drop, fault: 'stopped' })
      } catch (error) {
        dispatch({ type: 'closed', drop: item.drop, fault: faultOf(error) })
      }
    },

    leave,
  }

  async function leave(): Promise<void> {
    const left = current
    current = undefined
    left?.stop?.abort()
    saving.stopSaving()
    // It can be had again as long as it is in the box.
    // What cannot be removed now goes with the next visit to the first page.
    if (left?.message !== undefined || left?.isBad === true) cleared = left.stage?.clear().catch(() => {})
    await cleared
  }

  async function begin(collected: Collected): Promise<void> {
    const { item } = collected
    const { drop } = item
    dispatch({ type: 'coming', drop })
    try {
      const access = await accessOfState(session.state())
      const hasKeys = access.identitiesFor(item.arrived).length > 0
      if (!hasKeys) return dispatch({ type: 'not-readable', drop, why: 'no_keys' })
      if (item.parts > 1) {
        const disk = (await room.store()).isLasting ? await diskThatWorks(room) : memoryDisk(room.device)
        // It may be the same one again.
        await cleared
        collected.disk ??= disk
        collected.stage ??= await collected.disk.stage(drop)
        if (current !== collected) return
        if (collected.stage === undefined) return dispatch({ type: 'closed', drop, fault: 'elsewhere' })
        if (collected.isBad === true) await collected.stage.clear()
        collected.isBad = false
        const found = await findRoom(collected.disk, item.size, (await collected.stage.count()) > 0)
        if (found.obstacle !== undefined) return dispatch({ type: 'closed', drop, room: found })
      }
      await fetch(collected)
    } catch (error) {
      dispatch({ type: 'closed', drop, fault: faultOf(error) })
    }
  }

  async function fetch(collected: Collected): Promise<void> {
    const { drop } = collected.item
    dispatch({ type: 'coming', drop })
    for (;;) {
      if (current !== collected) return
      const stop = new AbortController()
      collected.stop = stop
      try {
        const message = await open(collected, stop.signal)
        if (!stop.signal.aborted) await show(collected, message, stop.signal)
        return
      } catch (error) {
        if (stop.signal.aborted) return
        stop.abort()
        if (isFull(error)) return dispatch({ type: 'filled', drop })
        if (!isAway(error)) return await explain(collected, error)
        dispatch({ type: 'flowed', drop, flow: 'waiting' })
        const isStopped = await stoppedWhile(room.device.wait(RETRY_MS), collected)
        if (isStopped) return
      }
    }
  }

  async function open(collected: Collected, signal: AbortSignal): Promise<OpenedItem> {
    const { item, stage } = collected
    const { drop } = item
    const report = makeReporter(() => room.device.ticks(), {
      onCarried: (carried) => dispatch({ type: 'carried', drop, carried }),
      onWaiting: () => dispatch({ type: 'flowed', drop, flow: 'waiting' }),
    })
    const onProgress = (progress: Progress): void => {
      // What was fetched ahead may come in later, and is no news of this screen any more.
      if (!signal.aborted && current === collected) report(progress)
    }
    const access = await accessOfState(session.state())
    const options = { onProgress, signal }
    const staging = stage ?? memoryStaging()
    collected.parts = collectParts(serverOf(room, WORK_PATIENCE_MS), access, item, staging, options)
    return openItem(collected.parts, access, item, { ...options, cipherFor })
  }

  async function show(collected: Collected, message: OpenedItem, signal: AbortSignal): Promise<void> {
    const { item } = collected
    const readers = await checkReaders(tools, message.readers)
    if (signal.aborted) return
    collected.message = message
    collected.stage?.letGo()
    dispatch({ type: 'opened', drop: item.drop, letter: letterOf(collected, message, readers) })
    const isNoted = await note(tools, (box) => noteRead(box, item, message, room.device.clock()))
    announce(isNoted ? words.opened : words.notNoted)
    void tidyNotes(tools)
  }

  async function explain(collected: Collected, error: unknown): Promise<void> {
    const { item, stage } = collected
    const { drop } = item
    const code = isDropError(error) ? error.code : undefined
    if (code === 'gone') {
      await stage?.clear()
      dispatch({ type: 'vanished-item', drop })
      return dispatch({ type: 'vanished', drops: [drop] })
    }
    if (code === 'open_failed' || code === 'misplaced') {
      collected.isBad = true
      return dispatch({ type: 'not-readable', drop, why: code })
    }
    dispatch({ type: 'closed', drop, fault: faultOf(error) })
  }
}

function letterOf({ disk, item }: Collected, message: OpenedItem, readers: Letter['readers']): Letter {
  const { files, isThreadForged, reply, text, thread } = message
  return {
    text,
    files: files.map(({ name, type, size: sizeBytes, modifiedAtMs }) => ({ name, type, sizeBytes, modifiedAtMs })),
    held: disk && {
      isOnDisk: disk.isLasting,
      untilMs: item.expires * 1_000,
      hasFolders: disk.pickFolder !== undefined,
    },
    thread,
    answering: isThreadForged ? 'forged' : reply === undefined ? 'none' : 'open',
    readers,
  }
}

/** @returns whether the person paused, cancelled or left meanwhile, or has gone on already */
async function stoppedWhile(wait: Promise<void>, collected: Collected): Promise<boolean> {
  const stop = new AbortController()
  collected.stop = stop
  await wait
  return stop.signal.aborted
}

/** How long to leave a server alone that is away, in milliseconds. Ends early when the connection comes back. */
const RETRY_MS = 10_000
