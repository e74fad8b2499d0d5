import type { BoxAddress } from '#protocol/address.ts'
import { isDropError } from '#protocol/error.ts'
import { announceKeys, learnCard } from '#client/box/joining.ts'
import { forgetExpired } from '#client/box/forget.ts'
import { needsRenewal, renew, takeUp } from '#client/box/owner.ts'
import { deriveRoot, type Root } from '#client/box/root.ts'
import { formatState, type BoxState } from '#client/box/state.ts'
import {
  changePassphrase,
  formatVault,
  newVault,
  openVault,
  reopenVault,
  saveState,
  type OpenVault,
  type Vault,
} from '#client/box/vault.ts'
import { agreeOnTime, isClockFault } from '#client/clocks.ts'
import { stretch } from '#client/crypto/argon2.ts'
import type { Server } from '#client/server.ts'
import { connect, nameServer, PATIENCE_MS } from '../network/connect.ts'
import { EXIT, explain, explainWith, Failure } from '../failure.ts'
import { withLock } from '../state/lock.ts'
import { makeProgress } from '../terminal/progress.ts'
import { takePassphrase } from '../terminal/secrets.ts'
import { say } from '../terminal/terminal.ts'
import { chooseVault, createVault, lockPath, readVault, replaceVault } from './vaults.ts'
import { value, type Value } from '../command.ts'

/** A box that this command has unlocked. */
export interface Session {
  readonly address: BoxAddress
  /** The passphrase that unlocked it: a backup is sealed with it where its owner names no other. */
  readonly passphrase: string
  state(): BoxState
  /** Changes what is kept. It is on the disk when this returns, and no change of another command is lost. */
  change(by: (state: BoxState) => BoxState | Promise<BoxState>): Promise<BoxState>
  /** From now on another passphrase unlocks it here. */
  changePassphrase(passphrase: string): Promise<void>
  /** @throws Failure on a computer that only reads this box */
  root(): Promise<Root>
  server(patienceMs: number): Server
}

/** Options of every command that unlocks a box. */
export const UNLOCK_OPTIONS: { readonly box: Value; readonly 'passphrase-file': Value } = {
  box: value(
    'NAME',
    'which box, by its name or the beginning of its address;',
    'needed when this computer has more than one',
  ),
  'passphrase-file': value(
    'FILE',
    'read the passphrase of the box from the only line of',
    'FILE (- is standard input) instead of asking for it',
  ),
}

export interface UnlockOptions {
  readonly box?: string | undefined
  readonly 'passphrase-file'?: string | undefined
}

/**
 * Unlocks a box, and does what is due whenever somebody does: renews its cards, announces this reader's keys, deletes old keys.
 * @throws Failure for a wrong passphrase
 */
export async function unlock(options: UnlockOptions): Promise<Session> {
  const session = await unlockQuietly(options)
  await keepUp(session)
  const { phrase, backedUpAtMs } = session.state()
  if (phrase !== undefined && backedUpAtMs === undefined)
    say('there is no backup of this box: sealdrop box backup FILE')
  return session
}

/** The same without asking any server. */
export async function unlockQuietly({ box, 'passphrase-file': path }: UnlockOptions): Promise<Session> {
  const vault = chooseVault(box)
  const passphrase = await takePassphrase(`Passphrase of ${vault.name}`, path)
  return makeSession(await openIt(vault, passphrase), passphrase)
}

/** Seals a new box and keeps it. @throws Failure if the box is here already */
export async function keepBox(state: BoxState, passphrase: string): Promise<Session> {
  const open = await newVault(state, passphrase, stretch, tellStretching())
  if (!createVault(open.vault)) throw isHere()
  return makeSession(open, passphrase)
}

/** What a reader asks of its box. @throws Failure that says so if the box does not know this reader */
export async function asReader<T>(session: Session, request: Promise<T>): Promise<T> {
  try {
    return await request
  } catch (error) {
    const { origin, phrase } = session.state()
    if (!isDropError(error) || error.code !== 'not_proved') throw nameServer(error, origin)
    throw new Failure(NOT_LISTED, { hint: phrase === undefined ? ASK_OWNER : PUBLISH, cause: error })
  }
}

/**
 * The time with which the keys of a box begin here. Asked first: by a clock that is wrong nothing is made.
 * @returns milliseconds since 1970
 */
export async function timeOf(origin: string): Promise<number> {
  try {
    return (await agreeOnTime(connect(origin, PATIENCE_MS.look), Date.now())).earliest
  } catch (error) {
    throw nameServer(error, origin, 'nothing was made; --server and SEALDROP_SERVER name another server')
  }
}

export function isHere(): Failure {
  return new Failure('this box is on this computer already', { hint: 'sealdrop box show tells about it' })
}

