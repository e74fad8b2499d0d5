import { MAX_ENTRIES, MAX_TEXT_BYTES } from '#protocol/limits.ts'
import { EXIT, Failure, type ExitCode } from '../failure.ts'
import { misused, parseLife, parseOptions, parseReads, parseServer } from '../options.ts'
import { checkSize, deliver, explainStop, prepare } from '../outgoing.ts'
import { askNewPassphrase, readPassphrase } from '../secrets.ts'
import { chooseFiles, SAVE_IT } from '../sources.ts'
import { isTyped, readInput, say } from '../terminal.ts'
import { forgetOldUploads } from '../uploads.ts'
import { formatSize } from '../words.ts'

/** Seals text, files and folders, deposits them, and prints the link. */
export async function send(args: readonly string[]): Promise<ExitCode> {
  const { values, positionals } = parseOptions(args, OPTIONS, Number.POSITIVE_INFINITY)
  const { passphrase: isAsked, 'passphrase-file': passphraseFile } = values
  const ttlSeconds = parseLife(values.expires)
  const reads = parseReads(values.reads)
  const origin = parseServer(values.server)
  const paths = positionals.filter((path) => path !== '-')
  const takesText = positionals.length === 0 || paths.length < positionals.length
  if (isAsked && passphraseFile !== undefined) throw misused('--passphrase and --passphrase-file exclude each other')
  if (takesText && passphraseFile === '-') throw misused('standard input cannot be both message and passphrase')
  forgetOldUploads(Date.now())

  const files = await chooseFiles(paths, takesText ? MAX_FILES - 1 : MAX_FILES, takesText ? ' besides text' : '')
  const text = takesText ? await readText() : ''
  if (text === '' && files.length === 0) throw new Failure('there is nothing to send', { exitCode: EXIT.usage })
  const order = { text, files, origin, ttlSeconds, reads }
  await checkSize(order)
  const passphrase =
    passphraseFile !== undefined ? await readPassphrase(passphraseFile) : isAsked ? await askNewPassphrase() : ''
  const outgoing = await prepare({ ...order, passphrase })
  try {
    await deliver(outgoing, values.json)
  } catch (error) {
    throw explainStop(error, outgoing)
  }
  return EXIT.done
}

async function readText(): Promise<string> {
  if (isTyped) say('message, end with Ctrl-D:')
  const bytes = await readInput(MAX_TEXT_BYTES)
  if (bytes === undefined)
    throw new Failure(`too large: text on standard input is at most ${formatSize(MAX_TEXT_BYTES)}`, { hint: SAVE_IT })
  try {
    // What comes out must be what went in: nothing is stripped, nothing is replaced.
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (cause) {
    throw new Failure('standard input is not text', { hint: 'save it as a file, and send that', cause })
  }
}

const OPTIONS = {
  expires: { type: 'string', default: '1d' },
  reads: { type: 'string', default: '1' },
  passphrase: { type: 'boolean', default: false },
  'passphrase-file': { type: 'string' },
  server: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const

/** Without text, which is an entry as well: the archive's own two go in besides. docs/protocol.md §3.2. */
const MAX_FILES = MAX_ENTRIES - 2
