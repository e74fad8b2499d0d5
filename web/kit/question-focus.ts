import type { RefObject } from 'preact'
import { useLayoutEffect, useRef } from 'preact/hooks'

/**
 * Puts the focus into the question in place of a button that was pressed, and back on that button when it is gone.
 * @param from - the button, by its `asks`
 * @param first - selects the element that takes the focus; the question itself if left out
 * @returns the `ref` of the question
 */
export function useQuestionFocus(from: string, first?: string): RefObject<HTMLDivElement | null> {
  const box = useRef<HTMLDivElement>(null)
  useLayoutEffect(() => {
    const { current } = box
    const around = current?.parentElement
    const target = first === undefined ? current : current?.querySelector<HTMLElement>(first)
    target?.focus()
    return () => {
      // The button is drawn again in place of the question, as soon as that is gone.
      queueMicrotask(() => {
        const isLost = document.activeElement === null || document.activeElement === document.body
        if (isLost) around?.querySelector<HTMLElement>(`[data-asks="${from}"]`)?.focus()
      })
    }
  }, [from, first])
  return box
}
