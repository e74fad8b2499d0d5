import { render } from 'preact'
import { App } from './app.tsx'
import type { Event } from './event.ts'
import { makeAct } from './make-act.ts'
import { once } from './memo.ts'
import { makeDrawing } from './parts/drawing.ts'
import { NotLoaded } from './parts/lazy.tsx'
import { emptyWhenLeft } from './parts/leaving.ts'
import { roomOf, type Room, type RoomModule, type RoomTools } from './room-tools.ts'
import { FIRST_STATE, reduce, wouldLose } from './state.ts'

/**
 * Draws the page that the address asks for, and follows the address.
 * @param wear - brings the styles of the other pages: the first page need not fetch them
 */
export async function startPage(root: HTMLElement, tools: RoomTools, wear: () => Promise<void>): Promise<void> {
  const { device } = tools
  const room = roomOf(device.fragment())

  /**
   * The page that the address leads to after it was changed. Another room begins with a whole load, which asks first whether
   * something may be lost.
   */
  const crosses = (): boolean => {
    if (roomOf(device.fragment()) === room) return false
    device.reload()
    return true
  }

  await (room === 'main' ? startMain() : enter(room))

  async function startMain(): Promise<void> {
    let state = FIRST_STATE
    const dispatch = (event: Event): void => {
      if (isLeft()) return
      state = reduce(state, event)
      device.guard(wouldLose(state))
      draw()
    }
    const act = makeAct({ ...tools, dispatch, state: () => state })
    const draw = makeDrawing(root, () => <App act={act} device={device} state={state} />)

    const isLeft = emptyWhenLeft(root, device, () => (state = FIRST_STATE))

    addEventListener('hashchange', () => {
      if (!crosses()) void act.follow()
    })
    draw()
    await act.follow()
    // Files that an earlier visit has left on this device. The next visit removes them, if this one cannot.
    import('./effects/sweeping.ts').then(({ sweep }) => sweep(tools)).catch(() => {})
  }

  async function enter(other: Exclude<Room, 'main'>): Promise<void> {
    addEventListener('hashchange', crosses)
    const load = (): Promise<RoomModule> =>
      other === 'boxes' ? import('./boxes/start.tsx') : import('./write/start.tsx')
    const dressed = once(wear)
    // Once, however often it is asked for while it is on its way: a second one would be a room beside the first.
    const begin = once(async () => {
      const [{ start }] = await Promise.all([load(), dressed()])
      start(freshPlace(), tools)
    })
    const go = (): Promise<void> =>
      begin().catch(() => {
        const place = freshPlace()
        place.replaceChildren()
        render(<NotLoaded onAgain={go} />, place)
      })
    await go()
  }

  /** A page may bring its own copy of the code that draws, which must find nothing that this one has drawn. */
  function freshPlace(): Element {
    const place = document.createElement('div')
    // The content in place goes when the page draws.
    place.append(...root.childNodes)
    root.replaceChildren(place)
    return place
  }
}
