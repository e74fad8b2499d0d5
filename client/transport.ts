import { joinBytes, type Bytes } from '#protocol/bytes.ts'

/** One HTTP request, with its body in memory: a part is at most 8 MiB. */
export interface Exchange {
  readonly method: 'GET' | 'POST'
  readonly url: string
  readonly fields: Readonly<Record<string, string>>
  readonly body?: Bytes
  readonly onSent?: (bytes: number, total: number) => void
  readonly onReceived?: (bytes: number, total: number) => void
}

export interface Answer {
  readonly status: number
  /** The value of a header field, or `null`. */
  field(name: string): string | null
  readonly body: Bytes
}

/** Carries an exchange out. Rejects only if there was no whole answer. */
export type Transport = (exchange: Exchange) => Promise<Answer>

/** By `fetch`, which says how much has come in, but not how much has gone out. */
export const fetchTransport: Transport = async ({ method, url, fields, body, onReceived }) => {
  const response = await fetch(url, {
    method,
    headers: fields,
    ...(body === undefined ? {} : { body }),
    cache: 'no-store',
    credentials: 'omit',
    redirect: 'error',
    referrerPolicy: 'no-referrer',
  })
  const total = Number(response.headers.get('Content-Length') ?? 0)
  return {
    status: response.status,
    field: (name) => response.headers.get(name),
    body: await readAll(response.body, (bytes) => onReceived?.(bytes, Math.max(total, bytes))),
  }
}

async function readAll(stream: ReadableStream<Uint8Array> | null, onBytes: (bytes: number) => void): Promise<Bytes> {
  const chunks: Uint8Array[] = []
  let length = 0
  const reader = stream?.getReader()
  for (let read = await reader?.read(); read?.value !== undefined; read = await reader?.read()) {
    chunks.push(read.value)
    length += read.value.length
    onBytes(length)
  }
  return joinBytes(chunks)
}
