import type { VNode } from 'preact'
import { largestFor, letterCapacity } from '#client/capacity.ts'
import { Field } from '../../../kit/field.tsx'
import { createWords as words } from '../../../copy/boxes-making.ts'
import * as format from '../../../copy/format.ts'
import { Choice } from './choice.tsx'

/** The terms of a box. */
export interface TypedTerms {
  /** Bytes of ciphertext. */
  readonly largest: number
  readonly invitation: boolean
}

export const FIRST_TERMS: TypedTerms = { largest: largestFor(100_000_000), invitation: false }

export function BoxTermsFields({ terms, onInput }: { terms: TypedTerms; onInput: (terms: TypedTerms) => void }): VNode {
  const isOffered = OFFERED.some(({ largest }) => largest === terms.largest)
  const own = { largest: terms.largest, room: letterCapacity(terms.largest) }
  const offered = isOffered ? OFFERED : [...OFFERED, own].toSorted((a, b) => a.largest - b.largest)
  return (
    <>
      <Field id="largest" label={words.largest}>
        {(ids) => (
          <select
            {...ids}
            value={String(terms.largest)}
            onChange={({ currentTarget }) => onInput({ ...terms, largest: Number(currentTarget.value) })}
          >
            {offered.map(({ largest, room }) => (
              <option key={largest} value={String(largest)}>
                {format.atMost(room)}
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

/** Bytes of text and files that an owner is offered, and of the drop that they fit. A server may take less. */
const OFFERED = [1_000_000, 10_000_000, 100_000_000, 1_000_000_000, 5_000_000_000].map((room) => ({
  largest: largestFor(room),
  room,
}))
