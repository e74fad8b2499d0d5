import { useState } from 'preact/hooks'
import type { BoxTermsOfCard } from '#protocol/card.ts'
import type { BoxSession } from '../session.ts'

/** Texts that are typed in the parts of an open box, and are no secret. */
export interface Typed {
  readonly readerCode: string
  readonly invitation: { readonly label: string; readonly items: string; readonly bytes: number; readonly days: string }
  readonly terms: BoxTermsOfCard
}

/**
 * As `useState`, for typed text: it is still there after a look at another part of the box, until the box is locked.
 * @param first - until something is typed @returns the text, and a function that changes it; `undefined` forgets it
 */
export function useTyped<Name extends keyof Typed>(
  session: BoxSession,
  name: Name,
  first: Typed[Name],
): readonly [Typed[Name], (next: Typed[Name] | undefined) => void] {
  const [, redraw] = useState(0)
  const change = (next: Typed[Name] | undefined): void => {
    TYPED.set(session, { ...TYPED.get(session), [name]: next })
    redraw((count) => count + 1)
  }
  return [TYPED.get(session)?.[name] ?? first, change]
}

const TYPED = new WeakMap<BoxSession, { readonly [Name in keyof Typed]?: Typed[Name] | undefined }>()
