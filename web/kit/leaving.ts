import { render } from 'preact'
import type { Device } from '../platform/device.ts'

/**
 * Empties a page when it is left: browsers keep it in memory, and show it again to anyone who sits there then. Back reloads it.
 * @param forget - lets go of what it holds @returns whether it was left: later answers are for nobody
 */
export function emptyWhenLeft(
  root: Element,
  device: Pick<Device, 'guard' | 'reload'>,
  forget: () => void,
): () => boolean {
  let isLeft = false
  addEventListener('pagehide', () => {
    isLeft = true
    forget()
    device.guard(false)
    render(null, root)
  })
  addEventListener('pageshow', () => {
    if (isLeft) device.reload()
  })
  return () => isLeft
}
