import { makeThinning } from '#client/pace.ts'
import { formatHead, paddingOf } from '#client/entry-head.ts'
import { TEXT } from '#client/layout.ts'
import { giveBack } from '#client/memory.ts'
import { flatName } from '#client/names.ts'
import type { OpenedFile } from '#client/receive.ts'
import { utf8, type Bytes } from '#protocol/bytes.ts'
import { isDropError } from '#protocol/error.ts'
import { memoryDisk, type Disk, type Outlet } from '../disk.ts'
import type { Folder } from '../pickers.ts'
import type { ReadingEvent, SaveFault } from '../reading-state.ts'
import { opened as words, unreadable } from '../words/reading.ts'
import { page } from '../words/page.ts'
import { isFull } from './receiving.ts'
import type { Session } from './session.ts'
import type { Tools } from './tools.ts'

export interface Saving {
  /** @returns whether it is in the clipboard now. */
  copyText(): Promise<boolean>
  /** The text was selected and copied by hand. */
  noteCopied(): Promise<void>
  /** Asks where, if the browser has a dialog for that: so it has to be called within the press. */
  saveFile(name: string): Promise<void>
  /** The text as `message.txt` and every file: in a folder if the browser lets us, else in one archive. */
  saveAll(): Promise<void>
  /** The sealed bytes themselves, when they cannot be opened here. */
  saveSealed(): Promise<void>
  /** Ends the saving that is under way. What is not whole is removed. */
  stopSaving(): void
}

/** What saving needs of the room that it is done in. */
export interface SavingTools {
  readonly device: Tools['device']
  readonly dispatch: (event: SavingEvent) => void
  /** `main`: the screen, which says whether something is being saved. */
  readonly state: () => { readonly main: object }
}

export type SavingEvent =
  | { readonly type: 'announced'; readonly text: string }
  | Extract<ReadingEvent, { readonly type: 'taken' | 'saving' | 'not-saved' }>

/** @param settle - called after anything has been taken */
export function makeSaving(
  tools: SavingTools,
  session: () => Pick<Session, 'disk' | 'message' | 'parts'> | undefined,
  settle: () => Promise<void>,
): Saving {
  const { dispatch, device, state } = tools
  const small = memoryDisk(device)
  let stop = new AbortController()

  const diskOf = (): Disk => session()?.disk ?? small

  return {
    async copyText() {
      const isCopied = await device.copy(session()?.message?.text ?? '')
      if (isCopied) await take([''], words.copied)
      else dispatch({ type: 'announced', text: page.copyFailed })
      return isCopied
    },

    noteCopied: () => take(['']),

    async saveFile(name) {
      const file = session()?.message?.files.find((each) => each.name === name)
      if (file === undefined || isBusy()) return
      const picked = pickFile(name)
      await run(name, file.size, async (count) => {
        const outlet = await picked
        if (outlet === undefined) return
        await pour(file.read(), outlet, count)
        await take([name], words.saved(name))
      })
    },

    async saveAll() {
      const { message } = session() ?? {}
      if (message === undefined || isBusy()) return
      const { text, files } = message
      const names = ['', ...files.map(({ name }) => name)]
      const total = files.reduce((sum, { size }) => sum + size, 0)
      // Before anything is waited for.
      const picked = diskOf()
        .pickFolder?.()
        .catch(() => 'no dialog' as const)
      await run(undefined, total, async (count) => {
        const folder = await picked
        if (picked !== undefined && folder === undefined) return
        if (folder === undefined || folder === 'no dialog') {
          const outlet = await diskOf().download('sealdrop.tar')
          await pour(withText(text, message.archive(), device.clock()), outlet, count)
          return await take(names, words.savedAll)
        }
        const refused = await saveInto(folder, text, files, count)
        await take(
          names.filter((name) => !refused.includes(name)),
          words.savedFolder,
        )
        return refused
      })
    },

    async saveSealed() {
      const { parts } = session() ?? {}
      if (parts === undefined || isBusy()) return
      const picked = pickFile('drop.age')
      await run('drop.age', parts.size, async (count) => {
        const outlet = await picked
        if (outlet === undefined) return
        const all = async function* (): AsyncGenerator<Bytes> {
          for (let n = 0; n < parts.count; n++) yield await parts.part(n)
        }
        await pour(all(), outlet, count)
        dispatch({ type: 'announced', text: unreadable.saved })
      })
    },

    stopSaving: () => stop.abort(),
  }

  function isBusy(): boolean {
    const { main } = state()
    return 'saving' in main && main.saving !== undefined
  }

  async function take(names: readonly string[], text?: string): Promise<void> {
    dispatch({ type: 'taken', names })
    if (text !== undefined) dispatch({ type: 'announced', text })
    await settle()
  }

  /** @returns `undefined` if the person thought better of it */
  async function pickFile(name: string): Promise<Outlet | undefined> {
    const disk = diskOf()
    const flat = flatName(name)
    try {
      if (disk.pickFile !== undefined) return await disk.pickFile(flat)
    } catch {
      // A browser that opens no dialog has its downloads.
    }
    return disk.download(flat)
  }

  /** Saves with the screen saying so. @param work - counts the bytes as they go out; returns the names that it left out */
  async function run(
    name: string | undefined,
    total: number,
    work: (count: (bytes: number) => void) => Promise<readonly string[] | void>,
  ): Promise<void> {
    stop = new AbortController()
    const { signal } = stop
    let done = 0
    const isDrawn = makeThinning(() => device.ticks())
    dispatch({ type: 'saving', saving: undefined })
    const count = (bytes: number): void => {
      if (signal.aborted) throw new DOMException('stopped', 'AbortError')
      done += bytes
      if (isDrawn(done, total)) dispatch({ type: 'saving', saving: { name, bytes: Math.min(done, total), total } })
    }
    try {
      const names = (await work(count)) ?? []
      if (names.length > 0) dispatch({ type: 'not-saved', fault: { code: 'names', names } })
      else dispatch({ type: 'saving', saving: undefined })
    } catch (error) {
      if (signal.aborted) dispatch({ type: 'saving', saving: undefined })
      else dispatch({ type: 'not-saved', fault: { code: faultOf(error), names: [] } })
    }
  }

  /** @returns the names that could not be written */
  async function saveInto(
    folder: Folder,
    text: string,
    files: readonly OpenedFile[],
    count: (bytes: number) => void,
  ): Promise<string[]> {
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
async function pour(
  pieces: AsyncIterable<Bytes> | Iterable<Bytes>,
  outlet: Outlet,
  count: (bytes: number) => void,
): Promise<void> {
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
  if (isFull(error)) return 'full'
  if (isDropError(error)) return error.code === 'open_failed' ? 'changed' : 'offline'
  const name = error instanceof DOMException ? error.name : ''
  return DENIED.has(name) ? 'denied' : 'failed'
}

const DENIED: ReadonlySet<string> = new Set(['NotAllowedError', 'NoModificationAllowedError', 'SecurityError'])
