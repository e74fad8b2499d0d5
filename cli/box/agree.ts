import { Failure } from '../failure.ts'
import { confirm } from '../terminal/terminal.ts'

/** Asks before what cannot be undone. @param isAgreed - with `--yes`. @throws Failure for anything but yes */
export async function agree(isAgreed: boolean, question: string): Promise<void> {
  if (isAgreed || (await confirm(question, 'use --yes'))) return
  throw new Failure('nothing was done')
}
