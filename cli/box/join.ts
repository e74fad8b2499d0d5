import { stretch } from '#client/crypto/argon2.ts'
import { readWriteTarget } from '#client/box/address-link.ts'
import { join as joinBox, makeReaderCode } from '#client/box/joining.ts'
import { DropError } from '#protocol/error.ts'
import { readVault } from '../vault/vaults.ts'
import { nameServer, PATIENCE_MS } from '../network/connect.ts'
import { EXIT, Failure, type ExitCode } from '../failure.ts'
import { takeNewPassphrase } from '../terminal/secrets.ts'
import { print, printJson, say } from '../terminal/terminal.ts'
import { command, type Command, flag, misused, type ParsedArgs, row, value } from '../command.ts'
import { parseCardName, parseServer } from '../options.ts'
import { keepBox, timeOf } from '../vault/unlocked-box.ts'
import { unlockQuietly } from '../vault/unlock.ts'

const OPTIONS = {
  name: value('NAME', 'what the owner and senders will see'),
  server: value('ORIGIN', 'where the box is, if ADDRESS is no link; default as for send'),
  'passphrase-file': value('FILE', 'read the new passphrase from the only line of FILE'),
  json: flag('print {"box", "code", "reader"}'),
} as const

/** Makes this computer ready to read somebody's box, and prints the code by which its owner adds it. */
export const boxJoin: Command = command({
  usage: [
    `Usage: sealdrop box join ADDRESS [--name NAME] [--server ORIGIN]
                         [--passphrase-file FILE] [--json]

Makes keys on this computer for reading somebody's box, and prints a reader code
(sdreader1…) for its owner. The code holds no secret key; it works once, within a
week. The same command again makes another code.`,
    [row('ADDRESS', 'of the box, or its link'), 'name', 'server', 'passphrase-file', 'json'],
  ],
  options: OPTIONS,
  most: 1,
  run,
})

async function run({ values, positionals }: ParsedArgs<typeof OPTIONS>): Promise<ExitCode> {
  const [text] = positionals
  if (text === undefined) throw misused('the address of a box is missing')
  const target = readWriteTarget(text)
  if (target === undefined) throw new DropError('bad_address')
  const { address } = target
  const file = values['passphrase-file']
  const isAgain = readVault(address) !== undefined
  const readerName = isAgain ? '' : parseCardName(values.name ?? '', '--name')
  const origin = values.server === undefined && target.origin !== undefined ? target.origin : parseServer(values.server)
  const session = isAgain
    ? await unlockQuietly({ box: address, 'passphrase-file': file })
    : await keepBox(
        await joinBox({ origin, box: address, readerName, now: await timeOf(origin) }),
        await takeNewPassphrase(file),
      )
  if (session.state().phrase !== undefined) throw new Failure('this computer is the owner of that box already')
  const server = session.server(PATIENCE_MS.send)
  let code = ''
  try {
    // Its keys are kept before anybody is given the code.
    await session.change(async (before) => {
      const made = await makeReaderCode(server, before, Date.now(), stretch)
      code = made.code
      return made.state
    })
  } catch (error) {
    throw nameServer(error, server.origin, 'run the same command again')
  }
  await (values.json ? printJson({ box: address, code, reader: session.state().reader.name }) : print(`${code}\n`))
  say('give this code to the owner of the box within a week: sealdrop box reader add')
  say('it names a reader and opens nothing; make sure that it reaches the owner unchanged')
  return EXIT.done
}
