import { DropError } from '#protocol/error.ts'
import { accessOfReturn, type Access } from '#client/box/access.ts'
import { deleteItems } from '#client/box/inbox.ts'
import { deriveReturn, parseReturnCode, type ReturnCode } from '#client/box/return.ts'
import { fetchItems, findItems, formatDay, itemName, namesOf } from '../box/items.ts'
import { readItem } from '../box/read.ts'
import { boxOfThread } from './thread.ts'
import { chooseTarget, writeToBox, type Target } from '../send/to-box.ts'
import { connect, nameDoubt, PATIENCE_MS } from '../network/connect.ts'
import { EXIT, Failure, type ExitCode } from '../failure.ts'
import { takesText } from '../send/message.ts'
import { takeCode } from '../terminal/secrets.ts'
import { print, printJson, say, visible } from '../terminal/terminal.ts'
import { count, formatSize } from '../terminal/format.ts'
import { DEFAULT_BOX_TTL_SECONDS, MAX_TTL_SECONDS } from '#protocol/limits.ts'
import { command, type Command, flag, misused, type ParsedArgs, value } from '../command.ts'
import { parseLife, parseServer } from '../options.ts'

const OPTIONS = {
  'code-file': value(
    'FILE',
    'read the code from the only line of FILE (- is standard',
    'input) instead of asking for it',
  ),
  output: { ...value('DIR', 'folder for files, made if missing; see help open'), short: 'o' },
  to: value('ADDRESS', 'the box to write to; default the one that answered last'),
  'to-file': value(
    'FILE',
    'read address or link from the only line of FILE: for an',
    'invitation, as of send. A box that takes drops by',
    'invitation asks for one each time, and each drop counts',
    'against it',
  ),
  expires: value(
    'TIME',
    `how long what is written waits, at most ${MAX_TTL_SECONDS / 86_400}d; default ${DEFAULT_BOX_TTL_SECONDS / 86_400}d`,
  ),
  server: value('ORIGIN', 'where the box is; default as for send'),
  json: flag(
    'print {"answers": [{"item", "arrived", "expires", "size"}]},',
    '{"item", "arrived", "from", "text", "files"},',
    '{"to", "name", "readers", "expires"} or {"deleted": […]}',
  ),
} as const

/** The sender's side of a thread: with the return code one sees answers and writes again. Nothing of it is kept here. */
export const returnCommand: Command = command({
  usage: [
    `Usage: sealdrop return [list] [OPTIONS]
       sealdrop return open ITEM [-o DIR] [OPTIONS]
       sealdrop return write [FILE | FOLDER…] [--to ADDRESS | --to-file FILE]
                             [--expires 14d] [OPTIONS]
       sealdrop return delete ITEM… [OPTIONS]

With the return code of a drop that was sent to a box: lists the answers, opens
one, deletes some, or writes again in the same thread. The code is typed where
nobody sees it, and never given to the server. Nothing is kept on this computer.`,
    ['code-file', 'output', 'to', 'to-file', 'expires', 'server', 'json'],
  ],
  options: OPTIONS,
  most: Number.POSITIVE_INFINITY,
  excludes: [['to', 'to-file']],
  run,
})

type Values = ParsedArgs<typeof OPTIONS>['values']

async function run({ values, positionals }: ParsedArgs<typeof OPTIONS>): Promise<ExitCode> {
  const [verb = 'list', ...rest] = positionals
  switch (verb) {
    case 'list':
      return list(values, rest)
    case 'open':
      return open(values, rest)
    case 'write':
      return write(values, rest)
    case 'delete':
      return remove(values, rest)
    default:
      throw misused('return takes list, open, write or delete')
  }
}

