import { request as requestPlain, type ClientRequest, type IncomingMessage } from 'node:http'
import { request as requestSecure } from 'node:https'
import { once } from 'node:events'
import type { Bytes } from '#protocol/bytes.ts'
import { collectBytes, PIECE_BYTES, Unreached, type Answer, type Exchange, type Transport } from '#client/transport.ts'
import { makeAgents } from './agents.ts'
import { throughProxy } from './fault.ts'
import { describeProxy, proxyFor } from './proxy.ts'

/** By `node:http`, which `fetch` of Node is not: it goes through a SOCKS proxy, too. */
export const transport: Transport = async (exchange) => {
  try {
    return await carryOut(exchange)
  } catch (error) {
    // A server may close a connection that was kept open just when it is used again: that says nothing of it.
    if (error instanceof Stale) return carryOut(exchange)
    throw error
  }
}

/**
 * Sees to it that there is a way to ask this server, before it is asked.
 * @throws Failure for a proxy or certificates that were named and cannot be used
 */
export function requireWay(origin: string): void {
  agents.agentFor(origin)
}

async function carryOut({ method, url, fields, body, onSent, onReceived, signal }: Exchange): Promise<Answer> {
  const proxy = proxyFor(url)
  const ask = url.startsWith('https:') ? requestSecure : requestPlain
  const headers = { ...FIELDS, ...fields, ...(body === undefined ? {} : { 'Content-Length': body.length }) }
  const request = ask(url, {
    method,
    headers,
    agent: agents.agentFor(url),
    ...(signal === undefined ? {} : { signal }),
  })
  let isConnected = false
  request.once('socket', (socket) => {
    const connect = (): void => void (isConnected = true)
    // One that was given already connected, or is used again, tells nothing more.
    if (!socket.connecting) connect()
    socket.once(url.startsWith('https:') ? 'secureConnect' : 'connect', connect)
  })
  try {
    const answered = answerOf(request)
    // Its failure is told by the answer that does not come.
    send(request, body ?? NOTHING, onSent).catch(() => undefined)
    const answer = await answered
    if (proxy !== undefined && answer.statusCode === PROXY_WANTS_PASSWORD) throw new Refusing()
    const total = Number(answer.headers['content-length'] ?? 0)
    return {
      status: answer.statusCode ?? 0,
      field: (name) => fieldOf(answer, name),
      body: await collectBytes(answer, total, (bytes) => onReceived?.(bytes, Math.max(total, bytes))),
    }
  } catch (error) {
    const cause = proxy === undefined ? error : throughProxy(error, describeProxy(proxy))
    throw isConnected || error instanceof Stale ? cause : new Unreached('nothing went out', { cause })
  } finally {
    // A server may answer before it has taken everything: what is left of it keeps no connection.
    if (!request.writableFinished) request.destroy()
  }
}

async function answerOf(request: ClientRequest): Promise<IncomingMessage> {
  const late = setTimeout(() => request.destroy(new Unconnected()), CONNECT_MS)
  const connected = (): void => clearTimeout(late)
  request.once('socket', (socket) => (socket.connecting ? socket.once('connect', connected) : connected()))
  try {
    return await new Promise<IncomingMessage>((resolve, reject) => {
      request.once('response', resolve)
      // Not once: after an answer nobody needs to hear of a connection that was closed.
      request.on('error', (error) => reject(isStale(request, error) ? new Stale('', { cause: error }) : error))
    })
  } finally {
    clearTimeout(late)
  }
}

/** Piece by piece, so that it can be told how far it is. */
async function send(request: ClientRequest, body: Bytes, onSent: Exchange['onSent']): Promise<void> {
  const { length } = body
  for (let sent = 0; sent < length && !request.destroyed;) {
    // When there was an answer its memory was given back.
    if (body.length !== length) return void request.destroy()
    // A copy: a connection may hold on to it after there was an answer.
    const piece = body.slice(sent, sent + PIECE_BYTES)
    sent += piece.length
    if (!request.write(piece)) await once(request, 'drain')
    if (length > PIECE_BYTES) onSent?.(sent, length)
  }
  request.end()
}

function isStale(request: ClientRequest, error: Error): boolean {
  return request.reusedSocket && 'code' in error && (error.code === 'ECONNRESET' || error.code === 'EPIPE')
}

function fieldOf({ headers }: IncomingMessage, name: string): string | null {
  const value = headers[name.toLowerCase()]
  return Array.isArray(value) ? value.join(', ') : (value ?? null)
}

/** A connection that had been closed meanwhile. */
class Stale extends Error {}

/** A proxy that carries nothing for whom it does not know. */
class Refusing extends Error {
  readonly code = 'ERR_PROXY_TUNNEL'
  readonly statusCode = PROXY_WANTS_PASSWORD
}

/** Nobody has answered the attempt to connect. */
class Unconnected extends Error {
  readonly code = 'ETIMEDOUT'
  readonly syscall = 'connect'
}

const agents = makeAgents()

const NOTHING = new Uint8Array(0)

/** Some gateways turn away clients that do not name themselves. No answer is for keeping. */
const FIELDS = { Accept: '*/*', 'Cache-Control': 'no-cache', 'User-Agent': 'node' }

/** RFC 9110 §15.5.8. */
const PROXY_WANTS_PASSWORD = 407

/** Milliseconds. Of a connection through a proxy it is the time until that has connected. */
const CONNECT_MS = 100_000
