import { once } from 'node:events'
import { createServer as createHttpServer, request, type IncomingMessage } from 'node:http'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'

/** Another party's proxy, which alone can resolve names. */
export interface ThirdProxy {
  readonly port: number
  /** Its requests, in order: `CONNECT drop.test:443`, `GET http://drop.test/…`, `SOCKS name drop.test:443`. */
  readonly asked: readonly string[]
  /** The ports from which it has connected to servers. */
  readonly ways: ReadonlySet<number>
  [Symbol.asyncDispose](): Promise<void>
}

interface Order {
  /** Ports of this machine by name. Every other name is refused. */
  readonly names: Readonly<Record<string, number>>
  /** Without these credentials it connects to nothing. */
  readonly credentials?: { readonly user: string; readonly password: string }
}

/** An HTTP proxy: `CONNECT` (RFC 9110 §9.3.6), and requests in absolute form (RFC 9112 §3.2.2). */
export async function startHttpProxy({ names, credentials }: Order): Promise<ThirdProxy> {
  const asked: string[] = []
  const ways = new Set<number>()
  const wanted = credentials && `Basic ${Buffer.from(`${credentials.user}:${credentials.password}`).toString('base64')}`
  const isStranger = ({ headers }: IncomingMessage): boolean =>
    wanted !== undefined && headers['proxy-authorization'] !== wanted
  const server = createHttpServer((incoming, outgoing) => {
    asked.push(`${incoming.method} ${incoming.url}`)
    const url = URL.parse(incoming.url ?? '')
    const port = names[url?.hostname ?? '']
    if (isStranger(incoming)) return void outgoing.writeHead(407).end()
    if (url === null || port === undefined) return void outgoing.writeHead(502).end()
    const path = `${url.pathname}${url.search}`
    const { method, headers } = incoming
    const passed = request({ host: '127.0.0.1', port, method, headers, path, agent: false }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(outgoing)
    })
    passed.on('socket', (socket) => socket.once('connect', () => ways.add(socket.localPort ?? 0)))
    passed.on('error', () => outgoing.destroy())
    incoming.pipe(passed)
  })
  server.on('connect', (incoming, client: Socket) => {
    asked.push(`CONNECT ${incoming.url}`)
    const port = names[(incoming.url ?? '').replace(/:\d+$/, '')]
    if (isStranger(incoming)) return void client.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n')
    if (port === undefined) return void client.end('HTTP/1.1 502 Bad Gateway\r\n\r\n')
    join(client, port, ways, () => client.write('HTTP/1.1 200 Connection Established\r\n\r\n'))
  })
  return listening(server, asked, ways)
}

/** A SOCKS 5 proxy: RFC 1928, with user and password of RFC 1929. */
export async function startSocksProxy({ names, credentials }: Order): Promise<ThirdProxy> {
  const asked: string[] = []
  const ways = new Set<number>()
  const server = createServer((client) => {
    const take = reader(client)
    const serve = async (): Promise<void> => {
      const [, count = 0] = await take(2)
      const methods = await take(count)
      const method = credentials === undefined ? NO_AUTHENTICATION : USER_AND_PASSWORD
      client.write(Buffer.from([5, methods.includes(method) ? method : NO_METHOD]))
      if (credentials !== undefined) {
        const [, length = 0] = await take(2)
        const user = (await take(length)).toString()
        const password = (await take((await take(1))[0] ?? 0)).toString()
        const isRight = user === credentials.user && password === credentials.password
        client.write(Buffer.from([1, isRight ? 0 : 1]))
        if (!isRight) return void client.end()
      }
      const [, , , kind] = await take(4)
      const host = kind === NAME ? (await take((await take(1))[0] ?? 0)).toString() : (await take(4)).join('.')
      const port = (await take(2)).readUInt16BE()
      asked.push(`SOCKS ${kind === NAME ? 'name' : 'address'} ${host}:${port}`)
      const place = names[host]
      if (place === undefined) return void client.end(Buffer.from([5, HOST_UNREACHABLE, 0, 1, 0, 0, 0, 0, 0, 0]))
      join(client, place, ways, () => client.write(Buffer.from([5, 0, 0, 1, 0, 0, 0, 0, 0, 0])))
    }
    serve().catch(() => client.destroy())
  })
  return listening(server, asked, ways)
}

function join(client: Socket, port: number, ways: Set<number>, opened: () => void): void {
  const server = connect(port, '127.0.0.1', () => {
    ways.add(server.localPort ?? 0)
    opened()
    client.pipe(server).pipe(client)
  })
  for (const [one, other] of [
    [client, server],
    [server, client],
  ] as const)
    one.on('error', () => other.destroy()).on('close', () => other.destroy())
}

/** Reads so many bytes, in whatever pieces they arrive. */
function reader(socket: Socket): (count: number) => Promise<Buffer> {
  return async (count) => {
    for (;;) {
      if (count === 0) return Buffer.alloc(0)
      const bytes = socket.read(count) as Buffer | null
      if (bytes !== null) return bytes
      if (socket.readableEnded || socket.destroyed) throw new Error('ended')
      await Promise.race([once(socket, 'readable'), once(socket, 'close')])
    }
  }
}

async function listening(server: Server, asked: string[], ways: Set<number>): Promise<ThirdProxy> {
  const open = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    open.add(socket)
    socket.on('error', () => undefined).on('close', () => open.delete(socket))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    asked,
    ways,
    [Symbol.asyncDispose]: async () => {
      for (const socket of open) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

/** RFC 1928 §3 and §6. */
const NO_AUTHENTICATION = 0
const USER_AND_PASSWORD = 2
const NO_METHOD = 0xff
const NAME = 3
const HOST_UNREACHABLE = 4
