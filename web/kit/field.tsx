import type { ComponentChildren, VNode } from 'preact'
import { useEffect, useRef } from 'preact/hooks'

/** The attributes that tie a control to its label, its hint and its error. */
export interface FieldIds {
  readonly id: string
  readonly 'aria-describedby': string | undefined
  readonly 'aria-invalid': true | undefined
}

export interface FieldProps {
  /** The only one of its name on the screen. */
  readonly id: string
  readonly label: ComponentChildren
  readonly hint?: ComponentChildren
  readonly error?: ComponentChildren
  /** Whatever changes when the same error happens again. */
  readonly occasion?: unknown
  /** Draws the control with these attributes on it. */
  readonly children: (ids: FieldIds) => ComponentChildren
}

/** A control with a visible label above it. A new error takes the focus to the control. */
export function Field({ id, label, hint, error, occasion, children }: FieldProps): VNode {
  const box = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (error !== undefined) box.current?.querySelector<HTMLElement>(`#${id}`)?.focus()
  }, [id, error, occasion])
  const described = [hint === undefined ? '' : `${id}-hint`, error === undefined ? '' : `${id}-error`].filter(
    (each) => each !== '',
  )
  return (
    <div class="field" ref={box}>
      <label for={id}>{label}</label>
      {children({
        id,
        'aria-describedby': described.length === 0 ? undefined : described.join(' '),
        'aria-invalid': error === undefined ? undefined : true,
      })}
      {error !== undefined && (
        <p class="error" id={`${id}-error`}>
          {error}
        </p>
      )}
      {hint !== undefined && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </div>
  )
}

/**
 * A typed text is of no use if it is changed, and nobody else's business: no browser corrects, completes, translates, keeps or
 * looks it up.
 */
export const LEFT_ALONE = {
  autoCapitalize: 'off',
  autoComplete: 'off',
  autoCorrect: 'off',
  lang: '',
  spellcheck: false,
  translate: false,
} as const
