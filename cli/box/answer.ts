import { accessOfState } from '#client/box/access.ts'
import { noteAnswered, threadName } from '#client/box/notes.ts'
import { sealAnswer } from '#client/box/write.ts'
import { addressOf } from '#protocol/address.ts'
import { signingKeyFromSeed } from '#client/crypto/keys.ts'
import { randomBytes } from '#client/crypto/random.ts'
import { findItems, itemName } from './items.ts'
import { post } from '../send/to-box.ts'
import { PATIENCE_MS } from '../network/connect.ts'
import { EXIT, explain, Failure, type ExitCode } from '../failure.ts'
import { readContent, takesText } from '../send/message.ts'
import { makeProgress } from '../terminal/progress.ts'
import { say } from '../terminal/terminal.ts'
import { DEFAULT_BOX_TTL_SECONDS, MAX_TTL_SECONDS } from '#protocol/limits.ts'
import { command, type Command, flag, misused, type ParsedArgs, value } from '../command.ts'
import { parseLife } from '../options.ts'
import { asReader } from '../vault/unlocked-box.ts'
import { unlock, UNLOCK_OPTIONS } from '../vault/unlock.ts'

const OPTIONS = {
  ...UNLOCK_OPTIONS,
  expires: value(
    'TIME',
    `how long the answer waits, at most ${MAX_TTL_SECONDS / 86_400}d; default ${DEFAULT_BOX_TTL_SECONDS / 86_400}d`,
  ),
  json: flag('print {"to", "name", "readers", "expires"}'),
} as const

/** Answers the sender of an item who took a return code. */
export const boxAnswer: Command = command({
  usage: [
    `Usage: sealdrop box answer ITEM [FILE | FOLDER…] [--expires 14d] [--box NAME]
                           [--passphrase-file FILE] [--json]

Answers the sender of an item that was opened here, if the sender took a return
code. Text comes from standard input, files as for send.`,
    ['expires', 'box', 'passphrase-file', 'json'],
  ],
  options: OPTIONS,
  most: Number.POSITIVE_INFINITY,
  run,
})

async function run({ values, positionals }: ParsedArgs<typeof OPTIONS>): Promise<ExitCode> {
  const [start, ...paths] = positionals
  if (start === undefined) throw misused('an item is missing', undefined, 'sealdrop box list shows them')
  if (takesText(paths) && values['passphrase-file'] === '-')
    throw misused('standard input cannot be both message and passphrase')
  const ttlSeconds = parseLife(values.expires, DEFAULT_BOX_TTL_SECONDS)
  const session = await unlock(values)
  const { origin, box: from } = session.state()
  const access = await accessOfState(session.state())
  const [item] = await asReader(session, findItems(session.server(PATIENCE_MS.look), access, [start]))
  if (item === undefined) return EXIT.gone
  const note = session.state().reading.items[item.drop]
  if (note === undefined)
    throw new Failure('it has not been opened here', { hint: `sealdrop box open ${itemName(item.drop)} comes first` })
  const { reply } = note
  if (reply === undefined) throw new Failure('its sender took no return code: nobody could read an answer')

  const { text, files } = await readContent(paths)
  const seed = randomBytes(32)
  const sender = await signingKeyFromSeed(seed)
  const order = { origin, to: reply, from, ttlSeconds, sender, now: Date.now(), onProgress: makeProgress() }
  const message = { text, files: files.map(({ file }) => file) }
  const sealed = await sealAnswer(message, order)
  const to = await addressOf(reply.key)
  const letter = { to, name: `thread ${threadName(to)}`, readers: [] }
  await post({ sealed, letter, seed, sender }, files, values.json)
  try {
    await session.change((state) => noteAnswered(state, item.drop, text, Date.now()))
  } catch (error) {
    // A person who took this for a failure would send it twice.
    say(`the answer is sent, but that could not be noted here: ${explain(error).message}`)
  }
  return EXIT.done
}
