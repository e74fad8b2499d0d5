import { boxAddressBytes, type BoxAddress } from '#protocol/address.ts'
import { formatVault, parseVault, type Vault } from '#client/box/vault.ts'
import { EXIT, explain, explainWith, Failure } from '../failure.ts'
import { removeFile } from '../state/files.ts'
import { withLock } from '../state/lock.ts'
import { createRecord, listRecords, readRecord, removeRecord, replaceRecord, statePath } from '../state/records.ts'
import { say } from '../terminal/terminal.ts'
import { misused } from '../command.ts'

/** The boxes of this computer, still sealed. A damaged file is told, and hides no other box. */
export function listVaults(): Vault[] {
  return listRecords('boxes').flatMap((name) => {
    try {
      return readRecord('boxes', name, parseVault) ?? []
    } catch (error) {
      const { message, hint } = explain(error)
      say(`${message}${hint === undefined ? '' : `; ${hint}`}`)
      return []
    }
  })
}

/** Whether this computer has more than one box, a damaged one counted. */
export function hasSeveralVaults(): boolean {
  return listRecords('boxes').length > 1
}

/** @throws Failure if its file is damaged */
export function readVault(address: BoxAddress): Vault | undefined {
  return readRecord('boxes', nameOf(address), parseVault)
}

/** Keeps a box that must not be there yet. @returns whether it was kept */
export function createVault(vault: Vault): boolean {
  return createRecord('boxes', nameOf(vault.box), vault)
}

/**
 * Changes a vault under the lock of its box.
 * @param by - given the vault as other commands have left it; whatever it asks of a server is done when it returns.
 * @throws Failure if the box was forgotten meanwhile, or the change could not be kept
 */
export async function changeVault(address: BoxAddress, by: (kept: Vault) => Promise<Vault>): Promise<void> {
  await withLock(lockPath(address), async () => {
    const kept = readVault(address)
    if (kept === undefined) throw new Failure('this box was forgotten while this command was running')
    const next = await by(kept)
    if (formatVault(next) === formatVault(kept)) return
    try {
      replaceRecord('boxes', nameOf(address), next)
    } catch (error) {
      throw explainWith(error, 'what was asked of the server may be done: the same command again makes sure')
    }
  })
}

/** Deletes a vault, and the lock of its box. */
export async function forgetVault(address: BoxAddress): Promise<void> {
  await withLock(lockPath(address), async () => {
    removeRecord('boxes', nameOf(address))
    removeFile(lockPath(address))
  })
}

/**
 * The box that a command is about: the only one, or the one that is named.
 * @param named - its name, or the beginning of its address.
 * @throws Failure if there is none, or more than one
 */
export function chooseVault(named: string | undefined): Vault {
  const vaults = listVaults()
  if (vaults.length === 0)
    throw new Failure('there is no box on this computer', {
      hint: 'sealdrop box create makes one, sealdrop box join and sealdrop box restore bring one here',
    })
  const wanted = named?.trim().toLowerCase()
  if (wanted === '') throw misused('--box takes the name of a box, or the beginning of its address')
  const found = vaults.filter(
    ({ box, name }) => wanted === undefined || name.toLowerCase() === wanted || box.startsWith(wanted),
  )
  const [first, ...others] = found
  // Not the only one that is left when another is damaged: that may be the one that is meant.
  const isNamed = named !== undefined || !hasSeveralVaults()
  if (first !== undefined && others.length === 0 && isNamed) return first
  const problem =
    first === undefined
      ? 'there is no such box on this computer'
      : named === undefined
        ? 'there is more than one box on this computer'
        : 'more than one box is called so'
  const hint = '--box takes the name of a box, or the beginning of its address; sealdrop box show lists them'
  throw new Failure(problem, { exitCode: EXIT.usage, hint })
}

/** The lock of a command that changes a box. */
function lockPath(address: BoxAddress): string {
  return statePath('boxes', `${nameOf(address)}.lock`)
}

/** Hex, as all records are named: an address is longer, and tells no more. */
function nameOf(address: BoxAddress): string {
  return Buffer.from(boxAddressBytes(address)).toString('hex')
}
