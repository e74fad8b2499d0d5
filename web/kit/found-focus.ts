import type { RefObject } from 'preact'
import { useEffect, useRef } from 'preact/hooks'

/**
 * Finds a place for the focus when the element that had it is drawn no longer: the nearest heading that takes it.
 * @returns the `ref` of the element around all of it
 */
export function useFoundFocus(): RefObject<HTMLElement | null> {
  const box = useRef<HTMLElement>(null)
  const way = useRef<readonly Element[]>([])
  useEffect(() => {
    const note = ({ target }: FocusEvent): void => {
      way.current = target instanceof Element ? wayUp(target, box.current) : []
    }
    const { current } = box
    current?.addEventListener('focusin', note)
    return () => current?.removeEventListener('focusin', note)
  }, [])
  useEffect(() => {
    const isLost = document.activeElement === null || document.activeElement === document.body
    if (!isLost || way.current[0]?.isConnected !== false) return
    for (const each of way.current) {
      const heading = each.isConnected ? each.querySelector<HTMLElement>('h1[tabindex], h2[tabindex]') : null
      if (heading !== null) return heading.focus({ preventScroll: true })
    }
  })
  return box
}

/** An element and everything around it, up to the last. */
function wayUp(from: Element, last: Element | null): Element[] {
  const way: Element[] = []
  for (let at: Element | null = from; at !== null; at = at === last ? null : at.parentElement) way.push(at)
  return way
}
