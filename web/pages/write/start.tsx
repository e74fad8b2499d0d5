import { render, type VNode } from 'preact'
import { readWriteTarget, type WriteTarget } from '#client/box/address-link.ts'
import { makeDrawing } from '../../kit/drawing.ts'
import { Frame } from '../../kit/frame.tsx'
import { emptyWhenLeft } from '../../kit/leaving.ts'
import { pageOf, type PageTools } from '../../platform/page-tools.ts'
import { stages } from '../../copy/page.ts'
import { ReturnScreen } from './return-screen.tsx'
import { FIRST_RETURN, reduceReturn, wouldLoseReturn, type ReturnState } from './return-state.ts'
import { makeReturning } from './returning.ts'
import { DamagedAddress, WriteScreen } from './write-screen.tsx'
import { firstWriteState, reduceWrite, wouldLoseLetter, type WriteState } from './write-state.ts'
import { makeWriting } from './writing.ts'

/** The room of those who write to a box and come back for answers. */
export function start(root: Element, tools: PageTools): void {
  const { device } = tools
  const fragment = device.fragment()
  addEventListener('hashchange', () => {
    // Another box, or the other half of the room: a whole load asks first whether something may be lost. Ways out of the room
    // are not its own, and nobody is asked twice.
    if (device.fragment() !== fragment && pageOf(device.fragment()) === 'write') device.reload()
  })
  const target = readWriteTarget(fragment)
  if (fragment === 'return') startReturn(root, tools)
  else if (target !== undefined) startWrite(root, tools, target)
  else {
    const damaged = (
      <Framed device={device} desk={undefined}>
        <DamagedAddress />
      </Framed>
    )
    render(damaged, root)
  }
}

function startWrite(root: Element, tools: PageTools, target: WriteTarget): void {
  const { device } = tools
  let state = firstWriteState(target)
  const act = makeWriting(
    {
      ...tools,
      dispatch: (event) => {
        if (isLeft()) return
        state = reduceWrite(state, event)
        device.guard(wouldLoseLetter(state))
        draw()
      },
      state: () => state,
    },
    target,
  )
  const draw = makeDrawing(root, () => (
    <Framed device={device} desk={state.desk}>
      <WriteScreen act={act} device={device} state={state} />
    </Framed>
  ))
  const isLeft = emptyWhenLeft(root, device, () => (state = firstWriteState(target)))
  draw()
  void act.look()
}

function startReturn(root: Element, tools: PageTools): void {
  const { device } = tools
  let state: ReturnState = FIRST_RETURN
  const act = makeReturning({
    ...tools,
    dispatch: (event) => {
      state = reduceReturn(state, event)
      device.guard(wouldLoseReturn(state))
      draw()
    },
    state: () => state,
  })
  const draw = makeDrawing(root, () => (
    <Framed device={device} desk={state.write?.desk} said={state}>
      <ReturnScreen act={act} device={device} state={state} />
    </Framed>
  ))
  // A page that is left may be kept in memory, to be shown again to the next person who sits there.
  addEventListener('pagehide', () => void act.done())
  draw()
}

/** @param props.desk - tells what a form waits for, and what happened to it last */
function Framed(props: {
  readonly device: PageTools['device']
  readonly desk: WriteState['desk'] | undefined
  readonly said?: { readonly announcement: string; readonly announcements: number }
  readonly children: VNode
}): VNode {
  const { children, desk, device, said } = props
  const work = desk !== undefined && desk.main.at === 'compose' ? desk.main.work : undefined
  const spoken = (desk?.announcement ?? '') === '' ? (said?.announcement ?? '') : (desk?.announcement ?? '')
  return (
    <Frame
      device={device}
      current="write"
      announcement={work === undefined ? spoken : stages[work.stage]}
      announcements={(desk?.announcements ?? 0) + (said?.announcements ?? 0)}
    >
      {children}
    </Frame>
  )
}
