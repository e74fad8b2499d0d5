import type { RefObject } from 'preact'
import { useEffect, useRef } from 'preact/hooks'

/**
 * Keeps the focus of a form whose fields are disabled while it is at work: it waits on the button that submits, and goes
 * back to where it was after a failure. @returns the `ref` of the form
 */
export function useKeptFocus(isBusy: boolean): RefObject<HTMLFormElement | null> {
  const form = useRef<HTMLFormElement>(null)
  const last = useRef<HTMLElement | undefined>(undefined)
  useEffect(() => {
    if (isBusy) return
    const note = ({ target }: FocusEvent): void => {
      if (target instanceof HTMLElement) last.current = target
    }
    const { current } = form
    current?.addEventListener('focusin', note)
    return () => current?.removeEventListener('focusin', note)
  }, [isBusy])
  useEffect(() => {
    const submit = form.current?.querySelector<HTMLElement>('button[type=submit]') ?? undefined
    const { activeElement } = document
    // A focus that has moved on meanwhile stays there.
    const isLost = activeElement === null || activeElement === document.body
    if (isBusy) {
      if (isLost || (activeElement.matches(':disabled') && form.current?.contains(activeElement))) submit?.focus()
    } else if (last.current !== undefined && (isLost || activeElement === submit)) {
      last.current.focus()
    }
  }, [isBusy])
  return form
}
