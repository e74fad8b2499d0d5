import { createServer, connect, type Socket } from 'node:net'
import { once } from 'node:events'

/** A line between a client and a server that breaks where a test wants it to. */
export interface Proxy {
  /** `http://localhost:<port>` */
  readonly url: string
  /** Where it leads. @param port - of a server on this machine. */
  lead(port: number): void
  /** Breaks every connection as soon as so many more bytes have gone that way, over all of them. Once. */
  cut(way: Way, bytes: number): void
  /** Lets hardly more than so many bytes go that way, over all connections, until it is mended. Resolves when they have gone. */
  hold(way: Way, bytes: number): Promise<void>
  /** Refuses so many of the next connections. */
  refuse(connections: number): void
  /** Mends the line: what was still to break does not, and what is held goes on. */
  mend(): void
  /** How often it broke or refused. */
  readonly breaks: number
  [Symbol.asyncDispose](): Promise<void>
}

/** `up` from the client to the server. */
export type Way = 'up' | 'down'

export async function startProxy(): Promise<Proxy> {
  const lines = new Set<Socket>()
  const left: Record<Way, number> = { up: Infinity, down: Infinity }
  /** Told when nothing more goes that way, where it is to be held and not to break. */
  const onHeld = new Map<Way, () => void>()
  const held = new Set<Socket>()
  let target = 0
  let refusals = 0
  let breaks = 0

  const carry = (way: Way, from: Socket, to: Socket): void => {
    from.on('data', (bytes: Buffer) => {
      left[way] -= bytes.length
      if (left[way] > 0) {
        // Back-pressure: a line holds no more than the ends let it.
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
      breaks += 1
      // The last bytes arrive before the line breaks; all the others break with it.
      to.write(passed, () => {
        for (const line of lines) line.destroy()
      })
    })
    from.on('end', () => to.end())
    from.on('close', () => to.destroy())
    from.on('error', () => to.destroy())
  }

  const server = createServer((client) => {
    if (refusals > 0) {
      refusals -= 1
      breaks += 1
      client.on('error', () => {})
      client.resetAndDestroy()
      return
    }
    const upstream = connect(target, 'localhost')
    for (const line of [client, upstream]) {
      lines.add(line)
      line.once('close', () => lines.delete(line))
    }
    carry('up', client, upstream)
    carry('down', upstream, client)
  })
  server.listen(0, 'localhost')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port')

  return {
    url: `http://localhost:${address.port}`,
    lead: (port) => (target = port),
    cut: (way, bytes) => (left[way] = bytes),
    hold(way, bytes) {
      left[way] = bytes
      return new Promise((resolve) => onHeld.set(way, resolve))
    },
    refuse: (connections) => (refusals = connections),
    mend: () => {
      left.up = left.down = Infinity
      refusals = 0
      onHeld.clear()
      for (const line of held) line.resume()
      held.clear()
    },
    get breaks() {
      return breaks
    },
    async [Symbol.asyncDispose]() {
      for (const line of lines) line.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
