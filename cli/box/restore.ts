import { isDropError } from '#protocol/error.ts'
import { openBackup } from '#client/box/backup.ts'
import { fetchOwnCard } from '#client/box/own-card.ts'
import { createBox, publish } from '#client/box/owner.ts'
import type { BoxState } from '#client/box/state.ts'
import { presentTime } from '#client/clocks.ts'
import { fetchLimits } from '#client/send.ts'
import { accessOfState } from '#client/box/access.ts'
import { fetchItems } from './items.ts'
import { takePhrase } from './phrase.ts'
import { announceBox } from './summary.ts'
import { readVault } from '../vault/vaults.ts'
import { connect, nameServer, PATIENCE_MS } from '../network/connect.ts'
import { EXIT, explainWith, Failure, type ExitCode } from '../failure.ts'
import { makeProgress } from '../terminal/progress.ts'
import { readNamed } from '../terminal/streams.ts'
import { readPassphrase, takeNewPassphrase, takePassphrase } from '../terminal/secrets.ts'
import { say } from '../terminal/terminal.ts'
import { count } from '../terminal/format.ts'
import { command, type Command, flag, misused, type ParsedArgs, value } from '../command.ts'
import { parseCardName, parseServer } from '../options.ts'
import { isHere, keepBox, type UnlockedBox, timeOf } from '../vault/unlocked-box.ts'
import { keepUp } from '../vault/upkeep.ts'

const OPTIONS = {
  phrase: flag('ask for the 24 words'),
  'phrase-file': value('FILE', 'read them from the only line of FILE'),
  'backup-passphrase-file': value(
    'FILE',
    'read the passphrase of the backup from the only line of',
    'FILE, and give the box another one on this computer',
  ),
  'passphrase-file': value('FILE', 'read the passphrase from the only line of FILE'),
  'reader-name': { ...value('NAME', 'with the phrase: what senders see of you; default Owner'), default: 'Owner' },
  server: value('ORIGIN', 'with the phrase: where the box is; default as for send'),
  json: flag('print {"box", "link", "name", "published"}'),
} as const

/** Brings a box back: whole from a backup, or its address alone from the phrase. */
export const boxRestore: Command = command({
  usage: [
    `Usage: sealdrop box restore FILE [--backup-passphrase-file FILE] [OPTIONS]
       sealdrop box restore --phrase | --phrase-file FILE [--server ORIGIN] [OPTIONS]

Brings a box to this computer. A backup brings all of it. The phrase brings the
address back, with new keys: what was sealed before cannot be opened by it, and
other readers have to be added anew.`,
    ['phrase', 'phrase-file', 'backup-passphrase-file', 'passphrase-file', 'reader-name', 'server', 'json'],
  ],
  options: OPTIONS,
  most: 1,
  run,
})

type Values = ParsedArgs<typeof OPTIONS>['values']

async function run({ values, positionals }: ParsedArgs<typeof OPTIONS>): Promise<ExitCode> {
  const { phrase, 'phrase-file': phraseFile, 'passphrase-file': file } = values
  const [path] = positionals
  const ways = [path !== undefined, phrase, phraseFile !== undefined].filter(Boolean).length
  if (ways !== 1) throw misused('name a backup, or give one of --phrase and --phrase-file')
  if ([path, file, phraseFile, values['backup-passphrase-file']].filter((each) => each === '-').length > 1)
    throw misused('standard input cannot be both')
  return path === undefined ? fromPhrase(values) : fromBackup(path, values)
}

async function fromBackup(path: string, values: Values): Promise<ExitCode> {
  const { 'passphrase-file': file, 'backup-passphrase-file': ownFile } = values
  const bytes = await readBackup(path)
  const passphrase =
    ownFile === undefined ? await takePassphrase('Passphrase of the backup', file) : await readPassphrase(ownFile)
  const state = await openWith(bytes, passphrase)
  if (readVault(state.box) !== undefined) throw isHere()
  await presentTime(connect(state.origin, PATIENCE_MS.look), Date.now())
  // The same passphrase goes on, unless another is given for this computer.
  const session = await keepBox(state, ownFile === undefined ? passphrase : await takeNewPassphrase(file))
  await keepUp(session)
  await announceBox(session.state(), values.json)
  say('what has arrived since the backup was made opens too, for a month and longer')
  return EXIT.done
}

async function openWith(bytes: Uint8Array<ArrayBuffer>, passphrase: string): Promise<BoxState> {
  const progress = makeProgress()
  try {
    return await openBackup(bytes, passphrase, (done) => progress({ stage: 'stretching', done }))
  } catch (cause) {
    if (!isDropError(cause) || cause.code !== 'open_failed') throw cause
    throw new Failure('wrong passphrase, or this is no backup', { exitCode: EXIT.wrongPassphrase, cause })
  }
}

async function fromPhrase(values: Values): Promise<ExitCode> {
  const origin = parseServer(values.server)
  const readerName = parseCardName(values['reader-name'], '--reader-name')
  const phrase = await takePhrase(values['phrase-file'])
  const now = await timeOf(origin)
  const server = connect(origin, PATIENCE_MS.look)
  let bare: BoxState
  let last: Awaited<ReturnType<typeof fetchOwnCard>> | undefined
  try {
    const { largest } = await fetchLimits(server)
    const plan = { origin, name: 'Box', readerName, terms: { largest, invitation: false }, now, phrase }
    bare = (await createBox(plan)).state
    if (readVault(bare.box) !== undefined) throw isHere()
    last = await fetchOwnCard(server, bare).catch(unlessGone)
  } catch (error) {
    throw nameServer(error, origin, 'nothing was done; --server and SEALDROP_SERVER name the server that it was on')
  }
  const state =
    last === undefined
      ? bare
      : { ...bare, name: last.name, terms: last.terms, serial: Math.max(bare.serial, last.serial) }
  const session = await keepBox(state, await takeNewPassphrase(values['passphrase-file']))
  try {
    await session.change((before) => publish(session.server(PATIENCE_MS.send), before, Date.now()))
  } catch (error) {
    throw explainWith(nameServer(error, origin), 'the box is here: sealdrop box renew publishes it')
  }
  await announceBox(session.state(), values.json)
  const others = (last?.readers ?? []).map(({ name }) => name)
  await tellLoss(session, others)
  return EXIT.done
}

/** The phrase gives the address back, and no key that anything was sealed for. */
async function tellLoss(session: UnlockedBox, others: readonly string[]): Promise<void> {
  const access = await accessOfState(session.state())
  const { count: lost } = await fetchItems(session.server(PATIENCE_MS.look), access, 1)
  say(
    lost === 0
      ? 'the address is back; nothing lies in the box'
      : `the address is back; of what lies in the box, ${count(lost, 'drop')} cannot be opened here: the keys are not in the phrase`,
  )
  say('a backup would bring them back: if you have one, sealdrop box forget, and restore that')
  if (others.length > 0) say(`readers on the last card, who have to be added anew: ${others.join(', ')}`)
}

function unlessGone(error: unknown): undefined {
  if (!isDropError(error) || error.code !== 'gone') throw error
}

/** @throws Failure if it cannot be read, or is longer than any backup */
async function readBackup(path: string): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await readNamed(path, MAX_BACKUP_BYTES)
  if (bytes === undefined) throw new Failure(`this is no backup: ${path}`, { exitCode: EXIT.usage })
  return new Uint8Array(bytes)
}

/** 10,000 items that were read come to a few megabytes. */
const MAX_BACKUP_BYTES = 67_108_864
