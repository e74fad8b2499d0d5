import type { Server } from '#client/server.ts'
import type { Answer, Exchange } from '#client/transport.ts'
import { BOX_ADDRESS_FIELD, DROP_ID_FIELD } from '#protocol/api.ts'
import type { Bytes } from '#protocol/bytes.ts'
import { contentDigest } from '#protocol/content-digest.ts'
import { type WireCode, PROBLEM_TYPE } from '#protocol/error.ts'
import { problemFor } from '#protocol/problem.ts'

/** The other end's answer to one request. */
export type Reply = (exchange: Exchange) => Answer | Promise<Answer>

/** A server that is reached over a network that a test makes up, on a clock that a test moves. */
export interface TestServer extends Server {
  readonly exchanges: readonly Exchange[]
  readonly waits: readonly number[]
}

/** Replies in turn; the last one stays. */
export function serverThat(replies: readonly Reply[], patienceMs = 60_000): TestServer {
  const exchanges: Exchange[] = []
  const waits: number[] = []
  let now = 1_800_000_000_000
  return {
    origin: 'https://drop.example',
    patienceMs,
    exchanges,
    waits,
    clock: () => now,
    ticks: () => now,
    wait: async (ms) => {
      waits.push(ms)
      now += ms
    },
    transport: async (exchange) => {
      exchanges.push(exchange)
      const reply = replies[Math.min(exchanges.length, replies.length) - 1]
      if (reply === undefined) throw new Error('nobody is there')
      return reply(exchange)
    },
  }
}

export const lost: Reply = () => {
  throw new TypeError('network error')
}

/**
 * An answer with its type: a text is a page, bytes are ciphertext, and all else is JSON. Where an answer names the drop or the
 * box that was asked about, it does unless it names another.
 */
export function says(body: unknown, fields: Readonly<Record<string, string>> = {}, status = 200): Reply {
  const type = typeof body === 'string' ? 'text/html' : body instanceof Uint8Array ? OCTETS : 'application/json'
  const all: Readonly<Record<string, string>> = { 'Content-Type': type, ...fields }
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const bytes = body instanceof Uint8Array ? new Uint8Array(body) : new TextEncoder().encode(text)
  return (exchange) => named(exchange, { status, field: (name) => all[name] ?? null, body: bytes })
}

/** An answer as its server would give it: it names what was asked about, where that belongs there. */
export function named(exchange: Exchange, answer: Answer): Answer {
  const name = nameIn(exchange)
  const isJson = answer.status === 200 && answer.field('Content-Type') === 'application/json'
  if (!isJson || Object.keys(name).length === 0) return answer
  const body: unknown = JSON.parse(new TextDecoder().decode(answer.body))
  return { ...answer, body: new TextEncoder().encode(JSON.stringify({ ...name, ...(body as object) })) }
}

/** The subject of the request, as the answer has to name it. docs/protocol.md §6. */
function nameIn({ url, fields }: Exchange): object {
  const { pathname } = new URL(url)
  if (/^\/v1\/drops\/(status|uploaded|sent|revoke|reopen)$/.test(pathname)) return { drop: fields[DROP_ID_FIELD] }
  return /^\/v1\/boxes\/(items|readers|keys|invitations|invite)$/.test(pathname)
    ? { box: fields[BOX_ADDRESS_FIELD] }
    : {}
}

const OCTETS = 'application/octet-stream'

/** An answer that is ciphertext. */
export async function delivers(bytes: Bytes): Promise<Reply> {
  return says(bytes, { 'Content-Digest': await contentDigest(bytes) })
}

export function refuses(code: WireCode, more: object = {}, fields: Readonly<Record<string, string>> = {}): Reply {
  const problem = problemFor(code, 'https://drop.example')
  return says({ ...problem, ...more }, { 'Content-Type': PROBLEM_TYPE, ...fields }, problem.status)
}

/** The nonce that a request was signed with. */
export function nonceOf(exchange: Exchange | undefined): string | undefined {
  return /nonce="([^"]*)"/.exec(exchange?.fields['Signature-Input'] ?? '')?.[1]
}
