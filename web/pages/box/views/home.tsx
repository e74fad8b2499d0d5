import type { VNode } from 'preact'
import { Button } from '../../../kit/button.tsx'
import { lazy } from '../../../kit/lazy.tsx'
import { Notice } from '../../../kit/notice.tsx'
import { Title } from '../../../kit/title.tsx'
import { Name } from '../../../kit/verbatim.tsx'
import { homeWords as words } from '../../../copy/boxes.ts'
import { boxFaults } from '../../../copy/boxes-faults.ts'
import type { Section } from '../state.ts'
import { HomeNotices } from './home-notices.tsx'
import type { HomeProps } from './props.ts'

/** A box that is open: its parts, one at a time. */
export function HomeScreen(props: HomeProps): VNode {
  const { act, home, session, state } = props
  const { name, phrase } = session.state()
  const sections = phrase === undefined ? JOINED_SECTIONS : SECTIONS
  return (
    <>
      <div class="box-head">
        <p class="box-name">{home.section !== 'inbox' && <Name>{name}</Name>}</p>
        <Button kind="small" onPress={act.home.lock}>
          {words.lock}
        </Button>
        <nav class="tabs" aria-label={words.nav}>
          {sections.map((section) => (
            <button
              key={section}
              type="button"
              aria-current={home.section === section ? 'page' : undefined}
              onClick={() => act.home.section(section)}
            >
              {words.sections[section]}
            </button>
          ))}
        </nav>
      </div>
      <Title
        text={home.section === 'inbox' ? name : words.sections[home.section]}
        screen={`${home.box} ${home.section}`}
        tab={`${words.sections[home.section]}, ${name}`}
      >
        {home.section === 'inbox' && <Name>{name}</Name>}
      </Title>
      {home.passkeyFault !== undefined && (
        <Notice kind="warn" role="alert">
          <p>{boxFaults[home.passkeyFault]}</p>
        </Notice>
      )}
      <HomeNotices {...props} />
      <SectionView key={`${home.section} ${state.screen.at}`} {...props} />
    </>
  )
}

function SectionView(props: HomeProps): VNode | null {
  const { act, home, session, tools } = props
  switch (home.section) {
    case 'inbox':
      // Before anything is published the server knows of no reader.
      if (session.state().phrase !== undefined && session.state().serial === 0) return null
      return <Inbox session={session} tools={tools} announce={act.announce} />
    case 'share':
      return <Share session={session} tools={tools} announce={act.announce} />
    case 'readers':
      return <Readers {...props} />
    case 'invitations':
      return <Invitations {...props} />
    case 'settings':
      return <Settings {...props} />
  }
}

const SECTIONS: readonly Section[] = ['inbox', 'share', 'readers', 'invitations', 'settings']

/** Without the root key nobody can invite. */
const JOINED_SECTIONS: readonly Section[] = ['inbox', 'share', 'readers', 'settings']

const Inbox = lazy(async () => (await import('../inbox/inbox.tsx')).Inbox)
const Share = lazy(async () => (await import('../share/share.tsx')).Share)
const Readers = lazy(async () => (await import('./readers.tsx')).Readers)
const Invitations = lazy(async () => (await import('./invitations.tsx')).Invitations)
const Settings = lazy(async () => (await import('./settings.tsx')).Settings)
