import { options, render, type VNode } from 'preact'
import { once } from './memo.ts'
import { copyVerbatim } from './copying.ts'
import { hearFilled } from './filled.ts'

/**
 * Draws a page in place of whatever is there, anew whenever it is called. A call while it draws, by an effect that the last
 * drawing has left, waits until that is done: one drawing within another leaves a page that does not change any more.
 */
export function makeDrawing(root: Element, page: () => VNode): () => void {
  let isDrawing = false
  let isDue = false
  /** The content in place until something is drawn. It says what to do: it comes back if the first drawing fails. */
  let instead: ChildNode[] | undefined = Array.from(root.childNodes)
  root.addEventListener('copy', (event) => copyVerbatim(event as ClipboardEvent))
  hearFilled(root)
  const around = aroundTranslations(root)
  // A part of the page that changes by itself.
  options.debounceRendering = (redraw) => queueMicrotask(() => around(redraw))
  return () => {
    isDue = true
    if (isDrawing) return
    isDrawing = true
    if (instead !== undefined) root.replaceChildren()
    try {
      while (isDue) {
        isDue = false
        around(() => render(page(), root))
      }
      instead = undefined
    } catch (error) {
      if (instead !== undefined) root.replaceChildren(...instead)
      throw error
    } finally {
      isDrawing = false
    }
  }
}

/**
 * A browser's translator takes out the texts that were drawn and puts its own nodes in their place. The code that draws around
 * them is fetched when one is at work.
 */
function aroundTranslations(root: Element): (draw: () => void) => void {
  const others: MutationRecord[] = []
  let around = (draw: () => void): void => draw()
  const load = once(async () => {
    const { drawAround } = await import('./outside.ts')
    around = drawAround(others)
  })
  const observer = new MutationObserver((records) => {
    others.push(...records)
    load().catch(() => {})
  })
  observer.observe(root, { childList: true, subtree: true })
  return (draw) => {
    others.push(...observer.takeRecords())
    around(draw)
    // Nothing of this was done by anybody else.
    observer.takeRecords()
  }
}
