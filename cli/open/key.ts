import { stretch } from '#client/crypto/argon2.ts'
import { deriveOpener } from '#client/link.ts'
import { EXIT, type ExitCode } from '../failure.ts'
import { makeProgress } from '../terminal/progress.ts'
import { passphraseFor, takeLink } from '../terminal/secrets.ts'
import { print, printJson, say } from '../terminal/terminal.ts'
import { command, type Command, flag, misused, type ParsedArgs, row, value } from '../command.ts'

const OPTIONS = {
  'passphrase-file': value('FILE', 'read the passphrase from the only line of FILE'),
  json: flag('print {"identity"}'),
} as const

/** Prints the age identity of a link: the way out for people who trust another program more. Asks no server. */
export const keyCommand: Command = command({
  usage: [
    `Usage: sealdrop key LINK [--passphrase-file FILE] [--json]

Prints the key of a drop as an age identity (AGE-SECRET-KEY-PQ-1…), with which
the age program (1.3 or later) opens the age file that open --sealed saves:
age -d -i key.txt drop.age | tar x
Asks no server, so a wrong passphrase is not noticed: it gives a wrong key.`,
    [row('LINK', 'as for open: better asked for, or -, than an argument'), 'passphrase-file', 'json'],
  ],
  options: OPTIONS,
  most: 1,
  run,
})

async function run({ values, positionals }: ParsedArgs<typeof OPTIONS>): Promise<ExitCode> {
  const { 'passphrase-file': passphraseFile } = values
  const [argument] = positionals
  if (argument === '-' && passphraseFile === '-') throw misused('standard input cannot be both link and passphrase')
  const { secret } = await takeLink(argument)
  const passphrase = await passphraseFor(secret, passphraseFile)
  const progress = makeProgress()
  const { identity } = await deriveOpener(secret, passphrase, stretch, (done) =>
    progress({ stage: 'stretching', done }),
  )
  await (values.json ? printJson({ identity }) : print(`${identity}\n`))
  say('keep this as secret as the drop: anyone with the ciphertext opens it with this key')
  return EXIT.done
}
