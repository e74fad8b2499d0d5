import type { ComponentChildren, VNode } from 'preact'
import type { Device } from '../platform/device.ts'
import { page as words } from '../copy/page.ts'
import { useFoundFocus } from './found-focus.ts'
import { Mark } from './mark.tsx'
import { Titles } from './title.tsx'

export interface FrameProps {
  readonly device: Pick<Device, 'title'>
  /** The page that is shown; those that the navigation names are marked in it. */
  readonly current: 'main' | 'how' | 'sent' | 'boxes' | 'write'
  /** Text for a screen reader. */
  readonly announcement: string
  /** Whatever changes when the same is to be heard again. */
  readonly announcements: number
  /** The target of the mark, where that is not a load of the first page. */
  readonly onHome?: (() => void) | undefined
  /** The effect of the link to the page that is shown: its address does not change, so that the browser does nothing. */
  readonly onCurrent?: (() => void) | undefined
  readonly children: ComponentChildren
}

/** The frame around every screen of every page. */
export function Frame(props: FrameProps): VNode {
  const { announcement, announcements, children, current, device, onCurrent, onHome } = props
  const main = useFoundFocus()
  const goHome = (event: MouseEvent): void => {
    if (onHome === undefined || event.ctrlKey || event.metaKey || event.shiftKey) return
    event.preventDefault()
    onHome()
  }
  return (
    <div class="page">
      <header class="head">
        <a class="brand" href="/" onClick={goHome}>
          <Mark />
          {words.name}
        </a>
        <nav aria-label={words.nav}>
          {NAMED.map((name) => (
            <a
              key={name}
              href={`#${name}`}
              aria-current={current === name ? 'page' : undefined}
              onClick={current === name ? onCurrent : undefined}
            >
              {words[name]}
            </a>
          ))}
        </nav>
      </header>
      <main ref={main}>
        <Titles.Provider value={device}>{children}</Titles.Provider>
      </main>
      <p class="unseen" role="status">
        <span key={announcements}>{announcement}</span>
      </p>
      <footer class="foot">{current === 'boxes' || current === 'write' ? words.footBoxes : words.foot}</footer>
    </div>
  )
}

const NAMED = ['how', 'sent', 'boxes'] as const
