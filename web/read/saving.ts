import { formatHead, paddingOf } from '#client/entry-head.ts'
import { TEXT } from '#client/layout.ts'
import { giveBack } from '#client/memory.ts'
import { flatName } from '#client/names.ts'
import type { Opened, OpenedFile } from '#client/open.ts'
import { makeThinning } from '#client/transfer.ts'
import { utf8, type Bytes } from '#protocol/bytes.ts'
import { isDropError } from '#protocol/error.ts'
import type { Device } from '../platform/device.ts'
import { memoryDisk, type Disk } from '../platform/disk.ts'
import type { Outlet } from '../platform/pickers.ts'
import type { Task } from '../kit/flow.ts'
import type { Folder } from '../platform/pickers.ts'
import { page } from '../copy/page.ts'
import { opened as words, unreadable } from '../copy/reading.ts'
import { isDiskFull, type Delivery } from './read-flow.ts'
import type { Open, ReadState, SaveFault, Saving } from './reading.ts'

/** The message on the screen, and the task that may change the screen. */
export interface Saveable {
  readonly delivery: Delivery<Opened>
  readonly isBusy: boolean
  readonly change: (by: <State extends ReadState>(state: State) => State) => void
}

interface SaveTools {
  readonly device: Pick<Device, 'clock' | 'copy' | 'save' | 'ticks'>
  readonly announce: (text: string) => void
}

/** Saving belongs to the task that has opened the message: once that is superseded nothing of it is shown any more. */
export function saveableOf<State extends ReadState>(
  state: State,
  task: Task<State>,
  delivery: Delivery<Opened>,
): Saveable {
  return { delivery, isBusy: canSave(state) && state.saving !== undefined, change: (by) => task.change(by) }
}

/** Everything that a person can do to take a message, or its sealed bytes, out of the page. */
export class Saver {
  readonly #tools: SaveTools
  readonly #now: () => Saveable | undefined
  readonly #settle: (names: readonly string[]) => Promise<void>
  /** Where the message lies in memory. */
  readonly #small: Disk
  #stop = new AbortController()

  /** @param settle - called after anything has been taken, with the names of it; the text is `''` */
  constructor(
    tools: SaveTools,
    now: () => Saveable | undefined,
    settle: (names: readonly string[]) => Promise<void> = async () => {},
  ) {
    this.#tools = tools
    this.#now = now
    this.#settle = settle
    this.#small = memoryDisk(tools.device)
  }

  /** @returns whether it is in the clipboard now. */
  readonly copyText = async (): Promise<boolean> => {
    const saveable = this.#now()
    const isCopied = await this.#tools.device.copy(saveable?.delivery.message?.text ?? '')
    if (!isCopied) this.#tools.announce(page.copyFailed)
    else if (saveable !== undefined) await this.#take(saveable, [''], words.copied)
    return isCopied
  }

  /** The text was selected and copied by hand. */
  readonly noteCopied = async (): Promise<void> => {
    const saveable = this.#now()
    if (saveable !== undefined) await this.#take(saveable, [''])
  }

