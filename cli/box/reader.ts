import { isDropError } from '#protocol/error.ts'
import { accessOfState } from '#client/box/access.ts'
import { addReader, removeReader } from '#client/box/owner.ts'
import { readReaderCode } from '#client/box/reader-code.ts'
import type { BoxState, KnownReader } from '#client/box/state.ts'
import { nameDoubt, PATIENCE_MS } from '../network/connect.ts'
import { EXIT, Failure, type ExitCode } from '../failure.ts'
import { readerName } from '../sent/drop-status.ts'
import { takeCode } from '../terminal/secrets.ts'
import { isTyped, print, printJson, say, visible } from '../terminal/terminal.ts'
import { MAX_BOX_READERS } from '#protocol/limits.ts'
import { command, type CommandGroup, flag, layOut, misused, type ParsedArgs, row } from '../command.ts'
import type { UnlockedBox } from '../vault/unlocked-box.ts'
import { unlock, UNLOCK_OPTIONS } from '../vault/unlock.ts'

const OPTIONS = { ...UNLOCK_OPTIONS, json: flag('print {"readers": [{"name", "key", "isThis"}]}') } as const

/** The readers of a box: lists them, adds one, removes one. Only its owner can. */
export const boxReader: CommandGroup = {
  get usage() {
    return layOut(
      [
        `Usage: sealdrop box reader list [OPTIONS]
       sealdrop box reader add [CODE | -] [OPTIONS]
       sealdrop box reader remove NAME | KEY [OPTIONS]

The readers of a box: at most ${MAX_BOX_READERS}. To become one, a person runs sealdrop box join,
and gives the owner the code that it prints. A new reader sees the list and opens
what is sealed from then on. A reader who was removed opens nothing that is sealed
later; what it opened, or fetched, before, it has.`,
        [row('CODE', 'sdreader1…; - reads it from standard input'), 'box', 'passphrase-file', 'json'],
      ],
      OPTIONS,
    )
  },
  commands: {
    list: command({ options: OPTIONS, run: list }),
    add: command({ options: OPTIONS, most: 1, run: add }),
    remove: command({ options: OPTIONS, most: 1, run: remove }),
  },
  misuse: {
    missing: 'box reader takes list, add or remove',
    unknown: 'box reader takes list, add or remove',
    hint: 'sealdrop help box reader',
  },
}

async function list({ values }: ParsedArgs<typeof OPTIONS>): Promise<ExitCode> {
  const session = await ownersSession(values)
  await tell(session, values.json)
  return EXIT.done
}

async function add({ values, positionals }: ParsedArgs<typeof OPTIONS>): Promise<ExitCode> {
  const [argument] = positionals
  const isPiped = argument === '-' || (argument === undefined && !isTyped)
  if (isPiped && values['passphrase-file'] === '-') throw misused('standard input cannot be both code and passphrase')
  const code =
    argument !== undefined && argument !== '-'
      ? argument
      : await takeCode(
          isPiped ? '-' : undefined,
          'reader code',
          'give it on standard input',
          (text) => readReaderCode(text) !== undefined,
        )
  const session = await ownersSession(values)
  const before = session.state().readers
  const server = session.server(PATIENCE_MS.send)
  const after = await changeCard(session, async (state) => {
    if (state.readers.length >= MAX_BOX_READERS)
      throw new Failure(`a box has at most ${MAX_BOX_READERS} readers`, { hint: 'remove one first' })
    return addReader(server, state, code.trim(), Date.now())
  })
  const added = after.readers.find(({ key }) => !before.some((each) => each.key === key))
  await tell(session, values.json)
  say(
    added === undefined
      ? 'it was a reader already'
      : `${added.name} (${readerName(added.key)}) opens what is sealed from now on, and sees the list; nothing older`,
  )
  return EXIT.done
}

async function remove({ values, positionals }: ParsedArgs<typeof OPTIONS>): Promise<ExitCode> {
  const [named] = positionals
  if (named === undefined) throw misused('a reader is missing', undefined, 'sealdrop box reader list shows them')
  const session = await ownersSession(values)
  const own = (await accessOfState(session.state())).key.publicKey
  const { name, key } = choose(session.state(), named)
  if (key === own) throw new Failure('this is the reader of this computer: it cannot remove itself')
  const server = session.server(PATIENCE_MS.send)
  await changeCard(session, (state) => removeReader(server, state, key, Date.now()))
  await tell(session, values.json)
  say(`${name} opens nothing that is sealed from now on; what was sealed before, it may have`)
  return EXIT.done
}

async function ownersSession(values: Parameters<typeof unlock>[0]): Promise<UnlockedBox> {
  const session = await unlock(values)
  await session.root()
  return session
}

async function changeCard(
  session: UnlockedBox,
  by: (state: BoxState) => BoxState | Promise<BoxState>,
): Promise<BoxState> {
  try {
    return await session.change(by)
  } catch (error) {
    if (isDropError(error) && Object.hasOwn(CODES, error.code)) {
      const hint = 'nothing was changed; sealdrop box join makes another code'
      throw new Failure(CODES[error.code] ?? '', { exitCode: EXIT.gone, hint, cause: error })
    }
    throw nameDoubt(error, session.state().origin)
  }
}

function choose({ readers }: BoxState, named: string): KnownReader {
  const wanted = named.trim().toLowerCase()
  const found = readers.filter(
    ({ name, key }) => name.toLowerCase() === wanted || (wanted !== '' && readerName(key).startsWith(wanted)),
  )
  const [first, ...others] = found
  if (first !== undefined && others.length === 0) return first
  const problem =
    first === undefined
      ? 'there is no such reader: removed already, or never there'
      : 'more than one reader is called so'
  const exitCode = first === undefined ? EXIT.gone : EXIT.usage
  throw new Failure(problem, { exitCode, hint: 'sealdrop box reader list shows their names and keys' })
}

async function tell(session: UnlockedBox, json: boolean): Promise<void> {
  const own = (await accessOfState(session.state())).key.publicKey
  const readers = session.state().readers.map(({ name, key }) => ({ name, key: readerName(key), isThis: key === own }))
  const lines = readers.map(({ name, key, isThis }) => `${key}  ${name}${isThis ? ' (this computer)' : ''}\n`)
  await (json ? printJson({ readers }) : print(visible(lines.join(''))))
}

/** The faults of a reader code that is not damaged. */
const CODES: Readonly<Record<string, string>> = {
  gone: 'this code was used already, or has expired',
  claimed: 'somebody else has used this code: perhaps somebody between you and the reader',
}
