import { isDropError } from '#protocol/error.ts'
import { openVault } from '#client/box/vault.ts'
import { stretch } from '#client/crypto/argon2.ts'
import { value, type Value } from '../command.ts'
import { EXIT, Failure } from '../failure.ts'
import { takePassphrase } from '../terminal/secrets.ts'
import { say } from '../terminal/terminal.ts'
import { unlockedBox, tellStretching, type UnlockedBox } from './unlocked-box.ts'
import { keepUp } from './upkeep.ts'
import { chooseVault } from './vaults.ts'

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
export async function unlock(options: UnlockOptions): Promise<UnlockedBox> {
  const session = await unlockQuietly(options)
  await keepUp(session)
  const { phrase, backedUpAtMs } = session.state()
  if (phrase !== undefined && backedUpAtMs === undefined)
    say('there is no backup of this box: sealdrop box backup FILE')
  return session
}

/** The same without asking any server. */
export async function unlockQuietly({ box, 'passphrase-file': path }: UnlockOptions): Promise<UnlockedBox> {
  const vault = chooseVault(box)
  const passphrase = await takePassphrase(`Passphrase of ${vault.name}`, path)
  try {
    return unlockedBox(await openVault(vault, passphrase, stretch, tellStretching()), passphrase)
  } catch (cause) {
    if (!isDropError(cause) || cause.code !== 'open_failed') throw cause
    throw new Failure('wrong passphrase', { exitCode: EXIT.wrongPassphrase, cause })
  }
}
