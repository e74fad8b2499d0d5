// The server that clients connect to. It checks the frame of a request, holds large bodies in their lanes, and passes everything on to
// workerd as it arrives, over a socket in the data folder. It keeps nothing of a body or an answer.
import { createServer, request as ask, type ClientRequest, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { CROSS_ORIGIN_HEADERS } from '#protocol/cross-origin.ts'
import { parseProblemCode, type WireCode, PROBLEM_TYPE } from '#protocol/error.ts'
import { PART_BYTES, RETRY_AFTER_SECONDS } from '#protocol/limits.ts'
import { problemFor, PROBLEMS } from '#protocol/problem.ts'
import { API_SECURITY_HEADERS } from '#protocol/security-headers.ts'
import { codeFile } from './coding.ts'
import type { Lanes } from './lanes.ts'
import { METHODS, vet, withoutHops } from './vet.ts'

export interface FrontSettings {
  readonly host: string
  /** 0 for any free port. */
  readonly port: number
  /** Its own origin: `http://localhost:8787`. */
  readonly origin: string
  /** The socket of workerd; `undefined` while it does not run. */
  readonly runtime: () => string | undefined
  /** Limits the number of large bodies. */
  readonly lanes: Lanes
  /** Reserves space on the disk for a body, by the path of its request. @returns the function that releases it; `undefined` if there is no space */
  readonly reserveSpace: (path: string, size: number) => (() => void) | undefined
  /** Whether the disk is full: a failure may then be temporary. */
  readonly isFull: () => boolean
  /** Called with the code of each problem in the worker's answers. */
  readonly notice: (code: WireCode) => void
}

export interface Front {
  readonly port: number
  /** Ends every connection. */
  close(): void
}

/**
 * Listens.
 * @throws Error `EADDRINUSE` if another process listens there
 */
export function openFront(settings: FrontSettings): Promise<Front> {
  const { origin } = settings
  const server = createServer({
    headersTimeout: HEADERS_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    maxHeaderSize: MAX_HEADER_BYTES,
    // A slow connection may need long for 8 MiB; an idle one is ended below.
    requestTimeout: 0,
    // vet.ts checks it, with our own answer.
    requireHostHeader: false,
  })
  server.maxHeadersCount = 0
  server.maxConnections = MOST_CONNECTIONS
  server.setTimeout(STILL_MS, (socket: Socket) => socket.destroy())
  server.on('request', (asked, answer) => {
    busy.add(asked.socket)
    answer.once('close', () => busy.delete(asked.socket))
    void pass(asked, answer, settings)
  })
  server.on('checkExpectation', (asked, answer) => refuse(asked, answer, 'bad_request', origin))
  server.on('connect', (_, socket) => end(socket as Socket, 'method_not_allowed', origin))
  server.on('clientError', (error: NodeJS.ErrnoException, socket) =>
    end(socket as Socket, error.code?.endsWith('OVERFLOW') === true ? 'too_large' : 'bad_request', origin),
  )
  return new Promise((opened, failed) => {
    server.once('error', failed)
    server.listen(settings.port, settings.host, () => {
      const { port } = server.address() as AddressInfo
      opened({
        port,
        close: () => {
          server.close()
          server.closeAllConnections()
        },
      })
    })
  })
}

async function pass(asked: IncomingMessage, answer: ServerResponse, settings: FrontSettings): Promise<void> {
  asked.on('error', () => undefined)
  const { origin } = settings
  const { method = '', url = '', rawHeaders } = asked
  const vetted = vet({ method, target: url, fields: rawHeaders })
  if ('code' in vetted) return refuse(asked, answer, vetted.code, origin)
  const coding = asked.headers['transfer-encoding']
  // Any other value is a transfer coding that the worker would not undo (RFC 9112 §6.1).
  if (coding !== undefined && coding.toLowerCase() !== 'chunked') return refuse(asked, answer, 'bad_request', origin)
  const size = coding === undefined ? Number(asked.headers['content-length'] ?? 0) : PART_BYTES
  const giveBack = settings.reserveSpace(vetted.target.split('?', 1)[0] ?? '', size)
  if (giveBack === undefined) return refuse(asked, answer, 'try_later', origin)
  answer.once('close', giveBack)
  const place = await settings.lanes.enter(asked, size)
  if (place === 'gone') return
  if (place === 'full') return refuse(asked, answer, 'try_later', origin)
  answer.once('close', () => place.leave())
  place.whenCut(() => refuse(asked, answer, 'try_later', origin))
  const socketPath = settings.runtime()
  if (socketPath === undefined) return refuse(asked, answer, 'try_later', origin)
  relay(asked, answer, { ...vetted, origin, socketPath, isChunked: coding !== undefined }, settings)
}

interface Passed {
  readonly origin: string
  readonly target: string
  readonly fields: readonly string[]
  readonly socketPath: string
  readonly isChunked: boolean
}

/**
 * @param isRepeated - whether only the head is sent, again: the worker refused the request before it had the body, and closed the
 *   connection before its answer could be read. It will refuse it again; if it would accept it now, it sees the body break off.
 */
function relay(
  asked: IncomingMessage,
  answer: ServerResponse,
  passed: Passed,
  settings: Pick<FrontSettings, 'isFull' | 'notice'>,
  isRepeated = false,
): void {
  const { socketPath, target } = passed
  // The runtime gives the length of a file only to GET (RFC 9110 §9.3.2). Requests to the API may be signed, as HEAD.
  const isHead = asked.method === 'HEAD'
  const method = isHead && !target.startsWith('/v1/') ? 'GET' : asked.method
  const onward = ask({ agent: false, method, path: target, setHost: false, socketPath })
  // A body has no meaning with other methods (RFC 9110 §9.3), and is not passed on.
  const hasBody = asked.method === 'POST' || asked.method === 'PUT'
  setFields(onward, passed, hasBody)
  // As on Cloudflare. The worker never reads it, which the drill checks.
  onward.setHeader('CF-Connecting-IP', asked.socket.remoteAddress ?? '')
  // The worker's time begins with the last byte of the request.
  const patience = setTimeout(() => onward.destroy(new Error('no answer in time')), ANSWER_MS)
  asked.on('data', () => patience.refresh())
  // If the client closes the connection, so does the front to the worker.
  answer.once('close', () => {
    clearTimeout(patience)
    onward.destroy()
  })
  onward.on('error', ({ code }: NodeJS.ErrnoException) => {
    clearTimeout(patience)
    if (answer.destroyed) return
    if (answer.headersSent || isRepeated || !hasBody || (code !== 'EPIPE' && code !== 'ECONNRESET'))
      return refuse(asked, answer, 'try_later', passed.origin)
    discard(asked)
    relay(asked, answer, passed, settings, true)
  })
  onward.once('response', (answered) => {
    clearTimeout(patience)
    answered.once('error', () => answer.destroy())
    if (answered.statusCode === PROBLEMS.internal.status && settings.isFull()) {
      answered.resume()
      return refuse(asked, answer, 'try_later', passed.origin)
    }
    if (answered.headers['content-type'] === PROBLEM_TYPE) overhear(answered, settings.notice)
    // The rest of a body that the worker does not read is read and discarded: otherwise the client would not see the answer.
    discard(asked)
    const coded = codeFile(answered, withoutHops(answered.rawHeaders), asked.headers['accept-encoding'])
    answer.writeHead(answered.statusCode ?? 500, answered.statusMessage, coded.fields)
    if (isHead) return void answer.end()
    if (coded.coder === undefined) answered.pipe(answer)
    else answered.pipe(coded.coder).pipe(answer)
  })
  if (isRepeated) return endAfterHead(onward)
  if (hasBody) return void asked.pipe(onward)
  onward.end()
  asked.resume()
}

/** Ends the message after the head: a worker that waited for the body would wait for ever. */
function endAfterHead(onward: ClientRequest): void {
  // Bytes that were written before the connection was made go out before its end.
  onward.once('socket', (socket) => socket.once('connect', () => socket.end()))
  onward.flushHeaders()
}

function setFields(onward: ClientRequest, { fields, isChunked }: Passed, hasBody: boolean): void {
  for (let n = 0; n < fields.length; n += 2) onward.appendHeader(fields[n] ?? '', fields[n + 1] ?? '')
  if (!hasBody) onward.removeHeader('Content-Length')
  // Node would announce a body even if there is none.
  if (isChunked && hasBody) onward.setHeader('Transfer-Encoding', 'chunked')
  else if (!onward.hasHeader('Content-Length')) onward.removeHeader('Transfer-Encoding')
}

/** Reports the code of a problem that passes. */
function overhear(answered: IncomingMessage, notice: (code: WireCode) => void): void {
  let heard = ''
  answered.on('data', (chunk: Buffer) => (heard = (heard + chunk.toString('latin1')).slice(0, MAX_HEADER_BYTES)))
  answered.once('end', () => {
    try {
      const code = parseProblemCode((JSON.parse(heard) as { readonly type?: unknown }).type)
      if (code !== undefined) notice(code)
    } catch {
      // The answer was cut off, and so it is for the client.
    }
  })
}

/** Answers with a problem, and reads the rest of the request. */
function refuse(asked: IncomingMessage, answer: ServerResponse, code: WireCode, origin: string): void {
  if (answer.headersSent || answer.destroyed) return
  answer.writeHead(problemFor(code, origin).status, fieldsOf(code, origin))
  answer.end(asked.method === 'HEAD' ? undefined : bodyOf(code, origin))
  discard(asked)
}

function discard(asked: IncomingMessage): void {
  if (asked.readableEnded || asked.destroyed) return
  asked.unpipe()
  let left = PART_BYTES
  const late = setTimeout(() => asked.socket.destroy(), DISCARD_MS)
  asked.once('close', () => clearTimeout(late))
  asked.on('data', (chunk: Buffer) => {
    left -= chunk.length
    if (left < 0) asked.socket.destroy()
  })
  asked.resume()
}

/** Answers on a connection whose request could not be parsed, and closes it. */
function end(socket: Socket, code: WireCode, origin: string): void {
  // In the middle of another answer it would be read as a part of that.
  if (!socket.writable || busy.has(socket)) return void socket.destroy()
  const lines = Object.entries({ ...fieldsOf(code, origin), Connection: 'close' }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  )
  const { status, title } = problemFor(code, origin)
  socket.on('error', () => undefined)
  socket.end(`HTTP/1.1 ${status} ${title}\r\n${lines.join('')}\r\n${bodyOf(code, origin)}`)
}

/** Connections with an answer in progress. */
const busy = new WeakSet<Socket>()

function fieldsOf(code: WireCode, origin: string): Record<string, string> {
  return {
    ...API_SECURITY_HEADERS,
    ...CROSS_ORIGIN_HEADERS,
    'Cache-Control': 'no-store',
    'Content-Length': `${Buffer.byteLength(bodyOf(code, origin))}`,
    'Content-Type': PROBLEM_TYPE,
    ...(code === 'try_later' ? { 'Retry-After': `${RETRY_AFTER_SECONDS}` } : {}),
    ...(code === 'method_not_allowed' ? { Allow: [...METHODS].join(', ') } : {}),
  }
}

function bodyOf(code: WireCode, origin: string): string {
  return JSON.stringify(problemFor(code, origin))
}

/** The first line and the fields of a request together. docs/protocol.md §9. */
const MAX_HEADER_BYTES = 16_384
const MOST_CONNECTIONS = 2_048
const HEADERS_MS = 30_000
const KEEP_ALIVE_MS = 15_000
/** A connection on which nothing has moved for so long is closed. */
const STILL_MS = 120_000
/** The worker's time to answer a whole request. */
const ANSWER_MS = 25_000
/** How long the rest of a refused body is read. */
const DISCARD_MS = 30_000
