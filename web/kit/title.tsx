import { createContext, type ComponentChildren, type Context, type VNode } from 'preact'
import { useContext, useLayoutEffect, useRef } from 'preact/hooks'
import type { Device } from '../platform/device.ts'
import { page } from '../copy/page.ts'

/** Sets the title of the window. */
export const Titles: Context<Pick<Device, 'title'> | undefined> = createContext<Pick<Device, 'title'> | undefined>(
  undefined,
)

/**
 * The heading of a screen. That of a new screen takes the focus, so that a screen reader begins there; the first of a page does not.
 * @param screen - a text that stays the same while a heading changes on its screen
 * @param tab - the title of the window, where another text tells more
 * @param children - the same text, where something in it is not ours
 */
export function Title({
  text,
  screen = text,
  tab = text,
  children,
}: {
  text: string
  screen?: string
  tab?: string
  children?: ComponentChildren
}): VNode {
  const device = useContext(Titles)
  const heading = useRef<HTMLHeadingElement>(null)
  // At once with the text of the screen: a window that nobody sees paints nothing, and its title is all that is seen of it.
  useLayoutEffect(() => device?.title(`${tab} · ${page.name}`), [device, tab])
  // At once, too: people who go on by keyboard would be called back from where they are by then.
  useLayoutEffect(() => {
    if (shown !== undefined && shown !== screen) {
      heading.current?.focus({ preventScroll: true })
      scrollTo(0, 0)
    }
    shown = screen
  }, [screen])
  return (
    <h1 ref={heading} tabIndex={-1}>
      {children === undefined || children === false ? text : children}
    </h1>
  )
}

/** The screen whose heading was shown last. */
let shown: string | undefined
