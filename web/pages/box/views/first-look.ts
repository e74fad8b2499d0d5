import { useEffect, useRef } from 'preact/hooks'

/**
 * Looks once when a screen is shown, as soon as nothing else is at work. Not again by itself: a fault that came up meanwhile is on the
 * screen, and each look takes it away.
 */
export function useFirstLook(isFree: boolean, look: () => unknown): void {
  const hasLookedRef = useRef(false)
  useEffect(() => {
    if (hasLookedRef.current || !isFree) return
    hasLookedRef.current = true
    look()
  })
}
