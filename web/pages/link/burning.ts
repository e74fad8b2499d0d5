import { shownTime } from '#client/server-time.ts'
import { revokeDrop } from '#client/sender.ts'
import { isDropError } from '#protocol/error.ts'
import type { Burning } from './state.ts'
import type { StoredSent } from '../../platform/store.ts'
import { serverOf, WORK_PATIENCE_MS } from '../../platform/server.ts'
import type { Tools } from './tools.ts'

/** Ends the drop whose link is on the screen. */
export async function burn(tools: Tools, drop: StoredSent): Promise<void> {
  const { device, dispatch, store } = tools
  const link = shownLink(tools)
  const show = (burning: Burning): void => {
    // By now it may be the link of another drop.
    if (shownLink(tools) === link) dispatch({ type: 'burn', burning })
  }
  show('working')
  try {
    const report = await revokeDrop(serverOf(tools, WORK_PATIENCE_MS), drop.ticket, drop.sender)
    show(report.state === 'revoked' ? 'burned' : 'ended')
    await (
      await store()
    ).keepSent({ ...drop, known: { atMs: shownTime(device, device.clock()), isGone: false, report } })
  } catch (error) {
    const isOver = isDropError(error) && error.code === 'gone'
    if (!isBurned(tools)) show(isOver ? 'ended' : 'failed')
  }
}

function shownLink({ state }: Tools): string | undefined {
  const { main } = state()
  return main.at === 'sealed' ? main.link : undefined
}

/** A drop whose end could not be noted down is burned all the same. */
function isBurned({ state }: Tools): boolean {
  const { main } = state()
  return main.at === 'sealed' && (main.burning === 'burned' || main.burning === 'ended')
}