async function list(values: Values, rest: readonly string[]): Promise<ExitCode> {
  if (rest.length > 0) throw misused('too many arguments')
  const { origin, access } = await comeIn(values)
  const { items } = await ask(origin, fetchItems(connect(origin, PATIENCE_MS.look), access))
  const names = namesOf(items)
  if (values.json) {
    const answers = items.map(({ drop, arrived, expires, size }) => ({
      item: names.get(drop),
      arrived: formatDay(arrived),
      expires: new Date(expires * 1_000).toISOString(),
      size,
    }))
    await printJson({ answers })
  } else {
    const lines = items.map(
      ({ drop, arrived, size }) => `${names.get(drop) ?? ''}  ${formatDay(arrived)}  ${formatSize(size)}\n`,
    )
    await print(visible(lines.join('')))
  }
  if (items.length === 0) say('there is no answer yet')
  return EXIT.done
}

async function open(values: Values, [start, ...more]: readonly string[]): Promise<ExitCode> {
  if (start === undefined) throw misused('an answer is missing', undefined, 'sealdrop return list shows them')
  if (more.length > 0) throw misused('too many arguments')
  const { origin, access } = await comeIn(values)
  const [item] = await ask(origin, findItems(connect(origin, PATIENCE_MS.look), access, [start]))
  if (item === undefined) return EXIT.gone
  await readItem(item, {
    origin,
    access,
    output: values.output,
    json: values.json,
    describe: ({ from }) => ({ item: itemName(item.drop), arrived: formatDay(item.arrived), from: from ?? null }),
    announce: ({ from }) => say(from === undefined ? 'it does not say which box answers' : `an answer of ${from}`),
  })
  return EXIT.done
}

/** Deletes answers: they have been read, and nobody else is to find them with the code. */
async function remove(values: Values, starts: readonly string[]): Promise<ExitCode> {
  if (starts.length === 0) throw misused('an answer is missing', undefined, 'sealdrop return list shows them')
  const { origin, access } = await comeIn(values)
  const server = connect(origin, PATIENCE_MS.send)
  const drops = (await ask(origin, findItems(server, access, starts))).map(({ drop }) => drop)
  const deleted = await ask(origin, deleteItems(server, access.key, access.address, drops))
  if (values.json) await printJson({ deleted: drops.map(itemName) })
  say(`deleted ${count(deleted, 'answer')}`)
  return EXIT.done
}

/** Writes to the box again, in the same thread: under the same return code. */
async function write(values: Values, paths: readonly string[]): Promise<ExitCode> {
  const { 'code-file': codeFile, 'to-file': toFile } = values
  if ([takesText(paths), codeFile === '-', toFile === '-'].filter(Boolean).length > 1)
    throw misused('standard input can be only one of message, code and address')
  const ttlSeconds = parseLife(values.expires, DEFAULT_BOX_TTL_SECONDS)
  const { origin, access, returnCode } = await comeIn(values)
  const isNamed = values.to !== undefined || toFile !== undefined
  const target = !isNamed ? await targetOf(origin, access) : await chooseTarget(values)
  await writeToBox(target, paths, {
    ttlSeconds,
    returnCode,
    isKnown: true,
    remember: false,
    json: values.json,
  })
  return EXIT.done
}

async function comeIn(values: Values): Promise<{ origin: string; access: Access; returnCode: ReturnCode }> {
  const origin = parseServer(values.server)
  const isWhole = (words: string): boolean => parseReturnCode(words) !== undefined
  const text = await takeCode(values['code-file'], 'return code', 'use --code-file FILE', isWhole)
  const returnCode = parseReturnCode(text)
  if (returnCode === undefined) throw new DropError('bad_code')
  return { origin, access: accessOfReturn(await deriveReturn(returnCode)), returnCode }
}

/** The box of the newest answer that names one. */
async function targetOf(origin: string, access: Access): Promise<Target> {
  const server = connect(origin, PATIENCE_MS.claim)
  const { items } = await ask(origin, fetchItems(server, access))
  const address = await ask(origin, boxOfThread(server, access, items))
  if (address !== undefined) return { origin, address }
  throw new Failure('no answer names a box to write to', { exitCode: EXIT.usage, hint: 'name the box with --to' })
}

async function ask<T>(origin: string, request: Promise<T>): Promise<T> {
  try {
    return await request
  } catch (error) {
    throw nameDoubt(error, origin, '--server and SEALDROP_SERVER name the server that the box is on')
  }
}
