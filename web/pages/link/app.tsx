import type { VNode } from 'preact'
import { Frame } from '../../kit/frame.tsx'
import { lazy } from '../../kit/lazy.tsx'
import { Compose } from './compose.tsx'
import type { State } from './state.ts'
import type { ViewProps } from './props.ts'
import { stages } from '../../copy/page.ts'

/** The whole page for a state. */
export function App(props: ViewProps): VNode {
  const { act, device, state } = props
  const { announcements, main, page } = state
  return (
    <Frame
      device={device}
      current={page}
      announcement={announcementOf(state)}
      announcements={announcements}
      // From another page the mark leads back to what was being done; only from there does it start afresh.
      onHome={page === 'main' && main.at !== 'compose' ? undefined : act.back}
    >
      <Screen {...props} />
    </Frame>
  )
}

/** Text for a screen reader: the work that is waited for, without its numbers, else the last event. */
function announcementOf({ main, announcement }: State): string {
  const work = 'work' in main ? main.work : undefined
  return work === undefined ? announcement : stages[work.stage]
}

function Screen(props: ViewProps): VNode {
  const { page, main } = props.state
  if (page === 'how') return <How {...props} />
  if (page === 'sent') return <Sent {...props} />
  switch (main.at) {
    case 'compose':
      return <Compose {...props} main={main} />
    case 'sending':
      return <Sending {...props} main={main} />
    case 'sealed':
      return <Sealed {...props} main={main} />
    case 'damaged':
    case 'looking':
    case 'open':
    case 'receiving':
    case 'opened':
    case 'gone':
    case 'unreadable':
      return <Reading {...props} main={main} />
  }
}

// Only composing is in the first load: people who want to seal wait for nothing else.
const Sending = lazy(async () => (await import('../../send/sending.tsx')).Sending)
const Sealed = lazy(async () => (await import('./sealed.tsx')).Sealed)
const Reading = lazy(async () => (await import('./reading.tsx')).Reading)
const Sent = lazy(async () => (await import('./sent.tsx')).Sent)
const How = lazy(async () => (await import('./how.tsx')).How)
