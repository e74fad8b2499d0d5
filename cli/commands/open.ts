import type { Bytes } from '#protocol/bytes.ts'
import { isDropError } from '#protocol/error.ts'
import { stretch } from '#client/crypto/argon2.ts'
import { acknowledge, claim, look, open as openSealed, type Opened, type Waiting } from '#client/receive.ts'
import type { SigningKey } from '#client/crypto/keys.ts'
import { deriveOpener, locate, type Location, type Opener } from '#client/link.ts'
import { connect, nameServer, onProgress, PATIENCE_MS } from '../connect.ts'
import { EXIT, explain, Failure, type ExitCode } from '../failure.ts'
import { misused, parseOptions } from '../options.ts'
import { forgetExpiredReaders, forgetReaderKey, noteOpened, takeReaderKey } from '../reader-key.ts'
import { explainRefusal } from '../refusal.ts'
import { prepareFolder, saveFiles } from '../save.ts'
import { passphraseFor, readLink } from '../secrets.ts'
import { isSeen, print, printJson, say, visible } from '../terminal.ts'
import { formatReads, formatSize, formatTime } from '../words.ts'

/**
 * Opens a drop. The order is what keeps it from being lost: the reader key is stored, the read claimed, everything
 * written, and only then acknowledged. Whatever fails before, the same command gets the same bytes again.
 */
export async function open(args: readonly string[]): Promise<ExitCode> {
  const { values, positionals } = parseOptions(args, OPTIONS, 1)
  const { output, 'passphrase-file': passphraseFile, json } = values
  const [argument] = positionals
  if (argument === '-' && passphraseFile === '-') throw misused('standard input cannot be both link and passphrase')
  const { origin, secret } = await readLink(argument)
  if (output !== undefined) prepareFolder(output)
  forgetExpiredReaders(Date.now())

  const waiting = await lookAt(origin, await locate(secret))
  if (waiting.state === 'ready')
    say(`a drop waits until ${formatTime(waiting.expires * 1_000)}, and opens ${formatReads(waiting.reads)}`)
  const passphrase = await passphraseFor(secret, passphraseFile)
  const opener = await deriveOpener(secret, passphrase, stretch, (done) => onProgress({ stage: 'stretching', done }))
  const { ciphertext, reader } = await claimRead(origin, opener, waiting)
  onProgress({ stage: 'opening' })
  const opened = await openSealed(ciphertext, opener)
  await hand(opened, output, json)
  // Before the server is told: its answer may be lost, and then it is this computer all the same that opened the drop.
  noteOpened(opener.dropId, reader.publicKey, waiting.expires * 1_000)
  return tell(origin, opener, reader, opened)
}

async function lookAt(origin: string, place: Location): Promise<Waiting> {
  try {
    return await look(connect(origin, PATIENCE_MS.look), place)
  } catch (error) {
    throw nameServer(error, origin)
  }
}

/** Claims with the stored reader key; with a fresh one where the stored one is of no use any more. */
async function claimRead(
  origin: string,
  opener: Opener,
  waiting: Waiting,
): Promise<{ ciphertext: Bytes; reader: SigningKey }> {
  const server = connect(origin, PATIENCE_MS.claim)
  for (let { nonce } = waiting; ; nonce = undefined) {
    const { key: reader, isResumed } = await takeReaderKey(opener.dropId, waiting.expires * 1_000)
    try {
      return { ciphertext: await claim(server, opener, reader, nonce, onProgress), reader }
    } catch (error) {
      const code = isDropError(error) ? error.code : ''
      if (code === 'dismissed' || code === 'gone') forgetReaderKey(opener.dropId)
      // The sender has opened it again for whoever has the link; or an earlier run opened it, and could not tidy up.
      const isStale = code === 'dismissed' || (code === 'gone' && isResumed && waiting.state === 'ready')
      if (!isStale) throw await explainRefusal(error, opener, origin, reader.publicKey)
      if (code === 'dismissed') say('the sender has opened this drop again: claiming it anew')
    }
  }
}

/** Writes what was opened. When this returns, it is on the disk or in the hands of whoever reads the pipe. */
async function hand({ text, files }: Opened, output: string | undefined, json: boolean): Promise<void> {
  const saved = saveFiles(files, output ?? '.', output !== undefined)
  for (const { file, path, wasThere } of saved) {
    say(wasThere ? `${path} is there already` : `saved ${path} (${formatSize(file.bytes.length)})`)
  }
  if (json) {
    const list = saved.map(({ file, path }) => ({ name: file.name, path, size: file.bytes.length, type: file.type }))
    await printJson({ text, files: list })
  } else if (isSeen && text !== '') {
    const harmless = visible(text)
    await print(harmless.endsWith('\n') ? harmless : `${harmless}\n`)
    if (harmless !== text)
      say('the text has control characters, made visible here; redirect it to get them as they are')
  } else if (text !== '') {
    await print(text)
  }
}

/** Acknowledges, so that the drop burns and the sender learns of it. */
async function tell(origin: string, opener: Opener, reader: SigningKey, opened: Opened): Promise<ExitCode> {
  let isBurned: boolean
  try {
    isBurned = await acknowledge(connect(origin, PATIENCE_MS.acknowledge), opener, reader, opened.opened)
  } catch (error) {
    if (isDropError(error) && error.code === 'gone') {
      forgetReaderKey(opener.dropId)
      say('opened; the drop has ended meanwhile, so its sender will not see that')
      return EXIT.done
    }
    const { message, exitCode } = explain(error)
    const hint = 'run the same command again, or it stays there until it expires'
    throw new Failure(`opened, but the server could not be told: ${message}`, { exitCode, hint, cause: error })
  }
  forgetReaderKey(opener.dropId)
  say(isBurned ? 'opened and burned; its sender will see that it was opened' : 'opened; its sender will see that')
  return EXIT.done
}

const OPTIONS = {
  output: { type: 'string', short: 'o' },
  'passphrase-file': { type: 'string' },
  json: { type: 'boolean', default: false },
} as const
