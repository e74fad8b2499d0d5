import { timeToForget } from '#client/clocks.ts'
import { LOOK_PATIENCE_MS, serverOf } from '../../platform/server.ts'
import type { Tools } from './tools.ts'

/** Removes from this device what belongs to drops that have expired, or that nobody is going to ask for again. */
export async function sweep(tools: Pick<Tools, 'device' | 'disk' | 'store' | 'transport'>): Promise<void> {
  const { disk, store } = tools
  const kept = await store()
  const server = serverOf(tools, LOOK_PATIENCE_MS)
  await kept.forgetOldReaders((ends) => timeToForget(server, ends))
  // Parts go with the reader key that belongs to them.
  await (await disk()).sweep(new Set(await kept.readerIds()))
}
