import { Flow } from '../../kit/flow.ts'
import { makeDrawing } from '../../kit/drawing.ts'
import type { PageTools } from '../../platform/page-tools.ts'
import { watchIdle } from './idle.ts'
import { makeBoxes } from './make-actions.ts'
import { browserPasskeys } from './passkeys.ts'
import { drawBoxes } from './room.tsx'
import { FIRST_BOXES, wouldLoseBox } from './state.ts'
import { browserTabs } from '../../platform/tabs.ts'
import type { BoxTools } from './tools.ts'

/** The room of this device's boxes. */
export function start(root: Element, tools: PageTools): void {
  let isInnerGuarded = false
  const guard = (): void => tools.device.guard(isInnerGuarded || wouldLoseBox(flow.state))
  const flow = new Flow(FIRST_BOXES, () => {
    guard()
    draw()
  })
  const own: BoxTools = {
    ...tools,
    device: {
      ...tools.device,
      // An open box guards the texts that are typed there, in addition to everything that this page guards.
      guard(isGuarded) {
        isInnerGuarded = isGuarded
        guard()
      },
    },
    flow,
    tabs: browserTabs(),
    passkeys: browserPasskeys(),
    persist: () => promised(() => navigator.storage.persist()),
    isPersisted: () => promised(() => navigator.storage.persisted()),
  }
  const boxes = makeBoxes(own)
  const draw = makeDrawing(root, () => drawBoxes(own, boxes))
  watchIdle({
    clock: () => tools.device.clock(),
    ticks: () => tools.device.ticks(),
    minutes: () => boxes.session()?.state().autoLockMinutes,
    isAtWork: boxes.isAtWork,
    onIdle: boxes.lockIdle,
    target: globalThis,
  })
  // A page that is left may be kept in memory, to be shown again.
  addEventListener('pagehide', boxes.leave)
  // Some browsers end a page that is out of sight without a further word.
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'hidden') boxes.onHidden()
  })
  draw()
}

/** Not every browser can say, and not in every window. */
async function promised(ask: () => Promise<boolean>): Promise<boolean> {
  try {
    return await ask()
  } catch {
    return false
  }
}
