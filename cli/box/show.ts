import { readerName } from '../sent/drop-status.ts'
import { isDropError } from '#protocol/error.ts'
import { accessOfState } from '#client/box/access.ts'
import { fetchCard } from '#client/box/write.ts'
import { fetchItems } from './items.ts'
import { describeSummary, summarize, type BoxSummary } from './summary.ts'
import { hasSeveralVaults, listVaults } from '../vault/vaults.ts'
import { PATIENCE_MS } from '../network/connect.ts'
import { EXIT, explain, type ExitCode } from '../failure.ts'
import { print, printJson, say, visible } from '../terminal/terminal.ts'
import { count, formatSize } from '../terminal/format.ts'
import { command, type Command, flag, type ParsedArgs } from '../command.ts'
import type { UnlockedBox } from '../vault/unlocked-box.ts'
import { unlock, UNLOCK_OPTIONS } from '../vault/unlock.ts'

const OPTIONS = {
  ...UNLOCK_OPTIONS,
  json: flag(
    'print {"box", "link", "name", "server", "role", "readers",',
    '"published", "largest", "invitationOnly", "backup",',
    '"items", "bytes"}, or {"boxes": […]}',
  ),
} as const

/** Shows the state of a box; of several, their names. */
export const boxShow: Command = command({
  usage: [
    `Usage: sealdrop box show [--box NAME] [--passphrase-file FILE] [--json]

Shows the state of a box: its address and link, its readers, until when its keys
are published, whether there is a backup, and how much lies in it. Of several
boxes it lists the addresses and names, and asks for no passphrase.`,
    ['box', 'passphrase-file', 'json'],
  ],
  options: OPTIONS,
  isReport: true,
  run,
})

async function run({ values }: ParsedArgs<typeof OPTIONS>): Promise<ExitCode> {
  if (hasSeveralVaults() && values.box === undefined) {
    const boxes = listVaults().map(({ box, name }) => ({ box, name }))
    const lines = boxes.map(({ box, name }) => `${box}  ${name}\n`)
    await (values.json ? printJson({ boxes }) : print(visible(lines.join(''))))
    say('sealdrop box show --box NAME tells more about one')
    return EXIT.done
  }
  const session = await unlock(values)
  const own = (await accessOfState(session.state())).key.publicKey
  const standing = { ...summarize(session.state(), readerName(own)), ...(await readersOf(session, own)) }
  const held = await contentsOf(session)
  if (values.json) await printJson({ ...standing, ...held })
  else await print(`${describeSummary(standing)}${held === undefined ? '' : describeHeld(held)}`)
  return EXIT.done
}

/** Its readers, by its card: only owners keep a list of their own. */
async function readersOf(session: UnlockedBox, own: string): Promise<Partial<Pick<BoxSummary, 'readers'>>> {
  const { box, phrase, serial } = session.state()
  if (phrase !== undefined) return {}
  try {
    const { card } = await fetchCard(session.server(PATIENCE_MS.look), box, { now: Date.now(), known: serial })
    const readers = card.readers.map(({ name, key }) => ({ name, key: readerName(key), isThis: key === own }))
    return { readers }
  } catch (error) {
    say(explain(error).message)
    return {}
  }
}

/** Its contents; `undefined` where the server cannot be asked now. */
async function contentsOf(session: UnlockedBox): Promise<{ items: number; bytes: number } | undefined> {
  try {
    const access = await accessOfState(session.state())
    const { count: items, bytes } = await fetchItems(session.server(PATIENCE_MS.look), access, 1)
    return { items, bytes }
  } catch (error) {
    if (isDropError(error)) return undefined
    throw error
  }
}

function describeHeld({ items, bytes }: { items: number; bytes: number }): string {
  return `holds      ${count(items, 'drop')}, ${formatSize(bytes)}\n`
}
