import { basename, dirname } from 'node:path'
import { isDropError } from '#protocol/error.ts'
import { stretch } from '#client/crypto/argon2.ts'
import { acknowledge, look, openDrop, receiveParts, type Waiting } from '#client/receive.ts'
import type { SigningKey } from '#client/crypto/keys.ts'
import { deriveOpener, locate, type Location, type Opener } from '#client/link.ts'
import { memoryStaging, type Parts } from '#client/staging.ts'
import { connect, nameServer, PATIENCE_MS } from '../network/connect.ts'
import { EXIT, explain, Failure, type ExitCode } from '../failure.ts'
import { printOpened } from './print-opened.ts'
import { makeProgress } from '../terminal/progress.ts'
import { forgetExpiredReaders, forgetReaderKey, noteOpened, takeReaderKey } from './reader-key.ts'
import { explainRefusal } from './refusal.ts'
import { prepareFolder, saveInto, type FileSaver } from './save.ts'
import { passphraseFor, takeLink } from '../terminal/secrets.ts'
import { noteDone } from '../state/records.ts'
import { checkRoomFor, forgetStaged, stagedHint, stageIn, stagingPath, type FolderStaging } from './staging.ts'
import { printJson, say, sayOnSignals } from '../terminal/terminal.ts'
import { formatReads, formatSize, formatTime } from '../terminal/format.ts'
import { MAX_TRIES, PART_BYTES } from '#protocol/limits.ts'
import { command, type Command, flag, misused, type ParsedArgs, row, value } from '../command.ts'
import { giveBack } from '#client/memory.ts'

const OPTIONS = {
  output: {
    ...value(
      'DIR',
      'folder for files, made if missing. Without it, files',
      'go to this folder, and hidden ones (.profile) are',
      'saved unhidden (_.profile)',
    ),
    short: 'o',
  },
  'passphrase-file': value(
    'FILE',
    'read the passphrase from the only line of FILE',
    '(- is standard input) instead of asking for it.',
    `After ${MAX_TRIES} wrong passphrases the drop is destroyed`,
  ),
  json: flag('print {"text", "files": [{"name", "path", "size", "type"}]}'),
  sealed: value('FILE', 'save the age file under this name'),
  burn: flag('see to it that the file can be opened, and then tell the', 'server, which burns the drop'),
} as const

/**
 * Opens a drop. The order is what keeps it from being lost: the reader key is stored, the read claimed, everything
 * written, and only then acknowledged. Whatever fails before, the same command gets the same bytes again.
 */
export const openCommand: Command = command({
  usage: [
    `Usage: sealdrop open LINK [-o DIR] [--passphrase-file FILE] [--json]
       sealdrop open LINK --sealed FILE [--burn] [--passphrase-file FILE] [--json]

Opens a drop: text goes to standard output exactly as it was sealed (on a
terminal, control characters are made visible), files go to DIR. A file that
is there is never overwritten: the new one becomes "name (2).ext". The server
is told to burn the drop only when everything has been written: if something
goes wrong before, run the same command again on this computer. What is larger
than ${PART_BYTES / 1_048_576} MiB is kept in DIR while it comes in (.sealdrop-….partial), and the same
command goes on where it was stopped. To give up, delete that folder: the drop
stays bound to this computer until it expires.`,
    [
      row(
        'LINK',
        'without LINK it is asked for and not shown; - reads it',
        'from standard input. A link that is given as an',
        'argument can be seen by other programs of this',
        'machine, in the list of processes, and is kept by',
        'the history of the shell',
      ),
      'output',
      'passphrase-file',
      'json',
    ],
    `With --sealed the age file is saved as it is, to be opened with another
program: sealdrop help key. The read is claimed for this computer, and the server
goes on keeping the drop: it is not told that anything was opened.`,
    ['sealed', 'burn', row('--json', 'print {"sealed", "size"}')],
  ],
  options: OPTIONS,
  most: 1,
  needs: [['burn', 'sealed', '--burn is for --sealed: what is opened is burned anyway']],
  run,
})

