import { render, type VNode } from 'preact'

/**
 * Draws a page anew whenever it is called. What is called while it draws, by an effect that the last drawing has left, waits until that
 * is done: one drawing within another leaves a page that does not change any more.
 */
export function makeDrawing(root: Element, page: () => VNode): () => void {
  let isDrawing = false
  let isDue = false
  return () => {
    isDue = true
    if (isDrawing) return
    isDrawing = true
    try {
      while (isDue) {
        isDue = false
        render(page(), root)
      }
    } finally {
      isDrawing = false
    }
  }
}
