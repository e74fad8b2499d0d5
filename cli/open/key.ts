import { stretch } from '#client/crypto/argon2.ts'
import { deriveOpener } from '#client/link.ts'
import { EXIT, type ExitCode } from '../failure.ts'
import { misused, parseOptions } from '../options.ts'
import { makeProgress } from '../terminal/progress.ts'
import { passphraseFor, takeLink } from '../terminal/secrets.ts'
import { print, printJson, say } from '../terminal/terminal.ts'

/** Prints the age identity of a link: the way out for who trusts another program more. Asks no server. */
export async function key(args: readonly string[]): Promise<ExitCode> {
  const { values, positionals } = parseOptions(args, OPTIONS, 1)
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
  say('keep this as secret as the drop: who has the ciphertext opens it with this key')
  return EXIT.done
}

const OPTIONS = {
  'passphrase-file': { type: 'string' },
  json: { type: 'boolean', default: false },
} as const
