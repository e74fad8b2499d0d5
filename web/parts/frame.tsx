import type { ComponentChildren, VNode } from 'preact'
import type { Act } from '../act.ts'
import type { Device } from '../device.ts'
import type { State } from '../state.ts'
import { page as words, stages } from '../words/page.ts'
import { useFoundFocus } from './found-focus.ts'
import { Mark } from './mark.tsx'
import { Titles } from './title.tsx'

/** What stands around every screen. */
export function Frame(props: { act: Act; device: Device; state: State; children: ComponentChildren }): VNode {
  const { act, device, state, children } = props
  const main = useFoundFocus()
  const goHome = (event: MouseEvent): void => {
    // From another page the mark leads back to what was being done; only from there does it start afresh.
    if (state.page === 'main' && state.main.at !== 'compose') return
    if (event.ctrlKey || event.metaKey || event.shiftKey) return
    event.preventDefault()
    act.back()
  }
  return (
    <div class="page">
      <header class="head">
        <a class="brand" href="/" onClick={goHome}>
          <Mark />
          {words.name}
        </a>
        <nav aria-label={words.nav}>
          <PageLink name="how" text={words.how} state={state} />
          <PageLink name="sent" text={words.sent} state={state} />
        </nav>
      </header>
      <main ref={main}>
        <Titles.Provider value={device}>{children}</Titles.Provider>
      </main>
      <p class="unseen" role="status">
        <span key={state.announcements}>{announcementOf(state)}</span>
      </p>
      <footer class="foot">{words.foot}</footer>
    </div>
  )
}

/** What a screen reader is told: what is being waited for, without its numbers, else what happened last. */
function announcementOf({ main, announcement }: State): string {
  const work = 'work' in main ? main.work : undefined
  return work === undefined ? announcement : stages[work.stage]
}

function PageLink({ name, text, state }: { name: State['page']; text: string; state: State }): VNode {
  return (
    <a href={`#${name}`} aria-current={state.page === name ? 'page' : undefined}>
      {text}
    </a>
  )
}
