import { createServer, connect, type Socket } from 'node:net'
import { once } from 'node:events'

/** A line between a client and a server that breaks where a test wants it to. */
export interface Proxy {
  /** `http://localhost:<port>` */
  readonly url: string
  /** Sets its target. @param port - of a server on this machine */
  lead(port: number): void
  /** Breaks every connection, once, as soon as they have carried so many more bytes that way. */
  cut(way: Way, bytes: number): void
  /** Lets hardly more than so many bytes go that way, over all connections, until it is mended. Resolves when they have gone through. */
  hold(way: Way, bytes: number): Promise<void>
  /** Refuses so many of the next connections. */
  refuse(connections: number): void
  /** Mends the line: pending breaks are off, and held bytes go on. */
  mend(): void
  /** The number of breaks and refusals. */
  readonly breaks: number
  [Symbol.asyncDispose](): Promise<void>
}

/** `up` from the client to the server. */
export type Way = 'up' | 'down'

/** Everything that the connections of one proxy have in common. */
class State {
  readonly lines = new Set<Socket>()
  /** Bytes that still go each way. */
  readonly left: Record<Way, number> = { up: Infinity, down: Infinity }
  /** Called when nothing more goes a way that is to be held and not to break. */
  readonly onHeld = new Map<Way, () => void>()
  readonly held = new Set<Socket>()
  target = 0
  refusals = 0
  breaks = 0

  mend(): void {
    this.left.up = this.left.down = Infinity
    this.refusals = 0
    this.onHeld.clear()
    for (const line of this.held) line.resume()
    this.held.clear()
  }
}

export async function startProxy(): Promise<Proxy> {
  const state = new State()
  const server = createServer((client) => connectThrough(state, client))
  server.listen(0, 'localhost')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port')
  return {
    url: `http://localhost:${address.port}`,
    lead: (port) => (state.target = port),
    cut: (way, bytes) => (state.left[way] = bytes),
    hold(way, bytes) {
      state.left[way] = bytes
      return new Promise((resolve) => state.onHeld.set(way, resolve))
    },
    refuse: (connections) => (state.refusals = connections),
    mend: () => state.mend(),
    get breaks() {
      return state.breaks
    },
    async [Symbol.asyncDispose]() {
      for (const line of state.lines) line.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

function connectThrough(state: State, client: Socket): void {
  if (state.refusals > 0) {
    state.refusals -= 1
    state.breaks += 1
    client.on('error', () => {})
    client.resetAndDestroy()
    return
  }
  const upstream = connect(state.target, 'localhost')
  for (const line of [client, upstream]) {
    state.lines.add(line)
    line.once('close', () => state.lines.delete(line))
  }
  carry(state, 'up', client, upstream)
  carry(state, 'down', upstream, client)
}

function carry(state: State, way: Way, from: Socket, to: Socket): void {
  const { left, lines, held, onHeld } = state
  from.on('data', (bytes: Buffer) => {
    left[way] -= bytes.length
    if (left[way] > 0) {
      // Back-pressure: a line buffers no more than its ends allow.
      if (!to.write(bytes)) {
        from.pause()
        to.once('drain', () => held.has(from) || from.resume())
      }
      return
    }
    const tell = onHeld.get(way)
    if (tell !== undefined) {
      to.write(bytes)
      held.add(from.pause())
      return tell()
    }
    const passed = bytes.subarray(0, bytes.length + left[way])
    left[way] = Infinity
    state.breaks += 1
    // The last bytes arrive before the line breaks; all other lines break with it.
    to.write(passed, () => {
      for (const line of lines) line.destroy()
    })
  })
  from.on('end', () => to.end())
  from.on('close', () => to.destroy())
  from.on('error', () => to.destroy())
}
