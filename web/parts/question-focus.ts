import type { RefObject } from 'preact'
import { useLayoutEffect, useRef } from 'preact/hooks'

/**
 * Puts the focus into what stands in place of a button that was pressed, and back on that button when it is gone.
 * @param from - the button, by its `asks`
 * @param first - what takes the focus; the element itself if left out
 * @returns what the element is to take as its `ref`
 */
export function useQuestionFocus(from: string, first?: string): RefObject<HTMLDivElement | null> {
  const box = useRef<HTMLDivElement>(null)
  useLayoutEffect(() => {
    const { current } = box
    const around = current?.parentElement
    const target = first === undefined ? current : current?.querySelector<HTMLElement>(first)
    target?.focus()
    return () => {
      // What asked is drawn again in place of the question, as soon as that is gone.
      queueMicrotask(() => {
        const isLost = document.activeElement === null || document.activeElement === document.body
        if (isLost) around?.querySelector<HTMLElement>(`[data-asks="${from}"]`)?.focus()
      })
    }
  }, [from, first])
  return box
}
