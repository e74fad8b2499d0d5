import type { PublicKey } from '#protocol/public-key.ts'
import { accessOfState } from '#client/box/access.ts'
import type { OpenedItem } from '#client/box/inbox.ts'
import { noteRead, threadName } from '#client/box/notes.ts'
import { findItems, formatDay, itemName } from './items.ts'
import { readItem } from './read.ts'
import { PATIENCE_MS } from '../network/connect.ts'
import { EXIT, type ExitCode } from '../failure.ts'
import { readerName } from '../sent/drop-status.ts'
import { say } from '../terminal/terminal.ts'
import { command, type Command, flag, misused, type ParsedArgs, row, value } from '../command.ts'
import { asReader } from '../vault/unlocked-box.ts'
import { unlock, UNLOCK_OPTIONS } from '../vault/unlock.ts'

const OPTIONS = {
  ...UNLOCK_OPTIONS,
  output: { ...value('DIR', 'folder for files, made if missing; see help open'), short: 'o' },
  json: flag(
    'print {"item", "arrived", "thread", "isThreadForged", "readers",',
    '"strangers", "text",',
    '"files": [{"name", "path", "size", "type"}]}',
  ),
} as const

/** Opens an item of a box, and notes that it was read. It stays until an owner deletes it, or it expires. */
export const boxOpen: Command = command({
  usage: [
    `Usage: sealdrop box open ITEM [-o DIR] [--box NAME]
                         [--passphrase-file FILE] [--json]

Opens an item as open does a link: text goes to standard output, files go to DIR,
nothing is overwritten, and what was interrupted goes on. It stays in the box
until an owner deletes it or it expires. That it was read is kept on this
computer only, sealed. An owner is told of readers that it was sealed for and that
are not on the list of the box.`,
    [row('ITEM', 'its name in the list, or the beginning of it'), 'output', 'box', 'passphrase-file', 'json'],
  ],
  options: OPTIONS,
  most: 1,
  run,
})

async function run({ values, positionals }: ParsedArgs<typeof OPTIONS>): Promise<ExitCode> {
  const [start] = positionals
  if (start === undefined) throw misused('an item is missing', undefined, 'sealdrop box list shows them')
  const session = await unlock(values)
  const access = await accessOfState(session.state())
  const [item] = await asReader(session, findItems(session.server(PATIENCE_MS.look), access, [start]))
  if (item === undefined) return EXIT.gone
  const { origin, phrase, readers: listed } = session.state()
  const names = new Map(listed.map(({ key, name }) => [key, name]))
  /** Only owners keep a list to compare with. */
  const strangersIn = ({ readers }: OpenedItem): readonly string[] | undefined =>
    phrase === undefined ? undefined : readers.filter((key) => !names.has(key)).map(readerName)
  const opened = await readItem(item, {
    origin,
    access,
    output: values.output,
    json: values.json,
    describe: (what) => ({
      item: itemName(item.drop),
      arrived: formatDay(item.arrived),
      thread: what.thread ?? null,
      isThreadForged: what.isThreadForged,
      readers: what.readers.map(readerName),
      strangers: strangersIn(what) ?? null,
    }),
    announce: (what) => announce(what, names, strangersIn(what) ?? []),
  })
  await session.change((state) => noteRead(state, item, opened, Date.now()))
  if (opened.thread !== undefined) say(`it can be answered: sealdrop box answer ${itemName(item.drop)}`)
  return EXIT.done
}

function announce(
  { thread, isThreadForged, readers }: OpenedItem,
  names: ReadonlyMap<PublicKey, string>,
  strangers: readonly string[],
): void {
  if (thread !== undefined) say(`thread ${threadName(thread)}`)
  if (isThreadForged) say('it names a thread that is not its own: nobody can answer it, and somebody may be lying')
  const named = readers.map((key) => (names.has(key) ? `${names.get(key)} (${readerName(key)})` : readerName(key)))
  say(`sealed for ${readers.length === 1 ? 'one reader' : `${readers.length} readers`}: ${named.join(', ')}`)
  if (strangers.length > 0)
    say(
      `not on your list of readers: ${strangers.join(', ')}; removed since, or somebody gave the sender keys that are not yours`,
    )
}
