import { newReturnCode } from '#client/box/return.ts'
import { requireOnePart, sealIntoFile } from './age-only.ts'
import { requirePublished } from './published.ts'
import { chooseTarget, writeToBox } from './to-box.ts'
import { EXIT, type ExitCode } from '../failure.ts'
import { readContent, takesText } from './message.ts'
import { misused, parseLife, parseOptions, parseReads, parseServer } from '../options.ts'
import { checkSize, deliver, explainStop, prepare } from './outgoing.ts'
import { takeNewPassphrase } from '../terminal/secrets.ts'
import { forgetEndedUploads } from './uploads.ts'

/** Seals text, files and folders, and deposits them: behind a link, which it prints, or in a box. */
export async function send(args: readonly string[]): Promise<ExitCode> {
  const { values, positionals } = parseOptions(args, OPTIONS, Number.POSITIVE_INFINITY)
  return values.to === undefined && values['to-file'] === undefined
    ? sendByLink(values, positionals)
    : sendToBox(values, positionals)
}

type Values = ReturnType<typeof parseOptions<typeof OPTIONS>>['values']

async function sendByLink(values: Values, paths: readonly string[]): Promise<ExitCode> {
  const { passphrase: isAsked, 'passphrase-file': passphraseFile } = values
  if (values['return-code'] || values.remember || values['published-by'] !== undefined)
    throw misused('--return-code, --remember and --published-by are for drops that go into a box: --to')
  const ttlSeconds = parseLife(values.expires ?? '1d')
  const reads = parseReads(values.reads ?? '1')
  const origin = parseServer(values.server)
  if (isAsked && passphraseFile !== undefined) throw misused('--passphrase and --passphrase-file exclude each other')
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
    await deliver(outgoing, values.json)
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
  const ttlSeconds = parseLife(values.expires ?? BOX_LIFE)
  const { json, remember } = values
  const target = await chooseTarget(values)
  const { 'published-by': domain } = values
  if (domain !== undefined) await requirePublished(domain, target.address)
  const returnCode = values['return-code'] ? newReturnCode() : undefined
  await writeToBox(target, paths, { ttlSeconds, returnCode, remember, json })
  await forgetEndedUploads(target.origin)
  return EXIT.done
}

const OPTIONS = {
  to: { type: 'string' },
  'to-file': { type: 'string' },
  'return-code': { type: 'boolean', default: false },
  remember: { type: 'boolean', default: false },
  'published-by': { type: 'string' },
  expires: { type: 'string' },
  reads: { type: 'string' },
  passphrase: { type: 'boolean', default: false },
  'passphrase-file': { type: 'string' },
  server: { type: 'string' },
  'age-only': { type: 'boolean', default: false },
  output: { type: 'string', short: 'o' },
  json: { type: 'boolean', default: false },
} as const

/** DEFAULT_BOX_TTL_SECONDS of protocol/limits.ts, as it is typed. */
export const BOX_LIFE = '14d'
