import { boxAnswer } from './answer.ts'
import { boxBackup } from './backup.ts'
import { boxCreate } from './create.ts'
import { boxDelete } from './delete.ts'
import { boxForget } from './forget.ts'
import { boxInvite } from './invite.ts'
import { boxJoin } from './join.ts'
import { boxList } from './list.ts'
import { boxOpen } from './open.ts'
import { boxPassphrase } from './passphrase.ts'
import { boxReader } from './reader.ts'
import { boxRenew } from './renew.ts'
import { boxRestore } from './restore.ts'
import { boxShow } from './show.ts'
import type { CommandGroup } from '../command.ts'

/** Everything about boxes: for owners and readers. Senders use `send --to`. */
export const boxCommands: CommandGroup = {
  usage: `Usage: sealdrop box COMMAND [ARGUMENTS]

A box takes drops from anyone with its address, without a link for each. Only
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
    create: boxCreate,
    show: boxShow,
    list: boxList,
    open: boxOpen,
    answer: boxAnswer,
    delete: boxDelete,
    renew: boxRenew,
    join: boxJoin,
    reader: boxReader,
    invite: boxInvite,
    backup: boxBackup,
    restore: boxRestore,
    passphrase: boxPassphrase,
    forget: boxForget,
  },
  misuse: {
    missing: 'which box command?',
    unknown: 'there is no such command',
    hint: 'sealdrop help box lists the commands',
  },
}
