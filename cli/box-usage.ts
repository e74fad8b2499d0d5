import { MAX_BOX_READERS, MAX_TTL_SECONDS } from '#protocol/limits.ts'

/** What every command prints of the options that unlock a box. */
const UNLOCK = `  --box NAME               which box, by its name or the beginning of its address;
                           needed when this computer has more than one
  --passphrase-file FILE   read the passphrase of the box from the only line of
                           FILE (- is standard input) instead of asking for it`

/** What `sealdrop help box` and `sealdrop help box COMMAND` print. */
export const BOX_USAGE: Readonly<Record<string, string>> = {
  box: `Usage: sealdrop box COMMAND [ARGUMENTS]

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
  'box create': `Usage: sealdrop box create [--name NAME] [--reader-name NAME] [--largest SIZE]
                           [--invitation-only] [--server ORIGIN]
                           [--passphrase-file FILE] [--phrase-file FILE] [--json]

Makes a box and prints the link at which people write to it. Its phrase of 24
words is shown once, and three of them are asked for. From the phrase comes the
address, not what was sent to it: for that, make backups.

  --name NAME              what the box calls itself to senders; default Box
  --reader-name NAME       what senders see of you; default Owner
  --largest SIZE           most text and files in a drop, such as 20M; default what
                           the server takes
  --invitation-only        take drops only by invitation: sealdrop help box invite
  --server ORIGIN          where it is to be; default as for send
  --passphrase-file FILE   read the new passphrase from the only line of FILE
  --phrase-file FILE       write the phrase into FILE, a new one, instead of
                           showing it: needed where there is no terminal. If the
                           command is stopped before the box is made, the same
                           one takes up the phrase that lies there
  --json                   print {"box", "link", "name", "published"}
`,
  'box show': `Usage: sealdrop box show [--box NAME] [--passphrase-file FILE] [--json]

Tells how a box stands: its address and link, who reads it, until when its keys
are published, whether there is a backup, and how much lies in it. Of several
boxes it lists the addresses and names, and asks for no passphrase.

${UNLOCK}
  --json                   print {"box", "link", "name", "server", "role", "readers",
                           "published", "largest", "invitationOnly", "backup",
                           "items", "bytes"}, or {"boxes": […]}
`,
  'box list': `Usage: sealdrop box list [--all | --unread] [--box NAME]
                         [--passphrase-file FILE] [--json]

Lists what lies in a box, the newest first: name, day of arrival, whether it was
read here, size, and of what was read the thread and the first words.

  --all                    all items, not only the newest 50
  --unread                 only what was not opened here
${UNLOCK}
  --json                   print {"items": [{"item", "drop", "arrived", "expires", "size",
                           "read", "answered", "thread", "preview"}], "count", "bytes"}
`,
  'box open': `Usage: sealdrop box open ITEM [-o DIR] [--box NAME]
                         [--passphrase-file FILE] [--json]

Opens an item as open does a link: text goes to standard output, files go to DIR,
nothing is overwritten, and what was interrupted goes on. It stays in the box
until an owner deletes it or it expires. That it was read is kept on this
computer only, sealed. An owner is told of readers that it was sealed for and that
are not on the list of the box.

  ITEM                     its name in the list, or the beginning of it
  -o, --output DIR         folder for files, made if missing; see help open
${UNLOCK}
  --json                   print {"item", "arrived", "thread", "isThreadForged", "readers",
                           "strangers", "text",
                           "files": [{"name", "path", "size", "type"}]}
`,
  'box answer': `Usage: sealdrop box answer ITEM [FILE | FOLDER…] [--expires 14d] [--box NAME]
                           [--passphrase-file FILE] [--json]

Answers the sender of an item that was opened here, if the sender took a return
code. Text comes from standard input, files as for send.

  --expires TIME           how long the answer waits, at most ${MAX_TTL_SECONDS / 86_400}d; default 14d
${UNLOCK}
  --json                   print {"to", "name", "readers", "expires"}
`,
  'box delete': `Usage: sealdrop box delete ITEM… | --read | --all [--yes] [--box NAME]
                           [--passphrase-file FILE] [--json]

Deletes items from the box: no reader can open them any more. Asks before.

  --read                   all that were opened here
  --all                    all that lie in the box
  --yes                    do not ask; needed where there is no terminal
${UNLOCK}
  --json                   print {"deleted": […]}
`,
  'box renew': `Usage: sealdrop box renew [--box NAME] [--passphrase-file FILE] [--json]

Publishes keys for this week and the next thirteen, with what the readers have
announced. Every other command does so too, when it is due.

${UNLOCK}
  --json                   print {"box", "link", "name", "published"}
`,
  'box reader': `Usage: sealdrop box reader list [OPTIONS]
       sealdrop box reader add [CODE | -] [OPTIONS]
       sealdrop box reader remove NAME | KEY [OPTIONS]

Who reads a box: at most ${MAX_BOX_READERS}. Whoever is to become a reader runs sealdrop box join,
and gives the owner the code that it prints. A new reader sees the list and opens
what is sealed from then on. A reader who was removed opens nothing that is sealed
later; what it opened, or fetched, before, it has.

  CODE                     sdreader1…; - reads it from standard input
${UNLOCK}
  --json                   print {"readers": [{"name", "key", "isThis"}]}
`,
  'box join': `Usage: sealdrop box join ADDRESS [--name NAME] [--server ORIGIN]
                         [--passphrase-file FILE] [--json]

Makes keys on this computer for reading somebody's box, and prints a reader code
(sdreader1…) for its owner. The code holds no secret key; it works once, within a
week. The same command again makes another code.

  ADDRESS                  of the box, or its link
  --name NAME              what the owner and senders will see
  --server ORIGIN          where the box is, if ADDRESS is no link; default as for send
  --passphrase-file FILE   read the new passphrase from the only line of FILE
  --json                   print {"box", "code", "reader"}
`,
  'box invite': `Usage: sealdrop box invite [--label TEXT] [--items 10] [--bytes 1G] [--expires 30d]
       sealdrop box invite --list | --revoke LABEL

Makes an invitation and prints its link: by it somebody may write to a box that
takes drops by invitation only. The server knows only a hash of it.

  --label TEXT             what you call it; nobody else sees that
  --items N, --bytes SIZE  how many drops it allows, and how much in all
  --expires TIME           at most ${MAX_TTL_SECONDS / 86_400}d
  --list                   what is left of all invitations
  --revoke LABEL           end one, by its label or the beginning of its hash
${UNLOCK}
  --json                   print {"link", "label", "items", "bytes", "expires"},
                           {"invitations": […]} or {"revoked"}
`,
  'box backup': `Usage: sealdrop box backup FILE [--backup-passphrase-file FILE] [--box NAME]
                           [--passphrase-file FILE] [--json]

Writes a backup of a box as it is now: an age file that needs a passphrase. It
brings back all keys that this computer has, and so what can be opened.

  --backup-passphrase-file FILE
                           read another passphrase for the backup than that of
                           the box from the only line of FILE
${UNLOCK}
  --json                   print {"box", "file"}
`,
  'box restore': `Usage: sealdrop box restore FILE [--backup-passphrase-file FILE] [OPTIONS]
       sealdrop box restore --phrase | --phrase-file FILE [--server ORIGIN] [OPTIONS]

Brings a box to this computer. A backup brings all of it. The phrase brings the
address back, with new keys: what was sealed before cannot be opened by it, and
other readers have to be added anew.

  --phrase                 ask for the 24 words
  --phrase-file FILE       read them from the only line of FILE
  --backup-passphrase-file FILE
                           read the passphrase of the backup from the only line of
                           FILE, and give the box another one on this computer
  --passphrase-file FILE   read the passphrase from the only line of FILE
  --reader-name NAME       with the phrase: what senders see of you; default Owner
  --server ORIGIN          with the phrase: where the box is; default as for send
  --json                   print {"box", "link", "name", "published"}
`,
  'box passphrase': `Usage: sealdrop box passphrase [--new-passphrase-file FILE] [--box NAME]
                               [--passphrase-file FILE] [--json]

Changes the passphrase of a box on this computer. Backups keep the one that they
were made with, and so do copies of the folder in which boxes are kept.

  --new-passphrase-file FILE
                           read the new one from the only line of FILE
${UNLOCK}
  --json                   print {"box"}
`,
  'box forget': `Usage: sealdrop box forget [--box NAME] [--yes] [--json]

Deletes a box from this computer. Only a backup or the phrase brings it back.
People can write to it until its keys end.

  --box NAME               which box, by its name or the beginning of its address
  --yes                    do not ask; needed where there is no terminal
  --json                   print {"forgotten"}
`,
  return: `Usage: sealdrop return [list] [OPTIONS]
       sealdrop return open ITEM [-o DIR] [OPTIONS]
       sealdrop return write [FILE | FOLDER…] [--to ADDRESS | --to-file FILE]
                             [--expires 14d] [OPTIONS]
       sealdrop return delete ITEM… [OPTIONS]

With the return code of a drop that was sent to a box: lists the answers, opens
one, deletes some, or writes again in the same thread. The code is typed where
nobody sees it, and never given to the server. Nothing is kept on this computer.

  --code-file FILE         read the code from the only line of FILE (- is standard
                           input) instead of asking for it
  -o, --output DIR         folder for files, made if missing; see help open
  --to ADDRESS             the box to write to; default the one that answered last
  --to-file FILE           read address or link from the only line of FILE: for an
                           invitation, as of send. A box that takes drops by
                           invitation asks for one each time, and each drop counts
                           against it
  --expires TIME           how long what is written waits, at most ${MAX_TTL_SECONDS / 86_400}d; default 14d
  --server ORIGIN          where the box is; default as for send
  --json                   print {"answers": [{"item", "arrived", "expires", "size"}]},
                           {"item", "arrived", "from", "text", "files"},
                           {"to", "name", "readers", "expires"} or {"deleted": […]}
`,
}
