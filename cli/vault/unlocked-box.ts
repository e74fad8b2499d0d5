import type { BoxAddress } from '#protocol/address.ts'
import { isDropError } from '#protocol/error.ts'
import { deriveRoot, type Root } from '#client/box/root.ts'
import { formatState, type BoxState } from '#client/box/state.ts'
import { changePassphrase, formatVault, newVault, reopenVault, saveState, type OpenVault } from '#client/box/vault.ts'
import { agreeOnTime } from '#client/clocks.ts'
import { stretch } from '#client/crypto/argon2.ts'
import type { Server } from '#client/server.ts'
import { connect, nameServer, PATIENCE_MS } from '../network/connect.ts'
import { Failure } from '../failure.ts'
import { makeProgress } from '../terminal/progress.ts'
import { changeVault, createVault } from './vaults.ts'

/** A box that this command has unlocked. */
export interface UnlockedBox {
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

/** Seals a new box and keeps it. @throws Failure if the box is here already */
export async function keepBox(state: BoxState, passphrase: string): Promise<UnlockedBox> {
  const open = await newVault(state, passphrase, stretch, tellStretching())
  if (!createVault(open.vault)) throw isHere()
  return unlockedBox(open, passphrase)
}

/** A request of a reader to its box. @throws Failure that says so if the box does not know this reader */
export async function asReader<T>(session: UnlockedBox, request: Promise<T>): Promise<T> {
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

/** The box of a vault that has been opened. */
export function unlockedBox(opened: OpenVault, passphrase: string): UnlockedBox {
  let open = opened
  const { box: address } = opened.vault
  /** On top of the changes of other commands. */
  const update = (by: (latest: OpenVault) => Promise<OpenVault>): Promise<void> =>
    changeVault(address, async (kept) => {
      if (formatVault(kept) !== formatVault(open.vault)) open = await reopenVault(open, kept)
      open = await by(open)
      return open.vault
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

/** Shows how far the stretching of a passphrase is. */
export function tellStretching(): (done: number) => void {
  const progress = makeProgress()
  return (done) => progress({ stage: 'stretching', done })
}

/** Why a reader is refused. */
export const NOT_LISTED: string =
  'this reader is not on the card of the box: not yet, or not any more, as its owner has removed it or its keys have run out'
export const ASK_OWNER: string = 'sealdrop box join makes a new reader code: give it to the owner'
const PUBLISH = 'another computer of its owner has published since; sealdrop box renew publishes the readers known here'
