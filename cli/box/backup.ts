import { resolve } from 'node:path'
import { sealBackup } from '#client/box/backup.ts'
import { timeToForgetNotes } from '#client/box/forget.ts'
import { withoutExpiredNotes } from '#client/box/notes.ts'
import { PATIENCE_MS } from '../network/connect.ts'
import { describeSystemError, EXIT, Failure, type ExitCode } from '../failure.ts'
import { makeProgress } from '../terminal/progress.ts'
import { takeNewPassphrase } from '../terminal/secrets.ts'
import { printJson, say } from '../terminal/terminal.ts'
import { createNamedFile } from '../state/writing.ts'
import { command, type Command, flag, misused, type ParsedArgs, value } from '../command.ts'
import type { UnlockedBox } from '../vault/unlocked-box.ts'
import { UNLOCK_OPTIONS, unlockQuietly } from '../vault/unlock.ts'

const OPTIONS = {
  ...UNLOCK_OPTIONS,
  'backup-passphrase-file': value(
    'FILE',
    'read another passphrase for the backup than that of',
    'the box from the only line of FILE',
  ),
  json: flag('print {"box", "file"}'),
} as const

/** Writes a backup of a box as it is now: an age file that needs a passphrase. */
export const boxBackup: Command = command({
  usage: [
    `Usage: sealdrop box backup FILE [--backup-passphrase-file FILE] [--box NAME]
                           [--passphrase-file FILE] [--json]

Writes a backup of a box as it is now: an age file that needs a passphrase. It
brings back all keys that this computer has, and so what can be opened.`,
    ['backup-passphrase-file', 'box', 'passphrase-file', 'json'],
  ],
  options: OPTIONS,
  most: 1,
  run,
})

async function run({ values, positionals }: ParsedArgs<typeof OPTIONS>): Promise<ExitCode> {
  const { 'passphrase-file': file, 'backup-passphrase-file': ownFile } = values
  const [path] = positionals
  if (path === undefined) throw misused('a file is missing')
  if (path === '-') throw misused('a backup goes into a new file: name one')
  if (file === '-' && ownFile === '-') throw misused('standard input cannot be both passphrases')
  const session = await unlockQuietly(values)
  const passphrase = ownFile === undefined ? session.passphrase : await takeNewPassphrase(ownFile)
  await forgetExpiredNotes(session)
  const backedUpAtMs = Date.now()
  const progress = makeProgress()
  const sealed = await sealBackup({ ...session.state(), backedUpAtMs }, passphrase, (done) =>
    progress({ stage: 'stretching', done }),
  )
  write(path, sealed)
  say(
    `wrote ${path}; it opens with ${ownFile === undefined ? 'the passphrase of the box' : 'the passphrase for backups'}`,
  )
  await session.change((state) => ({ ...state, backedUpAtMs }))
  if (values.json) await printJson({ box: session.address, file: path })
  say('keep it elsewhere than this computer, and make a new one once a month: keys change every week')
  return EXIT.done
}

/** Without a way to the server all notes stay: a backup is made all the same. */
async function forgetExpiredNotes(session: UnlockedBox): Promise<void> {
  let overBy: number
  try {
    overBy = await timeToForgetNotes(session.server(PATIENCE_MS.look), session.state())
  } catch {
    return
  }
  await session.change((state) => withoutExpiredNotes(state, overBy))
}

function write(path: string, bytes: Uint8Array): void {
  let isNew: boolean
  try {
    isNew = createNamedFile(resolve(path), bytes)
  } catch (cause) {
    throw new Failure(`cannot write the backup: ${describeSystemError(cause)}: ${path}`, { cause })
  }
  if (!isNew) throw new Failure(`there is something already: ${path}`, { hint: 'a backup goes into a new file' })
}
