import { fetchOwnCard } from '#client/box/own-card.ts'
import { createBox, publish } from '#client/box/owner.ts'
import { deriveRoot, type Phrase } from '#client/box/root.ts'
import { largestFor } from '#client/capacity.ts'
import { fetchLimits } from '#client/send.ts'
import type { BoxAddress } from '#protocol/address.ts'
import { isDropError } from '#protocol/error.ts'
import { checkPhraseFile, teachPhrase, writePhrase } from './phrase.ts'
import { announceBox } from './summary.ts'
import { readVault } from '../vault/vaults.ts'
import { connect, nameServer, PATIENCE_MS } from '../network/connect.ts'
import { EXIT, explainWith, Failure, type ExitCode } from '../failure.ts'
import { takeNewPassphrase } from '../terminal/secrets.ts'
import { hasTerminal, say, sayOnSignals } from '../terminal/terminal.ts'
import { command, type Command, flag, misused, type ParsedArgs, value } from '../command.ts'
import { parseCardName, parseServer, parseSize } from '../options.ts'
import { keepBox, type UnlockedBox, timeOf } from '../vault/unlocked-box.ts'

const OPTIONS = {
  name: { ...value('NAME', 'what the box calls itself to senders; default Box'), default: 'Box' },
  'reader-name': { ...value('NAME', 'what senders see of you; default Owner'), default: 'Owner' },
  largest: value('SIZE', 'most text and files in a drop, such as 20M; default what', 'the server takes'),
  'invitation-only': flag('take drops only by invitation: sealdrop help box invite'),
  server: value('ORIGIN', 'where it is to be; default as for send'),
  'passphrase-file': value('FILE', 'read the new passphrase from the only line of FILE'),
  'phrase-file': value(
    'FILE',
    'write the phrase into FILE, a new one, instead of',
    'showing it: needed where there is no terminal. If the',
    'command is stopped before the box is made, the same',
    'one takes up the phrase that lies there',
  ),
  json: flag('print {"box", "link", "name", "published"}'),
} as const

/** Makes a box, shows its phrase once, and publishes its first cards. */
export const boxCreate: Command = command({
  usage: [
    `Usage: sealdrop box create [--name NAME] [--reader-name NAME] [--largest SIZE]
                           [--invitation-only] [--server ORIGIN]
                           [--passphrase-file FILE] [--phrase-file FILE] [--json]

Makes a box and prints the link at which people write to it. Its phrase of 24
words is shown once, and three of them are asked for. From the phrase comes the
address, not what was sent to it: for that, make backups.`,
    ['name', 'reader-name', 'largest', 'invitation-only', 'server', 'passphrase-file', 'phrase-file', 'json'],
  ],
  options: OPTIONS,
  run,
})

async function run({ values }: ParsedArgs<typeof OPTIONS>): Promise<ExitCode> {
  const { 'phrase-file': phraseFile, 'passphrase-file': passphraseFile, json } = values
  const origin = parseServer(values.server)
  const name = parseCardName(values.name, '--name')
  const readerName = parseCardName(values['reader-name'], '--reader-name')
  const wanted =
    values.largest === undefined ? Number.POSITIVE_INFINITY : largestFor(parseSize(values.largest, '--largest'))
  if (phraseFile === undefined && !hasTerminal())
    throw misused('there is no terminal to show the phrase on', undefined, 'use --phrase-file FILE')
  const left = phraseFile === undefined ? undefined : checkPhraseFile(phraseFile)

  const largest = Math.min(wanted, await largestOf(origin))
  const now = await timeOf(origin)
  if (left !== undefined && phraseFile !== undefined) await requireUnused(origin, left, phraseFile)
  const passphrase = await takeNewPassphrase(passphraseFile)
  const terms = { largest, invitation: values['invitation-only'] }
  const { state, phrase } = await createBox({ origin, name, readerName, terms, now, phrase: left })
  // Before anything else is kept: a box without its phrase is soon no box.
  if (phraseFile !== undefined && left === undefined) writePhrase(phraseFile, phrase)
  const session = await keepAfterPhrase(phraseFile, keepBox(state, passphrase))
  sayOnSignals([`stopped; the box is here, but not published: sealdrop box forget --box ${state.box} removes it`])
  if (phraseFile === undefined) await teachPhrase(phrase)
  sayOnSignals(['stopped; sealdrop box renew publishes the box'])
  try {
    await session.change((before) => publish(session.server(PATIENCE_MS.send), before, Date.now()))
  } catch (error) {
    throw explainWith(nameServer(error, origin), 'the box is here: sealdrop box renew publishes it')
  }
  sayOnSignals([])
  await announceBox(session.state(), json)
  if (phraseFile !== undefined) say(`the phrase is in ${phraseFile}: write it down, and delete the file`)
  say('make a backup too: sealdrop box backup FILE; the phrase alone opens nothing that was sealed before')
  return EXIT.done
}

/** If no box is made, its phrase is in the file all the same: that is told, and how to go on. */
async function keepAfterPhrase(phraseFile: string | undefined, keeping: Promise<UnlockedBox>): Promise<UnlockedBox> {
  if (phraseFile === undefined) return keeping
  const said = `no box was made; its phrase is in ${phraseFile}, and the same command goes on with it`
  sayOnSignals([`stopped; ${said}`])
  try {
    return await keeping
  } catch (error) {
    say(said)
    throw error
  }
}

/** A phrase that was found where a new one was to go is taken up only if there is no box of it, neither here nor there. */
async function requireUnused(origin: string, phrase: Phrase, phraseFile: string): Promise<void> {
  const { address } = await deriveRoot(phrase)
  const what = `${phraseFile} holds the phrase of a box that is`
  if (readVault(address) !== undefined)
    throw new Failure(`${what} here already`, {
      hint: 'sealdrop box renew publishes it; for another box name a new file',
    })
  if (await isPublished(origin, address))
    throw new Failure(`${what} at ${origin} already`, {
      hint: `sealdrop box restore --phrase-file ${phraseFile} brings it back; for another box name a new file`,
    })
  say(`${phraseFile} holds a phrase that has no box here, nor at ${origin}: it is taken up`)
}

/** @throws Failure if the server cannot be reached */
async function isPublished(origin: string, box: BoxAddress): Promise<boolean> {
  try {
    await fetchOwnCard(connect(origin, PATIENCE_MS.look), { box })
    return true
  } catch (error) {
    if (isDropError(error) && error.code === 'gone') return false
    throw nameServer(error, origin, 'nothing was made')
  }
}

/** Asked first: without a server nothing is made. */
async function largestOf(origin: string): Promise<number> {
  try {
    return (await fetchLimits(connect(origin, PATIENCE_MS.look))).largest
  } catch (error) {
    throw nameServer(error, origin, 'nothing was made; --server and SEALDROP_SERVER name another server')
  }
}
