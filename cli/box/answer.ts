import { accessOfState } from '#client/box/access.ts'
import { noteAnswered, threadName } from '#client/box/notes.ts'
import { sealAnswer } from '#client/box/write.ts'
import { addressOf } from '#protocol/address.ts'
import { signingKeyFromSeed } from '#client/crypto/keys.ts'
import { randomBytes } from '#client/crypto/random.ts'
import { findItems, itemName } from './items.ts'
import { UNLOCK_OPTIONS } from './options.ts'
import { asReader, unlock } from '../vault/session.ts'
import { post } from '../send/to-box.ts'
import { PATIENCE_MS } from '../network/connect.ts'
import { EXIT, explain, Failure, type ExitCode } from '../failure.ts'
import { readContent, takesText } from '../send/message.ts'
import { misused, parseLife, parseOptions } from '../options.ts'
import { makeProgress } from '../terminal/progress.ts'
import { say } from '../terminal/terminal.ts'
import { BOX_LIFE } from '../send/send.ts'

/** Answers whoever sent an item, if they took a return code. */
export async function answer(args: readonly string[]): Promise<ExitCode> {
  const { values, positionals } = parseOptions(args, OPTIONS, Number.POSITIVE_INFINITY)
  const [start, ...paths] = positionals
  if (start === undefined) throw misused('an item is missing', undefined, 'sealdrop box list shows them')
  if (takesText(paths) && values['passphrase-file'] === '-')
    throw misused('standard input cannot be both message and passphrase')
  const ttlSeconds = parseLife(values.expires ?? BOX_LIFE)
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
    // Whoever took this for a failure would send it twice.
    say(`the answer is sent, but that could not be noted here: ${explain(error).message}`)
  }
  return EXIT.done
}

const OPTIONS = { ...UNLOCK_OPTIONS, expires: { type: 'string' } } as const
