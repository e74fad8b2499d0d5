import type { Server } from '#client/server.ts'
import { directly, ORIGIN, read, type Wire } from './wire.ts'

/** A real client's view of the worker. Waiting takes no time, unless `wait` moves a clock. */
export function serverVia(wire: Wire = directly, changes: Partial<Server> = {}): Server {
  return {
    origin: ORIGIN,
    clock: () => Date.now(),
    ticks: () => Date.now(),
    wait: async () => {},
    patienceMs: 120_000,
    transport: async ({ method, url, fields, body }) => {
      // A request that crosses no wire does not get the field by itself.
      const headers = body === undefined ? fields : { ...fields, 'Content-Length': `${body.length}` }
      const reply = await read(
        await wire(new Request(url, { method, headers, ...(body === undefined ? {} : { body }) })),
      )
      return { status: reply.status, field: (name) => reply.headers.get(name), body: reply.body }
    },
    ...changes,
  }
}
