import { EXIT, type ExitCode } from '../failure.ts'
import { takeNewPassphrase } from '../terminal/secrets.ts'
import { printJson, say } from '../terminal/terminal.ts'
import { command, type Command, flag, misused, type ParsedArgs, value } from '../command.ts'
import { UNLOCK_OPTIONS, unlockQuietly } from '../vault/unlock.ts'

const OPTIONS = {
  ...UNLOCK_OPTIONS,
  'new-passphrase-file': value('FILE', 'read the new one from the only line of FILE'),
  json: flag('print {"box"}'),
} as const

/** Gives a box another passphrase on this computer. */
export const boxPassphrase: Command = command({
  usage: [
    `Usage: sealdrop box passphrase [--new-passphrase-file FILE] [--box NAME]
                               [--passphrase-file FILE] [--json]

Changes the passphrase of a box on this computer. Backups keep the one that they
were made with, and so do copies of the folder in which boxes are kept.`,
    ['new-passphrase-file', 'box', 'passphrase-file', 'json'],
  ],
  options: OPTIONS,
  run,
})

async function run({ values }: ParsedArgs<typeof OPTIONS>): Promise<ExitCode> {
  const { 'passphrase-file': file, 'new-passphrase-file': newFile } = values
  if (file === '-' && newFile === '-') throw misused('standard input cannot be both passphrases')
  const session = await unlockQuietly(values)
  await session.changePassphrase(await takeNewPassphrase(newFile, { hint: 'use --new-passphrase-file FILE' }))
  if (values.json) await printJson({ box: session.address })
  say('from now on the new passphrase unlocks it here; backups keep the one that they were made with')
  return EXIT.done
}
