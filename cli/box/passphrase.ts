import { UNLOCK_OPTIONS } from './options.ts'
import { unlockQuietly } from '../vault/session.ts'
import { EXIT, type ExitCode } from '../failure.ts'
import { misused, parseOptions } from '../options.ts'
import { takeNewPassphrase } from '../terminal/secrets.ts'
import { printJson, say } from '../terminal/terminal.ts'

/** Gives a box another passphrase on this computer. */
export async function passphrase(args: readonly string[]): Promise<ExitCode> {
  const { values } = parseOptions(args, OPTIONS, 0)
  const { 'passphrase-file': file, 'new-passphrase-file': newFile } = values
  if (file === '-' && newFile === '-') throw misused('standard input cannot be both passphrases')
  const session = await unlockQuietly(values)
  await session.changePassphrase(await takeNewPassphrase(newFile, { hint: 'use --new-passphrase-file FILE' }))
  if (values.json) await printJson({ box: session.address })
  say('from now on the new passphrase unlocks it here; backups keep the one that they were made with')
  return EXIT.done
}

const OPTIONS = { ...UNLOCK_OPTIONS, 'new-passphrase-file': { type: 'string' } } as const
