import { renew as renewKeys } from '#client/box/owner.ts'
import { UNLOCK_OPTIONS } from './options.ts'
import { unlockQuietly } from '../vault/session.ts'
import { announceBox } from './summary.ts'
import { nameDoubt, PATIENCE_MS } from '../network/connect.ts'
import { EXIT, type ExitCode } from '../failure.ts'
import { parseOptions } from '../options.ts'

/** Publishes a box's cards anew, whether or not that is due. */
export async function renew(args: readonly string[]): Promise<ExitCode> {
  const { values } = parseOptions(args, UNLOCK_OPTIONS, 0)
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