async function run({ values, positionals }: ParsedArgs<typeof OPTIONS>): Promise<ExitCode> {
  const { output, sealed, burn, 'passphrase-file': passphraseFile, json } = values
  const [argument] = positionals
  if (argument === '-' && passphraseFile === '-') throw misused('standard input cannot be both link and passphrase')
  if (sealed !== undefined && (output !== undefined || /(^|\/)(|-|\.\.?)$/.test(sealed)))
    throw misused('--sealed takes the name of a file, and goes without -o')
  const { origin, secret } = await takeLink(argument)
  const named = output ?? (sealed === undefined ? undefined : dirname(sealed))
  if (named !== undefined) prepareFolder(named)

  const folder = named ?? '.'
  const waiting = await lookAt(origin, await locate(secret), folder)
  await forgetExpiredReaders(connect(origin, PATIENCE_MS.look))
  if (waiting.state === 'ready')
    say(`a drop waits until ${formatTime(waiting.expires * 1_000)}, and opens ${formatReads(waiting.reads)}`)
  const isInParts = waiting.parts > 1
  if (isInParts && named === undefined) prepareFolder(folder)
  const passphrase = await passphraseFor(secret, passphraseFile)
  const progress = makeProgress()
  const opener = await deriveOpener(secret, passphrase, stretch, (done) => progress({ stage: 'stretching', done }))

  const staging = isInParts ? await stageIn(stagingPath(folder, opener.dropId)) : undefined
  if (staging !== undefined) await checkRoomFor(waiting, staging, folder)
  const hint = staging === undefined ? (sealed === undefined ? NOT_LOST : SEALED_NOT_LOST) : stagedHint(staging.path)
  const saver = saveInto({ folder, partials: staging?.path, keepsHidden: named !== undefined, hint })
  if (staging !== undefined) sayOnSignals([`stopped; ${hint}; delete that folder to give up`])
  const opening = { origin, opener, waiting, staging, saver, progress }
  const { taken, reader } = await fetchWith(opening, async (parts) => {
    const opened = sealed === undefined ? await openDrop(parts, opener, { sink: saver }) : undefined
    // Before the server is told that all is well, it is checked.
    const checked = burn ? await openDrop(parts, opener) : undefined
    if (sealed !== undefined) await takeSealed(parts, saver, basename(sealed), Date.now())
    return { opened, token: (opened ?? checked)?.opened }
  })
  if (taken.opened === undefined) await handSealed(waiting.size, saver, json)
  else await printOpened(taken.opened, saver, json)
  if (taken.token === undefined) {
    say(STILL_THERE)
    if (secret.needsPassphrase) say(GUESSABLE)
    await staging?.clear()
    return EXIT.done
  }
  // Before the server is told: its answer may be lost, and then it is this computer all the same that opened the drop.
  noteOpened(opener.dropId, reader.publicKey, waiting.expires * 1_000)
  const exitCode = await tell(origin, opener, reader, taken.token)
  await staging?.clear()
  return exitCode
}

async function lookAt(origin: string, place: Location, folder: string): Promise<Waiting> {
  try {
    return await look(connect(origin, PATIENCE_MS.look), place)
  } catch (error) {
    const staged = stagingPath(folder, place.dropId)
    if (isDropError(error) && error.code === 'gone' && (await forgetStaged(staged)))
      say(`removed what had come in of it: ${staged}`)
    throw nameServer(error, origin)
  }
}

interface Opening {
  readonly origin: string
  readonly opener: Opener
  readonly waiting: Waiting
  /** On the disk; `undefined` for a drop of one part, which memory holds. */
  readonly staging: FolderStaging | undefined
  readonly saver: FileSaver
  readonly progress: ReturnType<typeof makeProgress>
}

/** The use that is made of the ciphertext as it comes in. */
type Take<T> = (parts: Parts) => Promise<T>

