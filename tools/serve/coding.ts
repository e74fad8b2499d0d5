import type { IncomingMessage } from 'node:http'
import type { Transform } from 'node:stream'
import { createGzip } from 'node:zlib'

/**
 * Encodes an answer. A file is compressed if the client accepts that: its tag is then weak, and only says that two copies mean the
 * same (RFC 9110 §8.8.1, §12.5.5). Other answers have no tag and are never compressed, because their length would tell about the
 * content that strangers put into them.
 * @param fields - of the answer, as a flat list
 * @param accepted - `Accept-Encoding` of the request
 * @returns its fields, and the transform for its body
 */
export function codeFile(
  { headers, statusCode }: Pick<IncomingMessage, 'headers' | 'statusCode'>,
  fields: readonly string[],
  accepted: string | undefined,
): { readonly fields: string[]; readonly coder: Transform | undefined } {
  const at = fields.findIndex((name, n) => n % 2 === 0 && name.toLowerCase() === 'etag') + 1
  if (at === 0) return { fields: [...fields], coder: undefined }
  const tag = fields[at] ?? ''
  const tagged = [...fields.with(at, tag.startsWith('W/') ? tag : `W/${tag}`), 'Vary', 'Accept-Encoding']
  const isPacked =
    statusCode === 200 && TEXT.test(headers['content-type'] ?? '') && headers['content-encoding'] === undefined
  if (!isPacked || !GZIP.test(accepted ?? '')) return { fields: tagged, coder: undefined }
  const length = tagged.findIndex((name, n) => n % 2 === 0 && name.toLowerCase() === 'content-length')
  const unmeasured = length < 0 ? tagged : tagged.toSpliced(length, 2)
  return { fields: [...unmeasured, 'Content-Encoding', 'gzip'], coder: createGzip() }
}

/** Content types that compress well. */
const TEXT = /^(?:text\/|application\/(?:javascript|json|manifest\+json|wasm)|image\/svg\+xml)/i

/** Whether gzip is among the accepted codings, with a weight above 0 (RFC 9110 §12.5.3). */
const GZIP = /(?:^|,)\s*gzip\s*(?:;\s*q=(?!0(?:\.0{0,3})?\s*(?:,|$))[\d.]+\s*)?(?:,|$)/i
