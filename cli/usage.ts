import { DEFAULT_TTL_SECONDS, MAX_ENTRIES, MAX_READS, MAX_TRIES, PART_BYTES } from '#protocol/limits.ts'
import { BOX_USAGE } from './box-usage.ts'
import { OPERATOR_USAGE } from './operator-usage.ts'

/** What `sealdrop help` prints. */
export const USAGE = `Usage: sealdrop COMMAND [ARGUMENTS]

Seals a message or files on this computer, leaves them with a server that
cannot read them, and prints a link that opens them once.

  send [FILE…]             seal text, files or folders, print the link
  resume [TICKET]          go on with sending what was interrupted
  open LINK                open a drop
  status [TICKET]          see how the drops that you sent fare
  revoke TICKET            end a drop, so that nobody opens it any more, or
                           cancel what was interrupted
  reopen TICKET [READER]   take a read back from a reader who vanished
  receipt save|verify      keep the proof that a drop was opened, or check one
  forget TICKET…           forget drops that you sent
  key LINK                 print the key of a drop, for the age program
  verify ORIGIN            compare the pages of a server with this release
  send --to ADDRESS        seal something for the readers of a box
  return                   see the answers to what you sent to a box
  box COMMAND              make a box of your own, and read it
  operator COMMAND         say what a server that you run holds
  help [COMMAND]           explain a command
  --version                print the version

The result goes to standard output, all else to standard error. With --json a
command prints its result as one JSON object. With --proxy URL it connects through
a proxy: http://…, https://…, or socks5h://127.0.0.1:9050 for Tor. Names are then
looked up by the proxy alone.

Environment:
  SEALDROP_SERVER   server to send to; default http://localhost:8787
  SEALDROP_HOME     folder for tickets, reader keys, uploads and boxes; default
                    $XDG_STATE_HOME/sealdrop, else ~/.local/state/sealdrop
  HTTPS_PROXY, HTTP_PROXY, ALL_PROXY
                    proxies, used where --proxy names none; NO_PROXY lists the
                    servers that are asked directly
  SSL_CERT_FILE, NODE_EXTRA_CA_CERTS
                    file of certificates to trust besides those of the system
  NO_COLOR          no colour

Exit codes:
  0  done
  1  failed
  2  wrong usage, or a damaged link
  3  gone, or claimed by somebody else
  4  wrong passphrase
  5  the server cannot be reached, or asks to try again later; the box is full
  6  the keys that a box shows are refused: forged, too old, or another's; or the
     pages of a server are not those of the release; or a proof is for another
     drop
`