/** Claims with the stored reader key; with a fresh one where the stored one is of no use any more. */
async function fetchWith<T>(opening: Opening, take: Take<T>): Promise<{ taken: T; reader: SigningKey }> {
  const { origin, opener, waiting, staging, saver } = opening
  let { nonce } = waiting
  for (let round = 1; ; round++, nonce = undefined) {
    const { key: reader, isResumed } = await takeReaderKey(opener.dropId, waiting.expires * 1_000)
    try {
      // The first part claims: a process that has it already, with a key that has claimed nothing, could never acknowledge.
      if (!isResumed) await staging?.forget(0)
      // Otherwise nothing is claimed, and only so it shows that a passphrase was mistyped.
      else if (staging?.has(0) === true) await look(connect(origin, PATIENCE_MS.look), opener)
      return { taken: await takeWith({ ...opening, waiting: { ...waiting, nonce } }, reader, take), reader }
    } catch (error) {
      await saver.discard()
      const fault = saver.fault ?? staging?.fault
      if (fault !== undefined) {
        await staging?.leave()
        throw fault
      }
      const code = isDropError(error) ? error.code : ''
      if (code === 'dismissed' || code === 'gone') forgetReaderKey(opener.dropId)
      // The sender has opened it again for anyone with the link; or an earlier run opened it, and could not tidy up.
      const isFreed = code === 'dismissed' || (code === 'gone' && isResumed && waiting.state === 'ready')
      // A server that says so of every key would have us claim for ever.
      const isStale = isFreed && round < MOST_CLAIMS
      // Another fetch may bring it whole, a staged part would stay as it is; and a drop that others claimed opens nothing.
      if (OF_NO_USE.has(code) && !isStale) await staging?.clear()
      else if (!isStale) await staging?.leave()
      if (!isStale) throw await explainRefusal(error, opener, origin, reader.publicKey)
      if (code === 'dismissed') say('the sender has opened this drop again: claiming it anew')
    }
  }
}

async function takeWith<T>(
  { origin, opener, waiting, staging, progress }: Opening,
  reader: SigningKey,
  take: Take<T>,
): Promise<T> {
  const server = connect(origin, staging === undefined ? PATIENCE_MS.claim : PATIENCE_MS.transfer)
  const stop = new AbortController()
  const options = { onProgress: progress, signal: stop.signal }
  const parts = receiveParts(server, opener, reader, waiting, staging ?? memoryStaging(), options)
  try {
    const taken = await take(parts)
    progress({ stage: 'opening' })
    return taken
  } catch (error) {
    // A part that is fetched ahead would keep the command from ending.
    stop.abort()
    throw error
  }
}

/** Writes the ciphertext of a drop as it is: an age file, which any program that knows its kind of key opens. */
async function takeSealed(parts: Parts, saver: FileSaver, name: string, modifiedAtMs: number): Promise<void> {
  await saver.file({ name, size: parts.size, modifiedAtMs })
  for (let n = 0; n < parts.count; n++) {
    const part = await parts.part(n)
    await saver.write(part)
    giveBack(part)
  }
}

/** Says where the age file went. */
async function handSealed(size: number, saver: FileSaver, json: boolean): Promise<void> {
  const [saved] = await saver.publish()
  if (saved === undefined) return
  if (json) await printJson({ sealed: saved.path, size })
  say(saved.wasThere ? `${saved.path} is there already` : `saved ${saved.path} (${formatSize(size)}), sealed`)
}

/** Acknowledges, so that the drop burns and the sender learns of it. */
async function tell(origin: string, opener: Opener, reader: SigningKey, token: string): Promise<ExitCode> {
  let isBurned: boolean
  try {
    isBurned = await acknowledge(connect(origin, PATIENCE_MS.acknowledge), opener, reader, token)
  } catch (error) {
    if (isDropError(error) && error.code === 'gone') {
      noteDone(() => forgetReaderKey(opener.dropId))
      say('opened; the drop has ended meanwhile, so its sender will not see that')
      return EXIT.done
    }
    const { message, exitCode } = explain(error)
    const hint = 'run the same command again, or it stays there until it expires'
    throw new Failure(`opened, but the server could not be told: ${message}`, { exitCode, hint, cause: error })
  }
  noteDone(() => forgetReaderKey(opener.dropId))
  say(isBurned ? 'opened and burned; its sender will see that it was opened' : 'opened; its sender will see that')
  return EXIT.done
}

/** Refusals after which staged parts are worth nothing. */
const OF_NO_USE: ReadonlySet<string> = new Set(['open_failed', 'gone', 'claimed'])

/** How often one command claims, while its sender takes the read back again and again. */
const MOST_CLAIMS = 5

const SEALED_NOT_LOST = 'nothing is lost: run the same command again, with another file'

const STILL_THERE =
  'the server keeps its copy for this computer until the drop expires: sealdrop open opens it, and the same with --burn ends it'

const GUESSABLE = 'anyone with the file and the link can try passphrases at home, as often as they like'

const NOT_LOST = 'nothing is lost: run the same command again, with -o and another folder'
