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
import type { CommandGroup } from '../command.ts'

/** Everything about boxes: for owners and readers. Who writes to one uses `send --to`. */
export const box: CommandGroup = {
  usage: `Usage: sealdrop box COMMAND [ARGUMENTS]

A box takes drops from whoever has its address, without a link for each. Only
its readers open them; the server cannot, and cannot add a reader.

  create                 make a box, and publish its address
  show                   address, link, readers, keys and backup of a box
  list                   what lies in it
  open ITEM              open an item
  answer ITEM [FILE…]    answer its sender, who took a return code
  delete ITEM…           delete items, for all readers
  renew                  publish new keys now
  reader list|add|remove who reads it
  join ADDRESS           become a reader of somebody's box
  invite                 let somebody write to it, if not everybody may
  backup FILE            write a backup
  restore FILE           bring a box back from a backup, or from its phrase
  passphrase             change the passphrase
  forget                 delete a box from this computer

Whenever its owner's computer unlocks a box, its keys are published for three
months ahead. Somebody writes to it with: sealdrop send --to ADDRESS
`,
  commands: {
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
  },
  misuse: {
    missing: 'what about the box?',
    unknown: 'there is no such command',
    hint: 'sealdrop help box lists the commands',
  },
}
