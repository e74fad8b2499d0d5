import { createBox, publish } from '#client/box/owner.ts'
import { fetchLimits } from '#client/send.ts'
import { parseCardName, parseSize } from '../../box/options.ts'
import { checkPhraseFile, teachPhrase, writePhrase } from '../../box/phrase.ts'
import { keepBox } from '../../box/session.ts'
import { announceBox } from '../../box/standing.ts'
import { connect, nameServer, PATIENCE_MS } from '../../connect.ts'
import { EXIT, type ExitCode } from '../../failure.ts'
import { misused, parseOptions, parseServer } from '../../options.ts'
import { takeNewPassphrase } from '../../secrets.ts'
import { hasTerminal, say, sayOnSignals } from '../../terminal.ts'

/** Makes a box, shows its phrase once, and publishes its first cards. */
export async function create(args: readonly string[]): Promise<ExitCode> {
  const { values } = parseOptions(args, OPTIONS, 0)
  const { 'phrase-file': phraseFile, 'passphrase-file': passphraseFile, json } = values
  const origin = parseServer(values.server)
  const name = parseCardName(values.name, '--name')
  const readerName = parseCardName(values['reader-name'], '--reader-name')
  const wanted = values.largest === undefined ? Number.POSITIVE_INFINITY : parseSize(values.largest, '--largest')
  if (phraseFile !== undefined) checkPhraseFile(phraseFile)
  else if (!hasTerminal())
    throw misused('there is no terminal to show the phrase on', undefined, 'use --phrase-file FILE')

  const largest = Math.min(wanted, await largestOf(origin))
  const passphrase = await takeNewPassphrase(passphraseFile)
  const terms = { largest, invitation: values['invitation-only'] }
  const { state, phrase } = await createBox({ origin, name, readerName, terms, now: Date.now() })
  // Before anything else is kept: a box without its phrase is soon no box.
  if (phraseFile !== undefined) writePhrase(phraseFile, phrase)
  const session = await keepBox(state, passphrase)
  sayOnSignals([`stopped; the box is here, but not published: sealdrop box forget --box ${state.box} removes it`])
  if (phraseFile === undefined) await teachPhrase(phrase)
  sayOnSignals(['stopped; sealdrop box renew publishes the box'])
  try {
    await session.change((before) => publish(session.server(PATIENCE_MS.send), before, Date.now()))
  } catch (error) {
    throw nameServer(error, origin, 'the box is here: sealdrop box renew publishes it')
  }
  sayOnSignals([])
  await announceBox(session.state(), json)
  if (phraseFile !== undefined) say(`the phrase is in ${phraseFile}: write it down, and delete the file`)
  say('make a backup too: sealdrop box backup FILE; the phrase alone opens nothing that was sealed before')
  return EXIT.done
}

/** Asked first: without a server nothing is made. */
async function largestOf(origin: string): Promise<number> {
  try {
    return (await fetchLimits(connect(origin, PATIENCE_MS.look))).largest
  } catch (error) {
    throw nameServer(error, origin, 'nothing was made; --server and SEALDROP_SERVER name another server')
  }
}

const OPTIONS = {
  name: { type: 'string', default: 'Box' },
  'reader-name': { type: 'string', default: 'Owner' },
  largest: { type: 'string' },
  'invitation-only': { type: 'boolean', default: false },
  server: { type: 'string' },
  'passphrase-file': { type: 'string' },
  'phrase-file': { type: 'string' },
  json: { type: 'boolean', default: false },
} as const
