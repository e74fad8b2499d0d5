import type { ExitCode } from '../failure.ts'
import { misused } from '../options.ts'
import { answer } from './answer.ts'
import { backup } from './backup.ts'
import { create } from './create.ts'
import { remove } from './delete.ts'
import { forget } from './forget.ts'
import { invite } from './invite.ts'
import { join } from './join.ts'
import { list } from './list.ts'
import { open } from './open.ts'
import { passphrase } from './passphrase.ts'
import { reader } from './reader.ts'
import { renew } from './renew.ts'
import { restore } from './restore.ts'
import { show } from './show.ts'

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
