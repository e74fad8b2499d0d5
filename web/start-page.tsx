import { render } from 'preact'
import { App } from './pages/link/app.tsx'
import type { Event } from './pages/link/state.ts'
import { makeActions } from './pages/link/make-actions.ts'
import { once } from './kit/memo.ts'
import { makeDrawing } from './kit/drawing.ts'
import { NotLoaded } from './kit/lazy.tsx'
import { emptyWhenLeft } from './kit/leaving.ts'
import { pageOf, type SitePage, type PageModule, type PageTools } from './platform/page-tools.ts'
import { FIRST_STATE, reduce, wouldLose } from './pages/link/state.ts'

/**
 * Draws the page that the address asks for, and follows the address.
 * @param wear - brings the styles of the other pages: the first page need not fetch them
 */
export async function startPage(root: HTMLElement, tools: PageTools, wear: () => Promise<void>): Promise<void> {
  const { device } = tools
  const room = pageOf(device.fragment())

  /**
   * The page that the address leads to after it was changed. Another room begins with a whole load, which asks first whether
   * something may be lost.
   */
  const crosses = (): boolean => {
    if (pageOf(device.fragment()) === room) return false
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
    const act = makeActions({ ...tools, dispatch, state: () => state })
    const draw = makeDrawing(root, () => <App act={act} device={device} state={state} />)

    const isLeft = emptyWhenLeft(root, device, () => (state = FIRST_STATE))

    addEventListener('hashchange', () => {
      if (!crosses()) void act.follow()
    })
    draw()
    await act.follow()
    // Removes the traces of an earlier visit from this device. The next one does it, if this one cannot.
    import('./pages/link/sweeping.ts').then(({ sweep }) => sweep(tools)).catch(() => {})
  }

  async function enter(other: Exclude<SitePage, 'main'>): Promise<void> {
    addEventListener('hashchange', crosses)
    const load = (): Promise<PageModule> =>
      other === 'boxes' ? import('./pages/box/start.tsx') : import('./pages/write/start.tsx')
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
