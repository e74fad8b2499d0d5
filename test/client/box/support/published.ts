import { join } from '#client/box/joining.ts'
import { publish } from '#client/box/owner.ts'
import { deriveReaderKey, recipientsFrom } from '#client/box/reader-keys.ts'
import type { BoxState } from '#client/box/state.ts'
import { epochAt } from '#protocol/epoch.ts'
import { boxServer, type BoxServer } from './box-server.ts'
import { newState, NOW } from './states.ts'

/** Published once for all tests: fourteen keys for each reader take their time. */
const first = newState().then(async (fresh) => {
  const server = boxServer(fresh.box, NOW)
  const alone = await publish(server, fresh, NOW)
  const before = server.published()
  const ana = await join({ origin: server.origin, box: fresh.box, readerName: 'Ana', now: NOW })
  const { publicKey: key } = await deriveReaderKey(ana.reader.seed)
  const reader = { name: 'Ana', key, first: epochAt(NOW), ages: await recipientsFrom(ana.chain, epochAt(NOW)) }
  const both = await publish(server, { ...alone, readers: [...alone.readers, reader] }, NOW)
  return { alone, before, both, ana, after: server.published() }
})

/** A box, and a server that holds its cards. */
export async function published(): Promise<[server: BoxServer, state: BoxState]> {
  const { alone, before } = await first
  return [boxServer(alone.box, NOW, before), alone]
}

/** The same with a second reader, whose own state is the third. */
export async function withReader(): Promise<[server: BoxServer, state: BoxState, ana: BoxState]> {
  const { both, ana, after } = await first
  return [boxServer(both.box, NOW, after), both, ana]
}
