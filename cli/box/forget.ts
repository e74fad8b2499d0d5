import { agree } from './agree.ts'
import { chooseVault, forgetVault, lockPath } from '../vault/vaults.ts'
import { EXIT, type ExitCode } from '../failure.ts'
import { withLock } from '../state/lock.ts'
import { parseOptions } from '../options.ts'
import { printJson, say } from '../terminal/terminal.ts'

/** Deletes a box from this computer. On the server it stays, and so does what lies in it. */
export async function forget(args: readonly string[]): Promise<ExitCode> {
  const { values } = parseOptions(args, OPTIONS, 0)
  const { box, name } = chooseVault(values.box)
  await agree(values.yes, `Forget ${name} here? Only a backup, or the phrase, brings it back`)
  await withLock(lockPath(box), async () => forgetVault(box))
  if (values.json) await printJson({ forgotten: box })
  say(`forgot ${name}; on the server it stays until its keys end and its drops expire`)
  return EXIT.done
}

const OPTIONS = {
  box: { type: 'string' },
  yes: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
} as const
