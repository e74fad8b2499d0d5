import { request as requestPlain, type IncomingMessage } from 'node:http'
import { request as requestSecure } from 'node:https'
import { promisify } from 'node:util'
import * as zlib from 'node:zlib'
import { makeAgents } from '../network/agents.ts'
import { throughProxy } from '../network/fault.ts'
import { describeProxy, proxyFor } from '../network/proxy.ts'
import { fieldsOf, type Browser } from './browsers.ts'
import type { Way } from './ways.ts'

/** The answer for one address. */
export interface Visit {
  readonly status: number
  /** By name in lower case; one that came several times is joined by commas. A coding for transport that was undone is none. */
  readonly headers: ReadonlyMap<string, string>
  /** Without the coding for transport; as it came, if that coding is wrong. At most MAX_FILE_BYTES. */
  readonly body: Buffer
}

/** Somebody who looks at the pages of a server. */
export interface Visitor {
  /** As whose browser it asks. */
  readonly browser: Browser
  /** Asks for what is at an address, in one of the ways that a browser has. Rejects if there is no whole answer. */
  readonly visit: (url: string, way: Way) => Promise<Visit>
  /** Lets the connections go. */
  readonly leave: () => void
}

/**
 * Visits like a browser, over connections that stay open. No field tells that this is a check, and no redirect is
 * followed. Below HTTP it is no browser, and a server that wants to can tell: docs/verify.md.
 */
export function makeVisitor(browser: Browser): Visitor {
  const agents = makeAgents({ maxSockets: SOCKETS })
  const visit: Visitor['visit'] = async (url, way) => {
    const isSecure = url.startsWith('https:')
    // Browsers begin with it; Node would write it at the end.
    const { host, origin } = new URL(url)
    const fields = { Host: host, ...fieldsOf(browser, way, origin, [...CODINGS.keys()]) }
    const options = { headers: fields, signal: AbortSignal.timeout(PATIENCE_MS), agent: agents.agentFor(url) }
    const proxy = proxyFor(url)
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const asked = isSecure ? requestSecure(url, options, resolve) : requestPlain(url, options, resolve)
      asked
        .on('error', (error) => reject(proxy === undefined ? error : throughProxy(error, describeProxy(proxy))))
        .end()
    })
    const raw = await readUpTo(answer, MAX_FILE_BYTES)
    // Not `headers`, which has the first of two media types alone: a browser takes the last.
    const headers = new Map(
      Object.entries(answer.headersDistinct).map(([name, values = []]) => [name, values.join(', ')]),
    )
    const decoded = await decode(raw, headers.get('content-encoding'))
    if (decoded !== undefined) headers.delete('content-encoding')
    return { status: answer.statusCode ?? 0, headers, body: decoded ?? raw }
  }
  return {
    browser,
    visit,
    leave: agents.close,
  }
}

async function readUpTo(answer: IncomingMessage, most: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    chunks.push(chunk)
    length += chunk.length
    // Nothing that is served is as long. A server that answers more would fill the memory.
    if (length >= most) break
  }
  return Buffer.concat(chunks).subarray(0, most)
}

/** @returns `undefined` for a coding that is not known, or not kept to */
async function decode(raw: Buffer, coding: string | undefined): Promise<Buffer | undefined> {
  try {
    return await CODINGS.get(coding?.toLowerCase() ?? '')?.(raw, { maxOutputLength: MAX_FILE_BYTES })
  } catch {
    return undefined
  }
}

type Undo = (raw: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>

// A map: a server could name what every object has.
const CODINGS: ReadonlyMap<string, Undo> = new Map<string, Undo>([
  ['br', promisify(zlib.brotliDecompress)],
  ['deflate', promisify(zlib.inflate)],
  ['gzip', promisify(zlib.gunzip)],
  // Node 20 has none: there it is not asked for.
  ...('zstdDecompress' in zlib ? [['zstd', promisify(zlib.zstdDecompress)] as [string, Undo]] : []),
])

/** As many as a browser opens to one server: no visitor has more under way, for waiting counts as silence. */
export const SOCKETS = 6

/** Bytes of the largest answer that is looked at: many times the largest file. */
export const MAX_FILE_BYTES = 16_777_216

/** How long one answer may take, in milliseconds. */
const PATIENCE_MS = 30_000