/** What `sealdrop help COMMAND` prints. */
export const COMMAND_USAGE: Readonly<Record<string, string>> = {
  ...BOX_USAGE,
  ...OPERATOR_USAGE,
  send: `Usage: sealdrop send [FILE | FOLDER…] [--expires 1d] [--reads 1]
                     [--passphrase | --passphrase-file FILE]
                     [--server ORIGIN] [--json]
       sealdrop send [FILE | FOLDER…] --age-only [-o DIR] [OPTIONS]
       sealdrop send [FILE | FOLDER…] --to ADDRESS | --to-file FILE [--return-code]
                     [--published-by DOMAIN] [--remember] [--expires 14d]
                     [--server ORIGIN] [--json]

Seals text from standard input, or files, and prints the link: one line. Text
and files go together with - among the files. Of a path only the last name is
sealed. A folder is sent whole, hidden files included; symbolic links, pipes,
devices and empty folders in it are left out. How large a drop may be is up to
the server, and told before anything is sent; ${MAX_ENTRIES - 2} files are the most.

What is larger than ${PART_BYTES / 1_048_576} MiB goes in parts. If that is interrupted, what it takes
to go on is kept for a day: sealdrop resume goes on, sealdrop revoke cancels it.

  --expires TIME           from 5m to 30d (m, h, d, w); default ${DEFAULT_TTL_SECONDS / 86_400}d
  --reads N                how many readers may open it, 1 to ${MAX_READS}; default 1
  --passphrase             ask for a passphrase that the link needs as well
  --passphrase-file FILE   read it from the only line of FILE (- is standard input)
  --server ORIGIN          such as https://drop.example; default $SEALDROP_SERVER,
                           else http://localhost:8787
  --json                   print {"link", "ticket", "expires", "reads"}

With --age-only nothing is sent, and no server is asked. What is sealed goes into
an age file, and under the link is printed the curl line by which anybody sends
that file, from any computer; its time begins then. It takes what fits one
request, ${PART_BYTES / 1_048_576} MiB: what is larger goes in signed parts, which curl cannot sign.

  --age-only               seal into a file, and print link and curl line
  -o, --output DIR         folder for the age file, made if missing; default this one
  --json                   print {"link", "ticket", "file", "curl", "reads"}

With --to the drop goes into a box: its readers are told, and only they open it.
No link is printed, and nothing is kept of it here once it has arrived.

  --to ADDRESS             of a box (sdbox1…), or its link
  --to-file FILE           read address or link from the only line of FILE (- is
                           standard input): for an invitation, which other
                           programs could see in the list of processes
  --return-code            print twelve words by which you see answers later, and
                           write again: sealdrop help return. Whoever has them
                           reads the answers
  --published-by DOMAIN    send only if that web site publishes the address too, at
                           /.well-known/sealdrop/box.json
  --remember               remember which keys the box showed: older ones, which
                           a server may show again, are refused from then on
  --json                   print {"to", "name", "readers", "expires", "returnCode"}
`,
  resume: `Usage: sealdrop resume [TICKET] [--passphrase-file FILE] [--json]

Goes on with what send could not finish: the command was stopped, or the
connection was lost. Of a drop that may have arrived it makes sure: it prints the
link, or brings the drop into its box, where it is once however often it is sent. What the server has is not sent again, only read, to make
sure that it still belongs to the rest. If a file has changed, all are sealed
anew under another link, and what was sent before is deleted. Of a drop for a box
it is deleted too; it is sent again only by you, as its readers may have changed.

  TICKET                   the name that send printed when it was stopped, and
                           that status shows, or the beginning of it; needed
                           when there is more than one
  --passphrase-file FILE   if a file has changed and the link needs a passphrase:
                           read it from the only line of FILE instead of asking
  --json                   print {"link", "ticket", "expires", "reads"}; of a drop for
                           a box, what send --to prints
`,
  open: `Usage: sealdrop open LINK [-o DIR] [--passphrase-file FILE] [--json]
       sealdrop open LINK --sealed FILE [--burn] [--passphrase-file FILE] [--json]

Opens a drop: text goes to standard output exactly as it was sealed (on a
terminal, control characters are made visible), files go to DIR. A file that
is there is never overwritten: the new one becomes "name (2).ext". The server
is told to burn the drop only when everything has been written: if something
goes wrong before, run the same command again on this computer. What is larger
than ${PART_BYTES / 1_048_576} MiB is kept in DIR while it comes in (.sealdrop-….partial), and the same
command goes on where it was stopped. To give up, delete that folder: the drop
stays bound to this computer until it expires.

  LINK                     without LINK it is asked for and not shown; - reads it
                           from standard input. A link that is given as an
                           argument can be seen by other programs of this
                           machine, in the list of processes, and is kept by
                           the history of the shell
  -o, --output DIR         folder for files, made if missing. Without it, files
                           go to this folder, and hidden ones (.profile) are
                           saved unhidden (_.profile)
  --passphrase-file FILE   read the passphrase from the only line of FILE
                           (- is standard input) instead of asking for it.
                           After ${MAX_TRIES} wrong passphrases the drop is destroyed
  --json                   print {"text", "files": [{"name", "path", "size", "type"}]}

With --sealed the age file is saved as it is, for who opens it with another
program: sealdrop help key. The read is claimed for this computer, and the server
goes on keeping the drop: it is not told that anything was opened.

  --sealed FILE            save the age file under this name
  --burn                   see to it that the file can be opened, and then tell the
                           server, which burns the drop
  --json                   print {"sealed", "size"}
`,
  status: `Usage: sealdrop status [TICKET] [--json]

Tells how a drop that you sent fares, or all of them. What readers signed is
checked here, so the server cannot make up that somebody opened it. What the
server said last is remembered when the drop has expired: sealdrop receipt save
writes down what was proved.

  TICKET   the name that send printed, or the beginning of it
  --json   print {"ticket", "state", "expires", "reads", "readers", …}, or for
           all of them {"tickets": […]}
`,
  revoke: `Usage: sealdrop revoke TICKET [--json]

Ends a drop: the server deletes it, and nobody opens it any more. Exit code 3
if it had been opened, or had expired, before. Of a drop that was interrupted
while it was sent, it deletes what the server has, and what is kept to go on.
`,
  reopen: `Usage: sealdrop reopen TICKET [READER] [--json]

Takes a read back from a reader who claimed the drop and never told that it
opened it, so that the link can be claimed anew. That reader may have fetched
it all the same: if in doubt, revoke it and send another.

  READER   the name that status prints, or the beginning of it; needed when
           there is more than one such reader
`,
  receipt: `Usage: sealdrop receipt save TICKET [FILE] [--json]
       sealdrop receipt verify FILE [--ticket TICKET | --link | --link-file FILE]
                               [--passphrase-file FILE] [--json]

save writes what proves that a drop was claimed and opened into a file, which
holds no secret and opens nothing. What was proved once is kept with the ticket,
also when the server has it no more.

verify checks such a file, asks no server, and says what it proves and what not:
that somebody who held the claim key in it signed; not who that was. Whether that
is the key of your drop it says if it is given the ticket or the link to compare
with. You could have made it yourself, so it convinces nobody who does not trust
you. Exit code 1 if it does not hold, 6 if it is for another drop.

  TICKET   the name that send printed, or the beginning of it
  FILE     default sealdrop-proof-TICKET.json; - is standard output, or input
  --ticket TICKET          compare server, drop, claim key, and what was opened
                           with the ticket of a drop that was sent from here
  --link                   ask for a link, which is not shown, and compare server,
                           drop and claim key with it
  --link-file FILE         read the link from the only line of FILE (- is standard
                           input)
  --passphrase-file FILE   if the link needs a passphrase: read it from the only
                           line of FILE instead of asking
  --json   print {"ticket", "proof", "readers"}, or of verify
           {"holds", "compared": {"with", "result"}, "server", "drop", "claim",
           "readers", "proves", "not"}
`,
  forget: `Usage: sealdrop forget TICKET… [--json]

Deletes tickets from this computer. The drops stay with the server until they
are opened or expire, and cannot be looked at or revoked any more.
`,
  key: `Usage: sealdrop key LINK [--passphrase-file FILE] [--json]

Prints the key of a drop as an age identity (AGE-SECRET-KEY-PQ-1…), with which
the age program (1.3 or later) opens the age file that open --sealed saves:
age -d -i key.txt drop.age | tar x
Asks no server, so a wrong passphrase is not noticed: it gives a wrong key.

  LINK                     as for open: better asked for, or -, than an argument
  --passphrase-file FILE   read the passphrase from the only line of FILE
  --json                   print {"identity"}
`,
  verify: `Usage: sealdrop verify ORIGIN [--as BROWSER] [--manifest FILE] [--json]
       sealdrop verify ORIGIN --watch [--every 10m] [--as BROWSER] [--manifest FILE]
                       [--json]

Fetches everything that a server serves besides its API, as browsers would, and
compares bytes and headers with the release that this command is of. Each
difference is one line, and says which browser was shown it if not all were. Exit
code 0 if there is none, 6 if there is any, 5 if the server cannot be reached.

It says what this computer was served just now. A server that knows whom it
wants to deceive can serve others, and you, something else: so look often, from
other networks, and compare with what others see. This command is no browser
below HTTP, and can be told from one by who looks closely.

  ORIGIN            such as https://drop.example
  --as BROWSER      chrome, firefox or safari: ask as that one alone, for a third
                    of the traffic; default all: as each of them
  --watch           go on, and print one line each time
  --every TIME      how often, from 1s to 7d (s, m, h, d); default 10m
  --manifest FILE   the manifest.json of another release
  --json            print {"origin", "at", "version", "as", "ok",
                    "differences": […]}
`,
}
