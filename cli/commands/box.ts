import type { ExitCode } from '../failure.ts'
import { misused } from '../options.ts'
import { answer } from './box/answer.ts'
import { backup } from './box/backup.ts'
import { create } from './box/create.ts'
import { remove } from './box/delete.ts'
import { forget } from './box/forget.ts'
import { invite } from './box/invite.ts'
import { join } from './box/join.ts'
import { list } from './box/list.ts'
import { open } from './box/open.ts'
import { passphrase } from './box/passphrase.ts'
import { reader } from './box/reader.ts'
import { renew } from './box/renew.ts'
import { restore } from './box/restore.ts'
import { show } from './box/show.ts'

/** Everything about boxes: for owners and readers. Who writes to one uses `send --to`. */
export async function box([name = '', ...args]: readonly string[]): Promise<ExitCode> {
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined
  if (command === undefined)
    throw misused(name === '' ? 'what about the box?' : 'there is no such command', undefined, HOW)
  return command(args)
}

const COMMANDS: Readonly<Record<string, (args: readonly string[]) => Promise<ExitCode>>> = {
  create,
  show,
  list,
  open,
  answer,
  delete: remove,
  renew,
  join,
  reader,
  invite,
  backup,
  restore,
  passphrase,
  forget,
}

const HOW = 'sealdrop help box lists the commands'
