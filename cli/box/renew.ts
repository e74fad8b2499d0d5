import { renew as renewKeys } from '#client/box/owner.ts'
import { announceBox } from './summary.ts'
import { nameDoubt, PATIENCE_MS } from '../network/connect.ts'
import { EXIT, type ExitCode } from '../failure.ts'
import { command, type Command, flag, type ParsedArgs } from '../command.ts'
import { UNLOCK_OPTIONS, unlockQuietly } from '../vault/unlock.ts'

const OPTIONS = {
  ...UNLOCK_OPTIONS,
  json: flag('print {"box", "link", "name", "published"}'),
} as const

/** Publishes new cards for a box, due or not. */
export const boxRenew: Command = command({
  usage: [
    `Usage: sealdrop box renew [--box NAME] [--passphrase-file FILE] [--json]

Publishes keys for this week and the next thirteen, with what the readers have
announced. Every other command does so too, when it is due.`,
    ['box', 'passphrase-file', 'json'],
  ],
  options: OPTIONS,
  run,
})

async function run({ values }: ParsedArgs<typeof OPTIONS>): Promise<ExitCode> {
  const session = await unlockQuietly(values)
  await session.root()
  const server = session.server(PATIENCE_MS.send)
  try {
    await session.change((state) => renewKeys(server, state, Date.now()))
  } catch (error) {
    throw nameDoubt(error, server.origin, 'the keys that are published hold as long as sealdrop box show tells')
  }
  await announceBox(session.state(), values.json)
  return EXIT.done
}