function makeSession(opened: OpenVault, passphrase: string): Session {
  let open = opened
  const { box: address } = opened.vault
  /** Under the lock, and on top of what other commands have done meanwhile. */
  const update = (by: (latest: OpenVault) => Promise<OpenVault>): Promise<void> =>
    withLock(lockPath(address), async () => {
      const vault = readVault(address)
      if (vault === undefined) throw new Failure('this box was forgotten while this command was running')
      const kept = formatVault(vault)
      open = kept === formatVault(open.vault) ? open : await reopenVault(open, vault)
      open = await by(open)
      if (formatVault(open.vault) !== kept) keep(open.vault)
    })
  return {
    address,
    passphrase,
    state: () => open.state,
    change: async (by) => {
      await update(async (latest) => {
        const next = await by(latest.state)
        return formatState(next) === formatState(latest.state) ? latest : saveState(latest, next)
      })
      return open.state
    },
    changePassphrase: (next) => update((latest) => changePassphrase(latest, next, stretch, tellStretching())),
    root: async () => {
      const { phrase } = open.state
      if (phrase === undefined) throw new Failure('only the owner of this box can do that')
      return deriveRoot(phrase)
    },
    server: (patienceMs) => connect(open.state.origin, patienceMs),
  }
}

async function openIt(vault: Vault, passphrase: string): Promise<OpenVault> {
  try {
    return await openVault(vault, passphrase, stretch, tellStretching())
  } catch (cause) {
    if (!isDropError(cause) || cause.code !== 'open_failed') throw cause
    throw new Failure('wrong passphrase', { exitCode: EXIT.wrongPassphrase, cause })
  }
}

/** The change has already been asked of the server. @throws Failure that says so */
function keep(vault: Vault): void {
  try {
    replaceVault(vault)
  } catch (error) {
    throw explainWith(error, 'what was asked of the server may be done: the same command again makes sure')
  }
}

function tellStretching(): (done: number) => void {
  const progress = makeProgress()
  return (done) => progress({ stage: 'stretching', done })
}

/** What fails here is told, and keeps nobody from reading: it is tried again by the next command. */
export async function keepUp(session: Session): Promise<void> {
  const now = Date.now()
  const isOwner = session.state().phrase !== undefined
  // By a clock that is wrong nothing else can be done either, and it is told once.
  if (!(await deleteOldKeys(session, now))) return
  try {
    await (isOwner ? renewIfDue(session, now) : tellKeys(session, now))
  } catch (error) {
    const { message } = explain(nameServer(error, session.state().origin))
    const isDue = isOwner && needsRenewal(session.state(), now)
    const asOwner = isDue ? 'the keys could not be renewed' : 'the newest card of the box could not be looked at'
    say(`${isOwner ? asOwner : 'the coming keys could not be announced'}: ${message}`)
  }
}

/** @returns whether the clock of this computer is right, as far as it is known */
async function deleteOldKeys(session: Session, now: number): Promise<boolean> {
  try {
    await session.change((state) => forgetExpired(session.server(PATIENCE_MS.look), state, now))
    return true
  } catch (error) {
    const { hint, message } = explain(nameServer(error, session.state().origin))
    const isClock = isClockFault(error)
    const what = isClock ? 'the keys of this box could not be seen to' : 'old keys could not be deleted'
    say(`${what}: ${message}${hint === undefined ? '' : `; ${hint}`}`)
    return !isClock
  }
}

async function renewIfDue(session: Session, now: number): Promise<void> {
  const server = session.server(PATIENCE_MS.look)
  await session.change((state) => takeUp(server, state, now))
  if (!needsRenewal(session.state(), now)) return
  const { serial } = session.state()
  // Asked again under the lock: another command may have done it.
  await session.change((state) => (needsRenewal(state, now) ? renew(server, state, now) : state))
  // While a reader has announced no more, there is nothing new to publish.
  if (session.state().serial !== serial) say('the keys of this box are renewed')
}

/** Only the owner publishes: it learns the coming keys of the other readers from the server. */
async function tellKeys(session: Session, now: number): Promise<void> {
  const server = session.server(PATIENCE_MS.look)
  await session.change((state) => learnCard(server, state))
  try {
    await announceKeys(server, session.state(), now)
  } catch (cause) {
    if (isDropError(cause) && cause.code === 'not_proved') throw new Failure(`${NOT_LISTED}; ${ASK_OWNER}`, { cause })
    throw cause
  }
}

const NOT_LISTED =
  'this reader is not on the card of the box: not yet, or not any more, as its owner has removed it or its keys have run out'
const ASK_OWNER = 'sealdrop box join makes a new reader code: give it to the owner'
const PUBLISH = 'another computer of its owner has published since; sealdrop box renew publishes the readers known here'
