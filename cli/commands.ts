import { boxCommands } from './box/box.ts'
import { forgetCommand } from './sent/forget.ts'
import { keyCommand } from './open/key.ts'
import { openCommand } from './open/open.ts'
import { operatorCommands } from './operator/operator.ts'
import { receiptCommands } from './sent/receipt.ts'
import { reopenCommand } from './sent/reopen.ts'
import { resumeCommand } from './send/resume.ts'
import { returnCommand } from './return/return.ts'
import { revokeCommand } from './sent/revoke.ts'
import { sendCommand } from './send/send.ts'
import { statusCommand } from './sent/status.ts'
import { verifyCommand } from './verify/verify.ts'
import type { CommandGroup } from './command.ts'

/** All that `sealdrop` does. */
export const SEALDROP: CommandGroup = {
  usage: `Usage: sealdrop COMMAND [ARGUMENTS]

Seals a message or files on this computer, leaves them with a server that
cannot read them, and prints a link that opens them once.

  send [FILE…]             seal text, files or folders, print the link
  resume [TICKET]          go on with sending what was interrupted
  open LINK                open a drop
  status [TICKET]          check the drops that you have sent
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
`,
  commands: {
    send: sendCommand,
    resume: resumeCommand,
    open: openCommand,
    status: statusCommand,
    revoke: revokeCommand,
    reopen: reopenCommand,
    receipt: receiptCommands,
    forget: forgetCommand,
    key: keyCommand,
    verify: verifyCommand,
    box: boxCommands,
    operator: operatorCommands,
    return: returnCommand,
  },
  misuse: {
    missing: 'a command is missing',
    unknown: 'there is no such command',
    hint: 'sealdrop help lists them all',
  },
}
