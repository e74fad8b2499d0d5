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
import { misused, parseLife, parseOptions, parseServer } from '../options.ts'
import { takeCode } from '../terminal/secrets.ts'
import { print, printJson, say, visible } from '../terminal/terminal.ts'
import { count, formatSize } from '../terminal/format.ts'
import { BOX_LIFE } from '../send/send.ts'

/** The sender's side of a thread: with the return code one sees answers and writes again. Nothing of it is kept here. */
export async function comeBack(args: readonly string[]): Promise<ExitCode> {
  const { values, positionals } = parseOptions(args, OPTIONS, Number.POSITIVE_INFINITY)
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

type Values = ReturnType<typeof parseOptions<typeof OPTIONS>>['values']

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
  const ttlSeconds = parseLife(values.expires)
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

const OPTIONS = {
  'code-file': { type: 'string' },
  to: { type: 'string' },
  'to-file': { type: 'string' },
  output: { type: 'string', short: 'o' },
  expires: { type: 'string', default: BOX_LIFE },
  server: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const
