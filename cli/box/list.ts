import { accessOfState } from '#client/box/access.ts'
import type { Item } from '#protocol/box-api.ts'
import type { DropId } from '#protocol/id.ts'
import { isRead, threadName } from '#client/box/notes.ts'
import type { BoxState } from '#client/box/state.ts'
import { fetchItems, formatDay, namesOf } from './items.ts'
import { PATIENCE_MS } from '../network/connect.ts'
import { EXIT, type ExitCode } from '../failure.ts'
import { print, printJson, say, visible } from '../terminal/terminal.ts'
import { count, formatSize } from '../terminal/format.ts'
import { command, type Command, flag, type ParsedArgs } from '../command.ts'
import { asReader } from '../vault/unlocked-box.ts'
import { unlock, UNLOCK_OPTIONS } from '../vault/unlock.ts'

const OPTIONS = {
  ...UNLOCK_OPTIONS,
  all: flag('all items, not only the newest 50'),
  unread: flag('only what was not opened here'),
  json: flag(
    'print {"items": [{"item", "drop", "arrived", "expires", "size",',
    '"read", "answered", "thread", "preview"}], "count", "bytes"}',
  ),
} as const

/** Lists the contents of a box, the newest first. */
export const boxList: Command = command({
  usage: [
    `Usage: sealdrop box list [--all | --unread] [--box NAME]
                         [--passphrase-file FILE] [--json]

Lists what lies in a box, the newest first: name, day of arrival, whether it was
read here, size, and of what was read the thread and the first words.`,
    ['all', 'unread', 'box', 'passphrase-file', 'json'],
  ],
  options: OPTIONS,
  isReport: true,
  run,
})

async function run({ values }: ParsedArgs<typeof OPTIONS>): Promise<ExitCode> {
  const session = await unlock(values)
  const access = await accessOfState(session.state())
  const most = values.all || values.unread ? undefined : FEW
  const contents = await asReader(session, fetchItems(session.server(PATIENCE_MS.look), access, most))
  const names = namesOf(contents.items)
  const state = session.state()
  const shown = contents.items.filter(({ drop }) => !values.unread || !isRead(state.reading.items[drop]))
  if (values.json) {
    const items = shown.map((item) => resultOf(item, state, names))
    await printJson({ items, count: contents.count, bytes: contents.bytes })
  } else {
    await print(shown.map((item) => `${describe(item, state, names)}\n`).join(''))
  }
  const left = contents.count - contents.items.length
  if (left > 0) say(`${count(left, 'older drop')} not shown: --all shows all`)
  if (contents.count === 0) say('the box is empty')
  return EXIT.done
}

type Names = ReadonlyMap<DropId, string>

function resultOf(item: Item, { reading }: BoxState, names: Names): Readonly<Record<string, unknown>> {
  const note = reading.items[item.drop]
  return {
    item: names.get(item.drop),
    drop: item.drop,
    arrived: formatDay(item.arrived),
    expires: new Date(item.expires * 1_000).toISOString(),
    size: item.size,
    read: isRead(note),
    answered: note?.answeredAtMs !== undefined,
    thread: note?.thread ?? null,
    preview: note?.preview ?? null,
  }
}

function describe(item: Item, { reading }: BoxState, names: Names): string {
  const note = reading.items[item.drop]
  const { thread, answeredAtMs, preview } = note ?? {}
  const state = !isRead(note) ? 'unread' : answeredAtMs === undefined ? 'read' : 'answered'
  const words = [
    names.get(item.drop) ?? '',
    formatDay(item.arrived),
    state.padEnd(8),
    formatSize(item.size).padStart(10),
    ...(thread === undefined ? [] : [`thread ${threadName(thread)}`]),
    ...(preview === undefined || preview === '' ? [] : [preview]),
  ]
  return visible(words.join('  ').trimEnd())
}

/** Items that are listed where nobody asks for all. */
const FEW = 50
