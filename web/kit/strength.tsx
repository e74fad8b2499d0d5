import type { VNode } from 'preact'
import { judgePassphrase, type Tries } from '#client/passphrase.ts'
import { strengths } from '../copy/passphrase.ts'

/** Says of a passphrase that is being chosen how easily it is guessed; nothing of one that holds. */
export function StrengthHint({ passphrase, tries }: { passphrase: string; tries: Tries }): VNode {
  const strength = passphrase === '' ? 'fair' : judgePassphrase(passphrase, tries)
  return (
    <p class="warn-text strength" role="status">
      {strength === 'fair' ? '' : strengths[tries][strength]}
    </p>
  )
}
