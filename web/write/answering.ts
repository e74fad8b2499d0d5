import type { Access } from '#client/box/access.ts'
import { collectParts, openItem, type OpenedItem } from '#client/box/inbox.ts'
import type { Progress } from '#client/server.ts'
import { memoryStaging, type Parts } from '#client/staging.ts'
import type { Item } from '#protocol/box-api.ts'
import { isDropError } from '#protocol/error.ts'
import { cipherFor } from '../ciphers.ts'
import { MEMORY_BYTES, type Disk, type Stage } from '../disk.ts'
import { isFull } from '../effects/receiving.ts'
import { diskThatWorks } from '../effects/room.ts'
import { makeSaving, type Saving } from '../effects/saving.ts'
import { failureOf, serverOf, WORK_PATIENCE_MS } from '../effects/tools.ts'
import type { ReturnTools } from './return-act.ts'
import type { AnswerFault } from './return-state.ts'

/** Fetches and opens answers, one at a time. Nothing is used up by it: as long as they are there they open again. */
export interface Answering extends Saving {
  open(item: Item): Promise<void>
  /** The answer is on the screen no longer: it is let go of, and nothing of it stays on this device. */
  leave(): Promise<void>
}

/** What is known of the answer on the screen. */
interface Collected {
  readonly item: Item
  readonly stop: AbortController
  /** Only of one that is too large for memory: its sealed parts lie there until it is left. */
  disk?: Disk
  stage?: Stage
  parts?: Parts
  message?: OpenedItem
}

export function makeAnswering(tools: ReturnTools, accessNow: () => Access | undefined): Answering {
  const { device, dispatch, state } = tools
  let current: Collected | undefined
  const saving = makeSaving(
    {
      device,
      dispatch: (event) => dispatch(event.type === 'announced' ? event : { type: 'saved', event }),
      state: () => {
        const { main } = state()
        return { main: main.at === 'answer' ? main.phase : {} }
      },
    },
    () => current,
    async () => {},
  )

  return { ...saving, open, leave }

  async function open(item: Item): Promise<void> {
    await leave()
    const access = accessNow()
    if (access === undefined) return
    const collected: Collected = { item, stop: new AbortController() }
    current = collected
    dispatch({ type: 'answer-asked', item })
    try {
      const fault = await makeRoom(collected)
      if (fault !== undefined) return dispatch({ type: 'answer-failed', drop: item.drop, fault })
      const message = await collect(collected, access)
      if (collected.stop.signal.aborted) return
      collected.message = message
      const { files, from, text } = message
      const entries = files.map(({ name, type, size: sizeBytes, modifiedAtMs }) => ({
        name,
        type,
        sizeBytes,
        modifiedAtMs,
      }))
      dispatch({ type: 'answer-opened', drop: item.drop, answer: { text, files: entries, from } })
    } catch (error) {
      await collected.stage?.clear().catch(() => {})
      if (collected.stop.signal.aborted) return
      collected.stop.abort()
      dispatch({ type: 'answer-failed', drop: item.drop, fault: faultOf(error, item) })
    }
  }

  async function leave(): Promise<void> {
    const left = current
    current = undefined
    left?.stop.abort()
    saving.stopSaving()
    // What cannot be removed now goes with the next visit.
    await left?.stage?.clear().catch(() => {})
  }

  /** In memory, so that no trace of it stays; on the disk, sealed, only what memory does not hold. */
  async function makeRoom(collected: Collected): Promise<AnswerFault | undefined> {
    const { size, drop } = collected.item
    if (size <= MEMORY_BYTES) return undefined
    const disk = await diskThatWorks(tools)
    const most = disk.isLasting ? await disk.freeBytes() : MEMORY_BYTES
    if (size > most) return { at: 'size', size, most }
    const stage = await disk.stage(drop)
    collected.disk = disk
    if (stage === undefined) return { at: 'size', size, most: 0 }
    collected.stage = stage
    stage.letGo()
    return undefined
  }

  function collect(collected: Collected, access: Access): Promise<OpenedItem> {
    const { item, stop } = collected
    const { signal } = stop
    const onProgress = (progress: Progress): void => {
      // What was fetched ahead may come in later, and is no news of this screen any more.
      if (!signal.aborted) dispatch({ type: 'answer-worked', drop: item.drop, work: shown(progress) })
    }
    const staging = collected.stage ?? memoryStaging()
    const options = { onProgress, signal }
    collected.parts = collectParts(serverOf(tools, WORK_PATIENCE_MS), access, item, staging, options)
    return openItem(collected.parts, access, item, { ...options, cipherFor })
  }

  function shown(progress: Progress): Progress {
    return progress.stage === 'checking' ? { stage: 'opening' } : progress
  }

  function faultOf(error: unknown, { size }: Item): AnswerFault {
    if (isFull(error)) return { at: 'size', size, most: 0 }
    const code = isDropError(error) ? error.code : undefined
    if (code === 'gone') return { at: 'gone' }
    if (code === 'open_failed') return { at: 'unreadable' }
    if (code === 'misplaced') return { at: 'misplaced' }
    return { at: 'server', code: failureOf(error) }
  }
}