  /** Asks where, if the browser has a dialog for that: so it has to be called within the press. */
  readonly saveFile = async (name: string): Promise<void> => {
    const saveable = this.#now()
    const file = saveable?.delivery.message?.files.find((each) => each.name === name)
    if (saveable === undefined || file === undefined || saveable.isBusy) return
    const picked = pickFile(saveable.delivery.disk ?? this.#small, name)
    await this.#run(saveable, name, file.size, async (count) => {
      const outlet = await picked
      if (outlet === undefined) return
      await pour(file.read(), outlet, count)
      await this.#take(saveable, [name], words.saved(name))
    })
  }

  /** The text as `message.txt` and every file: in a folder if the browser lets us, else in one archive. */
  readonly saveAll = async (): Promise<void> => {
    const saveable = this.#now()
    const { disk = this.#small, message } = saveable?.delivery ?? {}
    if (saveable === undefined || message === undefined || saveable.isBusy) return
    const { text, files } = message
    const names = ['', ...files.map(({ name }) => name)]
    const total = files.reduce((sum, { size }) => sum + size, 0)
    // Before anything is waited for.
    const picked = disk.pickFolder?.().catch(() => 'no dialog' as const)
    await this.#run(saveable, undefined, total, async (count) => {
      const folder = await picked
      if (picked !== undefined && folder === undefined) return
      if (folder === undefined || folder === 'no dialog') {
        const outlet = await disk.download('sealdrop.tar')
        await pour(withText(text, message.archive(), this.#tools.device.clock()), outlet, count)
        return await this.#take(saveable, names, words.savedAll)
      }
      const refused = await saveInto(folder, text, files, count)
      const saved = names.filter((name) => !refused.includes(name))
      await this.#take(saveable, saved, words.savedFolder)
      return refused
    })
  }

  /** The sealed bytes themselves, when they cannot be opened here. */
  readonly saveSealed = async (): Promise<void> => {
    const saveable = this.#now()
    const { disk = this.#small, parts } = saveable?.delivery ?? {}
    if (saveable === undefined || parts === undefined || saveable.isBusy) return
    const picked = pickFile(disk, 'drop.age')
    await this.#run(saveable, 'drop.age', parts.size, async (count) => {
      const outlet = await picked
      if (outlet === undefined) return
      const all = async function* (): AsyncGenerator<Bytes> {
        for (let n = 0; n < parts.count; n++) yield await parts.part(n)
      }
      await pour(all(), outlet, count)
      this.#tools.announce(unreadable.saved)
    })
  }

  /** Ends the saving that is under way. A file that is not whole is removed. */
  readonly stopSaving = (): void => this.#stop.abort()

  async #take({ change }: Saveable, names: readonly string[], text?: string): Promise<void> {
    change(taken(names))
    if (text !== undefined) this.#tools.announce(text)
    await this.#settle(names)
  }

  /** Saves with the screen saying so. @param work - counts the bytes as they go out; returns the names that it left out */
  async #run(
    { change }: Saveable,
    name: string | undefined,
    total: number,
    work: (count: Count) => Promise<readonly string[] | void>,
  ): Promise<void> {
    const { signal } = (this.#stop = new AbortController())
    let done = 0
    const isDrawn = makeThinning(() => this.#tools.device.ticks())
    change(saving(undefined))
    const count = (bytes: number): void => {
      if (signal.aborted) throw new DOMException('stopped', 'AbortError')
      done += bytes
      if (isDrawn(done, total)) change(saving({ name, bytes: Math.min(done, total), total }))
    }
    try {
      const names = (await work(count)) ?? []
      change(saving(undefined, names.length > 0 ? { code: 'names', names } : undefined))
    } catch (error) {
      change(saving(undefined, signal.aborted ? undefined : { code: faultOf(error), names: [] }))
    }
  }
}

/** OperatorNotice of bytes as they go out. @throws once the saving has been stopped */
type Count = (bytes: number) => void

function taken(names: readonly string[]): <State extends ReadState>(state: State) => State {
  return (state) => (isOpen(state) ? { ...state, taken: [...new Set([...state.taken, ...names])] } : state)
}

function saving(now: Saving['saving'], saveFault?: SaveFault): <State extends ReadState>(state: State) => State {
  return (state) => (canSave(state) ? { ...state, saving: now, saveFault } : state)
}

function isOpen<State extends ReadState>(state: State): state is State & Open {
  return state.at === 'opened'
}

/** A drop that does not open can be saved sealed. */
function canSave<State extends ReadState>(state: State): state is State & Saving {
  return state.at === 'opened' || state.at === 'unreadable'
}

/** @returns `undefined` if the person thought better of it */
async function pickFile(disk: Disk, name: string): Promise<Outlet | undefined> {
  const flat = flatName(name)
  try {
    if (disk.pickFile !== undefined) return await disk.pickFile(flat)
  } catch {
    // A browser that opens no dialog has its downloads.
  }
  return disk.download(flat)
}

/** @returns the names that could not be written */
async function saveInto(folder: Folder, text: string, files: readonly OpenedFile[], count: Count): Promise<string[]> {
  const refused: string[] = []
  if (text !== '') await pour([utf8(text)], await folder.open(TEXT), count)
  for (const file of files) {
    let outlet: Outlet
    try {
      outlet = await folder.open(file.name)
    } catch (error) {
      // A name that the browser lets no page write, or that is too long for the disk: the others are saved.
      if (!(error instanceof TypeError) && faultOf(error) !== 'failed') throw error
      refused.push(file.name)
      continue
    }
    await pour(file.read(), outlet, count)
  }
  return refused
}

/** The archive of the files, and before them the text as an entry of its own. */
async function* withText(text: string, archive: AsyncIterable<Bytes>, now: number): AsyncGenerator<Bytes> {
  if (text !== '') {
    const bytes = utf8(text)
    yield formatHead({ name: TEXT, size: bytes.length, modifiedAtMs: now })
    yield bytes
    yield new Uint8Array(paddingOf(bytes.length))
  }
  yield* archive
}

/** Everything into one file, or nothing of it. */
async function pour(pieces: AsyncIterable<Bytes> | Iterable<Bytes>, outlet: Outlet, count: Count): Promise<void> {
  try {
    count(0)
    for await (const piece of pieces) {
      const { length } = piece
      await outlet.write(piece)
      giveBack(piece)
      count(length)
    }
    await outlet.close()
  } catch (error) {
    await outlet.abort()
    throw error
  }
}

function faultOf(error: unknown): SaveFault['code'] {
  if (isDiskFull(error)) return 'full'
  if (isDropError(error)) return error.code === 'open_failed' ? 'changed' : 'offline'
  const name = error instanceof DOMException ? error.name : ''
  return DENIED.has(name) ? 'denied' : 'failed'
}

const DENIED: ReadonlySet<string> = new Set(['NotAllowedError', 'NoModificationAllowedError', 'SecurityError'])
