import type { VNode } from 'preact'
import { Field } from '../../parts/field.tsx'
import { createWords as words } from '../../words/boxes-making.ts'
import * as format from '../../words/format.ts'
import { Choice } from './choice.tsx'

/** What a box takes. */
export interface TypedTerms {
  /** Bytes of ciphertext. */
  readonly largest: number
  readonly invitation: boolean
}

export const FIRST_TERMS: TypedTerms = { largest: 100_000_000, invitation: false }

export function TermsFields({ terms, onInput }: { terms: TypedTerms; onInput: (terms: TypedTerms) => void }): VNode {
  const offered = LARGEST.includes(terms.largest) ? LARGEST : [...LARGEST, terms.largest].toSorted((a, b) => a - b)
  return (
    <>
      <Field id="largest" label={words.largest}>
        {(ids) => (
          <select
            {...ids}
            value={String(terms.largest)}
            onChange={({ currentTarget }) => onInput({ ...terms, largest: Number(currentTarget.value) })}
          >
            {offered.map((bytes) => (
              <option key={bytes} value={String(bytes)}>
                {format.bytes(bytes)}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Choice
        id="invitation"
        label={words.invitation}
        hint={words.invitationHint}
        isChosen={terms.invitation}
        onChange={(invitation) => onInput({ ...terms, invitation })}
      />
    </>
  )
}

/** Sizes that an owner is offered, in bytes. A server may take less. */
const LARGEST: readonly number[] = [1_000_000, 10_000_000, 100_000_000, 1_000_000_000, 5_000_000_000]
