import { accessOfState } from '#client/box/access.ts'
import { deleteItems } from '#client/box/inbox.ts'
import { isRead, noteDeleted } from '#client/box/notes.ts'
import { fetchItems, findItems, itemName } from './items.ts'
import { agree, printJson, say } from '../terminal/terminal.ts'
import { nameDoubt, PATIENCE_MS } from '../network/connect.ts'
import { EXIT, explain, type ExitCode } from '../failure.ts'
import { count } from '../terminal/format.ts'
import { command, type Command, flag, misused, type ParsedArgs } from '../command.ts'
import { asReader } from '../vault/unlocked-box.ts'
import { unlock, UNLOCK_OPTIONS } from '../vault/unlock.ts'

const OPTIONS = {
  ...UNLOCK_OPTIONS,
  read: flag('all that were opened here'),
  all: flag('all that lie in the box'),
  yes: flag('do not ask; needed where there is no terminal'),
  json: flag('print {"deleted": […]}'),
} as const

/** Deletes items from a box, for all its readers. */
export const boxDelete: Command = command({
  usage: [
    `Usage: sealdrop box delete ITEM… | --read | --all [--yes] [--box NAME]
                           [--passphrase-file FILE] [--json]

Deletes items from the box: no reader can open them any more. Asks before.`,
    ['read', 'all', 'yes', 'box', 'passphrase-file', 'json'],
  ],
  options: OPTIONS,
  most: Number.POSITIVE_INFINITY,
  run,
})

async function run({ values, positionals }: ParsedArgs<typeof OPTIONS>): Promise<ExitCode> {
  const ways = [positionals.length > 0, values.read, values.all].filter(Boolean).length
  if (ways !== 1) throw misused('name items, or give one of --read and --all')
  const session = await unlock(values)
  const root = await session.root()
  const server = session.server(PATIENCE_MS.send)
  const access = await accessOfState(session.state())
  const notes = session.state().reading.items
  const items =
    positionals.length > 0
      ? await asReader(session, findItems(server, access, positionals))
      : (await asReader(session, fetchItems(server, access))).items.filter(
          ({ drop }) => values.all || isRead(notes[drop]),
        )
  const drops = items.map(({ drop }) => drop)
  if (drops.length === 0) {
    if (values.json) await printJson({ deleted: [] })
    say('there is nothing to delete')
    return EXIT.done
  }
  await agree(values.yes, `Delete ${count(drops.length, 'drop')} for all readers?`)
  const deleted = await deleteItems(server, root.key, session.address, drops).catch((error: unknown) => {
    throw nameDoubt(error, server.origin)
  })
  await session
    .change((state) => noteDeleted(state, new Set(drops)))
    .catch((error: unknown) => say(`this could not be noted here: ${explain(error).message}`))
  say(`deleted ${count(deleted, 'drop')}: nobody can open them any more`)
  if (values.json) await printJson({ deleted: drops.map(itemName) })
  return EXIT.done
}
