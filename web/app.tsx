import type { VNode } from 'preact'
import { Frame } from './parts/frame.tsx'
import { later } from './parts/later.tsx'
import { Compose } from './views/compose.tsx'
import type { ViewProps } from './views/props.ts'

/** The whole page for a state. */
export function App(props: ViewProps): VNode {
  const { act, device, state } = props
  return (
    <Frame act={act} device={device} state={state}>
      <Screen {...props} />
    </Frame>
  )
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

// Only composing is in the first load: whoever wants to seal waits for nothing else.
const Sending = later(async () => (await import('./views/sending.tsx')).Sending)
const Sealed = later(async () => (await import('./views/sealed.tsx')).Sealed)
const Reading = later(async () => (await import('./views/reading.tsx')).Reading)
const Sent = later(async () => (await import('./views/sent.tsx')).Sent)
const How = later(async () => (await import('./views/how.tsx')).How)
