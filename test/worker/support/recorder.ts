import { REQUESTS, type RequestName } from '#protocol/api.ts'
import type { Bytes } from '#protocol/bytes.ts'
import { directly, type Wire } from './wire.ts'

/** One exchange as the operator of the server sees it. */
export interface Seen {
  readonly method: string
  readonly url: string
  readonly fields: readonly (readonly [string, string])[]
  readonly body: Bytes
  readonly status: number
  readonly answerFields: readonly (readonly [string, string])[]
  readonly answer: Bytes
}

/** The worker, with everything written down that it receives and answers. */
export function recorder(wire: Wire = directly): { wire: Wire; seen: readonly Seen[] } {
  const seen: Seen[] = []
  const recording: Wire = async (request) => {
    const body = new Uint8Array(await request.clone().arrayBuffer())
    const { method, url } = request
    const response = await wire(request)
    const answer = new Uint8Array(await response.clone().arrayBuffer())
    seen.push({
      method,
      url,
      fields: [...request.headers],
      body,
      status: response.status,
      answerFields: [...response.headers],
      answer,
    })
    return response
  }
  return { wire: recording, seen }
}

/** An exchange with all random parts masked: names, order, lengths and numbers stay. */
export function mask({ method, url, fields, body, status, answerFields, answer }: Seen): unknown {
  return {
    method,
    url,
    fields: fields.map(([name, value]) => [name, maskText(value)]),
    body: isText(body) ? maskText(text(body)) : body.length,
    status,
    answerFields: answerFields.map(([name, value]) => [name, maskText(value)]),
    answer: isText(answer) ? maskText(text(answer)) : answer.length,
  }
}

/** Which request of the contract an exchange is. */
export function nameOf({ url }: Seen): RequestName | undefined {
  const { pathname } = new URL(url)
  return (Object.keys(REQUESTS) as RequestName[]).find((name) => REQUESTS[name].path === pathname)
}

/** Base64 of at least 16 bytes becomes its length; times become a word. */
function maskText(value: string): string {
  return value
    .replaceAll(/[\w+/-]{22,}={0,2}/g, ({ length }) => `‹${length}›`)
    .replaceAll(/\b1[6-9]\d{8}\b|\b[2-9]\d{9}\b/g, '‹time›')
}

function isText(bytes: Bytes): boolean {
  return bytes.length < 8_192
}

function text(bytes: Bytes): string {
  return new TextDecoder().decode(bytes)
}
