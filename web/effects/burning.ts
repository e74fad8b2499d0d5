import { revokeDrop } from '#client/sender.ts'
import { isDropError } from '#protocol/error.ts'
import type { StoredSent } from '../store.ts'
import { serverOf, WORK_PATIENCE_MS, type Tools } from './tools.ts'

/** Ends the drop whose link is on the screen. */
export async function burn(tools: Tools, drop: StoredSent): Promise<void> {
  const { dispatch, device, store } = tools
  dispatch({ type: 'burn', burning: 'working' })
  try {
    const report = await revokeDrop(serverOf(tools, WORK_PATIENCE_MS), drop.ticket, drop.sender)
    dispatch({ type: 'burn', burning: report.state === 'revoked' ? 'burned' : 'ended' })
    await (await store()).keepSent({ ...drop, known: { atMs: device.clock(), isGone: false, report } })
  } catch (error) {
    const isOver = isDropError(error) && error.code === 'gone'
    if (!isBurned(tools)) dispatch({ type: 'burn', burning: isOver ? 'ended' : 'failed' })
  }
}

/** What could not be noted down afterwards is burned all the same. */
function isBurned({ state }: Tools): boolean {
  const { main } = state()
  return main.at === 'sealed' && (main.burning === 'burned' || main.burning === 'ended')
}
