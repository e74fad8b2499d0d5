import type { Item } from '#protocol/box-api.ts'
import { isDropError } from '#protocol/error.ts'
import type { Access } from '#client/box/access.ts'
import { collectParts, openItem, type OpenedItem } from '#client/box/inbox.ts'
import { memoryStaging } from '#client/staging.ts'
import { connect, nameServer, PATIENCE_MS } from '../network/connect.ts'
import { EXIT, Failure } from '../failure.ts'
import { printOpened } from '../open/print-opened.ts'
import { makeProgress } from '../terminal/progress.ts'
import { prepareFolder, saveInto } from '../open/save.ts'
import { checkRoomFor, stagedHint, stageIn, stagingPath } from '../open/staging.ts'
import { sayOnSignals } from '../terminal/terminal.ts'

/** Where something is read, and how it is told. */
export interface ReadOptions {
  /** Of the server. */
  readonly origin: string
  readonly access: Access
  /** Folder for files; `undefined` for this one. */
  readonly output: string | undefined
  readonly json: boolean
  /** The members of an item's JSON other than its text and files. */
  readonly describe: (opened: OpenedItem) => Readonly<Record<string, unknown>>
  /** Told before text is printed. */
  readonly announce: (opened: OpenedItem) => void
}

/**
 * Fetches an item, opens it, and hands it out: nothing of it before all of it has been verified. It stays where it is, and
 * may be read again.
 */
export async function readItem(item: Item, place: ReadOptions): Promise<OpenedItem> {
  const { origin, access, output, json } = place
  const folder = output ?? '.'
  const isInParts = item.parts > 1
  if (output !== undefined || isInParts) prepareFolder(folder)
  const staging = isInParts ? await stageIn(stagingPath(folder, item.drop)) : undefined
  if (staging !== undefined) await checkRoomFor(item, staging, folder)
  const hint = staging === undefined ? NOT_LOST : stagedHint(staging.path)
  const saver = saveInto({ folder, partials: staging?.path, keepsHidden: output !== undefined, hint })
  if (staging !== undefined) sayOnSignals([`stopped; ${hint}`])
  const stop = new AbortController()
  const options = { onProgress: makeProgress(), signal: stop.signal }
  try {
    const server = connect(origin, isInParts ? PATIENCE_MS.transfer : PATIENCE_MS.claim)
    const parts = collectParts(server, access, item, staging ?? memoryStaging(), options)
    const opened = await openItem(parts, access, item, { sink: saver })
    place.announce(opened)
    await printOpened(opened, saver, json, place.describe(opened))
    await staging?.clear()
    sayOnSignals([])
    return opened
  } catch (error) {
    // A part that is fetched ahead would keep the command from ending.
    stop.abort()
    await saver.discard()
    // Another fetch may bring it whole; a staged part would stay as it is.
    if (isDropError(error) && OF_NO_USE.has(error.code)) await staging?.clear()
    else await staging?.leave()
    throw saver.fault ?? staging?.fault ?? explainReading(nameServer(error, origin))
  }
}

/** In a box neither a link nor a passphrase can be wrong: what is said of drops by link would not be true. */
function explainReading(error: unknown): unknown {
  if (!isDropError(error)) return error
  if (error.code === 'gone')
    return new Failure('it is not there any more: it was deleted, or it has expired', {
      exitCode: EXIT.gone,
      cause: error,
    })
  if (error.code === 'open_failed')
    return new Failure('this cannot be opened here: it was not sealed for this reader, or its keys are gone', {
      hint: 'keys are deleted with time, and a phrase alone does not bring them back; another reader may have them',
      cause: error,
    })
  return error
}

/** Faults after which staged parts are worth nothing. */
const OF_NO_USE: ReadonlySet<string> = new Set(['open_failed', 'gone', 'misplaced'])

const NOT_LOST = 'nothing is lost: run the same command again, with -o and another folder'
