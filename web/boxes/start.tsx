import { makeDrawing } from '../parts/drawing.ts'
import type { RoomTools } from '../room-tools.ts'
import { watchIdle } from './idle.ts'
import { makeBoxes } from './make-act.ts'
import { browserPasskeys } from './passkey.ts'
import { drawBoxes } from './room.tsx'
import { boxesReduce, FIRST_BOXES, wouldLoseBox, type BoxesEvent } from './state.ts'
import { browserTabs } from './tabs.ts'
import type { BoxTools } from './tools.ts'

/** The room of this device's boxes. */
export function start(root: Element, tools: RoomTools): void {
  let state = FIRST_BOXES
  let isGuarded = false
  const dispatch = (event: BoxesEvent): void => {
    state = boxesReduce(state, event)
    // Only its own changes: what is open may guard what is typed there.
    if (isGuarded !== wouldLoseBox(state)) tools.device.guard((isGuarded = !isGuarded))
    draw()
  }
  const own: BoxTools = {
    ...tools,
    dispatch,
    state: () => state,
    tabs: browserTabs(),
    passkeys: browserPasskeys(),
    persist: async () => {
      try {
        return await navigator.storage.persist()
      } catch {
        return false
      }
    },
  }
  const boxes = makeBoxes(own)
  const draw = makeDrawing(root, () => drawBoxes(own, boxes))
  watchIdle({
    clock: () => tools.device.clock(),
    minutes: () => boxes.session()?.state().autoLockMinutes,
    onIdle: boxes.lockIdle,
    target: globalThis,
  })
  // A page that is left may be kept in memory, to be shown again.
  addEventListener('pagehide', () => boxes.act.home.lock())
  draw()
}
