import { newReturnCode } from '#client/box/return.ts'
import { requireOnePart, sealIntoFile } from './age-only.ts'
import { requirePublished } from './published.ts'
import { chooseTarget, writeToBox } from './to-box.ts'
import { EXIT, type ExitCode } from '../failure.ts'
import { readContent, takesText } from './message.ts'
import { checkSize, deliverOutgoing, explainStop, prepare } from './outgoing.ts'
import { takeNewPassphrase } from '../terminal/secrets.ts'
import { forgetEndedUploads } from './uploads.ts'
import { DEFAULT_BOX_TTL_SECONDS, DEFAULT_TTL_SECONDS, MAX_ENTRIES, MAX_READS, PART_BYTES } from '#protocol/limits.ts'
import { command, type Command, flag, misused, type ParsedArgs, row, value } from '../command.ts'
import { parseLife, parseReads, parseServer } from '../options.ts'

const OPTIONS = {
  expires: value('TIME', `from 5m to 30d (m, h, d, w); default ${DEFAULT_TTL_SECONDS / 86_400}d`),
  reads: value('N', `how many readers may open it, 1 to ${MAX_READS}; default 1`),
  passphrase: flag('ask for a passphrase that the link needs as well'),
  'passphrase-file': value('FILE', 'read it from the only line of FILE (- is standard input)'),
  server: value('ORIGIN', 'such as https://drop.example; default $SEALDROP_SERVER,', 'else http://localhost:8787'),
  json: flag('print {"link", "ticket", "expires", "reads"}'),
  'age-only': flag('seal into a file, and print link and curl line'),
  output: { ...value('DIR', 'folder for the age file, made if missing; default this one'), short: 'o' },
  to: value('ADDRESS', 'of a box (sdbox1…), or its link'),
  'to-file': value(
    'FILE',
    'read address or link from the only line of FILE (- is',
    'standard input): for an invitation, which other',
    'programs could see in the list of processes',
  ),
  'return-code': flag(
    'print twelve words by which you see answers later, and',
    'write again: sealdrop help return. Anyone with them',
    'reads the answers',
  ),
  'published-by': value(
    'DOMAIN',
    'send only if that web site publishes the address too, at',
    '/.well-known/sealdrop/box.json',
  ),
  remember: flag(
    'remember which keys the box showed: older ones, which',
    'a server may show again, are refused from then on',
  ),
} as const

/** Seals text, files and folders, and deposits them: behind a link, which it prints, or in a box. */
export const sendCommand: Command = command({
  usage: [
    `Usage: sealdrop send [FILE | FOLDER…] [--expires 1d] [--reads 1]
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
to go on is kept for a day: sealdrop resume goes on, sealdrop revoke cancels it.`,
    ['expires', 'reads', 'passphrase', 'passphrase-file', 'server', 'json'],
    `With --age-only nothing is sent, and no server is asked. What is sealed goes into
an age file, and under the link is printed the curl line by which anybody sends
that file, from any computer; its time begins then. It takes what fits one
request, ${PART_BYTES / 1_048_576} MiB: what is larger goes in signed parts, which curl cannot sign.`,
    ['age-only', 'output', row('--json', 'print {"link", "ticket", "file", "curl", "reads"}')],
    `With --to the drop goes into a box: its readers are told, and only they open it.
No link is printed, and nothing is kept of it here once it has arrived.`,
    [
      'to',
      'to-file',
      'return-code',
      'published-by',
      'remember',
      row('--json', 'print {"to", "name", "readers", "expires", "returnCode"}'),
    ],
  ],
  options: OPTIONS,
  most: Number.POSITIVE_INFINITY,
  excludes: [
    ['passphrase', 'passphrase-file'],
    ['to', 'to-file'],
  ],
  run: async ({ values, positionals }) =>
    values.to === undefined && values['to-file'] === undefined
      ? sendByLink(values, positionals)
      : sendToBox(values, positionals),
})

type Values = ParsedArgs<typeof OPTIONS>['values']

async function sendByLink(values: Values, paths: readonly string[]): Promise<ExitCode> {
  const { passphrase: isAsked, 'passphrase-file': passphraseFile } = values
  if (values['return-code'] || values.remember || values['published-by'] !== undefined)
    throw misused('--return-code, --remember and --published-by are for drops that go into a box: --to')
  const ttlSeconds = parseLife(values.expires, DEFAULT_TTL_SECONDS)
  const reads = parseReads(values.reads)
  const origin = parseServer(values.server)
  if (takesText(paths) && passphraseFile === '-') throw misused('standard input cannot be both message and passphrase')

  const ageOnly = values['age-only']
  if (values.output !== undefined && !ageOnly) throw misused('-o is for --age-only')

  const order = { ...(await readContent(paths)), origin, ttlSeconds, reads }
  if (ageOnly) requireOnePart(order)
  else await checkSize(order)
  const passphrase =
    passphraseFile !== undefined || isAsked ? await takeNewPassphrase(passphraseFile, { tries: 'ten' }) : ''
  if (ageOnly) {
    await sealIntoFile({ ...order, passphrase }, values.output ?? '.', values.json)
    return EXIT.done
  }
  const outgoing = await prepare({ ...order, passphrase })
  try {
    await deliverOutgoing(outgoing, values.json)
  } catch (error) {
    throw explainStop(error, outgoing)
  }
  await forgetEndedUploads(origin)
  return EXIT.done
}

async function sendToBox(values: Values, paths: readonly string[]): Promise<ExitCode> {
  const { 'to-file': file } = values
  if (values.passphrase || values['passphrase-file'] !== undefined || values.reads !== undefined)
    throw misused('a drop for a box takes neither a passphrase nor --reads: only the readers of the box open it')
  if (values['age-only'] || values.output !== undefined) throw misused('--age-only is for drops that a link opens')
  if (file === '-' && takesText(paths)) throw misused('standard input cannot be both message and address')
  const ttlSeconds = parseLife(values.expires, DEFAULT_BOX_TTL_SECONDS)
  const { json, remember } = values
  const target = await chooseTarget(values)
  const { 'published-by': domain } = values
  if (domain !== undefined) await requirePublished(domain, target.address)
  const returnCode = values['return-code'] ? newReturnCode() : undefined
  await writeToBox(target, paths, { ttlSeconds, returnCode, remember, json })
  await forgetEndedUploads(target.origin)
  return EXIT.done
}
