import type { VNode } from 'preact'
import { Frame } from '../../kit/frame.tsx'
import { stages } from '../../copy/page.ts'
import type { Boxes } from './make-actions.ts'
import type { BoxTools } from './tools.ts'
import { Create } from './views/create.tsx'
import { HomeScreen } from './views/home.tsx'
import { BoxList } from './views/list.tsx'
import { Locked } from './views/locked.tsx'
import { CheckScreen, PhraseScreen } from './views/phrase.tsx'
import { Protect } from './views/protect.tsx'
import type { BoxViewProps } from './views/props.ts'
import { Join, Restore } from './views/restore.tsx'

export interface RoomProps extends BoxViewProps {
  readonly session: Boxes['session']
  readonly canPasskey: boolean
}

/** The whole page for a state. */
export function BoxesRoom(props: RoomProps): VNode {
  const { state, tools } = props
  return (
    <Frame
      device={tools.device}
      current="boxes"
      // To the boxes from within one. The load asks first whether something may be lost, and locks the open box.
      onCurrent={state.screen.at === 'list' ? undefined : () => tools.device.reload()}
      announcement={state.job === undefined ? state.announcement : stages[state.job.work.stage]}
      announcements={state.announcements}
    >
      <BoxScreen {...props} />
    </Frame>
  )
}

function BoxScreen(props: RoomProps): VNode | null {
  const { canPasskey, session, state } = props
  const { screen } = state
  switch (screen.at) {
    case 'list':
      return <BoxList {...props} screen={screen} />
    case 'create':
      return <Create {...props} screen={screen} />
    case 'phrase':
      return <PhraseScreen {...props} screen={screen} />
    case 'check':
      return <CheckScreen {...props} screen={screen} />
    case 'protect':
      return <Protect {...props} screen={screen} />
    case 'restore':
      return <Restore {...props} />
    case 'join':
      return <Join {...props} />
    case 'locked':
      return <Locked key={screen.entry.box} {...props} screen={screen} />
    case 'home': {
      const open = session()
      if (open === undefined) return null
      const passkeys = open.vault().slots.flatMap((slot) => (slot.kind === 'passkey' ? [slot.credential] : []))
      return <HomeScreen {...props} home={screen} session={open} passkeys={passkeys} canPasskey={canPasskey} />
    }
  }
}

/** Draws the room for the state that there is now. */
export type DrawBoxes = (tools: BoxTools, boxes: Boxes) => VNode

export const drawBoxes: DrawBoxes = (tools, { act, session }) => (
  <BoxesRoom
    act={act}
    session={session}
    state={tools.flow.state}
    tools={tools}
    canPasskey={tools.passkeys !== undefined}
  />
)
