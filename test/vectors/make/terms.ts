import { createHash } from 'node:crypto'
import { ed25519Key, rawPublicKey } from '../../../reference/keys.ts'

/** `terms.json`: the `Drop-Terms` field. docs/protocol.md §6.1. */
export function termsVectors(): unknown {
  const [locator = '', claim = '', sender = ''] = [1, 2, 3].map((byte) =>
    rawPublicKey(ed25519Key(Buffer.alloc(32, byte))).toString('base64'),
  )
  const keys = `locator=:${locator}:, claim=:${claim}:, sender=:${sender}:`
  const urlKeys = Object.fromEntries(
    Object.entries({ locator, claim, sender }).map(([name, key]) => [
      name,
      Buffer.from(key, 'base64').toString('base64url'),
    ]),
  )
  const field = (ttl: string | number, reads: string | number): string => `ttl=${ttl}, reads=${reads}, ${keys}`
  const one = field(86_400, 1)
  const limits = [
    [300, 1],
    [86_400, 1],
    [2_592_000, 100],
  ] as const
  return {
    terms: limits.map(([ttlSeconds, reads]) => ({ field: field(ttlSeconds, reads), ttlSeconds, reads, ...urlKeys })),
    alsoAccepted: [{ why: 'another order', field: `${keys}, reads=1, ttl=86400` }].map((each) => ({
      ...each,
      ttlSeconds: 86_400,
      reads: 1,
      ...urlKeys,
    })),
    refused: [
      { why: 'empty', field: '' },
      { why: 'too short a life', field: field(299, 1) },
      { why: 'too long a life', field: field(2_592_001, 1) },
      { why: 'no reads', field: field(86_400, 0) },
      { why: 'too many reads', field: field(86_400, 101) },
      { why: 'a negative number', field: field(-300, 1) },
      { why: 'a decimal', field: field('86400.5', 1) },
      { why: 'a decimal that is whole', field: field('86400.0', 1) },
      { why: 'a string', field: field('"86400"', 1) },
      { why: 'a number with an exponent', field: field('3e3', 1) },
      { why: 'a member that is missing', field: `ttl=86400, ${keys}` },
      { why: 'a member that is unknown', field: `${one}, name=1` },
      { why: 'an unknown member in the place of another', field: one.replace('sender', 'other') },
      { why: 'a member that is there twice', field: `${one}, reads=1` },
      {
        why: 'a member twice in the place of another',
        field: `ttl=86400, reads=1, reads=1, locator=:${locator}:, claim=:${claim}:`,
      },
      { why: 'a parameter', field: field('86400;x', 1) },
      {
        why: 'a key that is too short',
        field: one.replace(locator, Buffer.from(locator, 'base64').subarray(1).toString('base64')),
      },
      {
        why: 'a key that is too long',
        field: one.replace(
          locator,
          Buffer.concat([Buffer.from(locator, 'base64'), Buffer.alloc(1)]).toString('base64'),
        ),
      },
      { why: 'a key that is text', field: one.replace(`:${locator}:`, '"x"') },
      { why: 'a comma too many', field: `${one},` },
      { why: 'no space after the commas', field: one.replaceAll(', ', ',') },
      { why: 'two spaces after a comma', field: one.replace(', ', ',  ') },
      { why: 'a tab after a comma', field: one.replace(', ', ',\t') },
      { why: 'a space before it', field: ` ${one}` },
      { why: 'a number with a leading zero', field: field('086400', 1) },
      { why: 'a key without padding', field: one.replace(`${sender}:`, `${sender.replaceAll('=', '')}:`) },
      { why: 'a key with stray bits', field: one.replace(`${sender}:`, `${stray(sender)}:`) },
      { why: 'a key in base64url', field: one.replace(`${claim}:`, `${urlKeys['claim'] ?? ''}=:`) },
      { why: 'a member that is a list', field: one.replace('reads=1', 'reads=(1)') },
      { why: 'a name in capitals', field: one.replace('reads', 'Reads') },
      { why: 'more characters than a server reads', field: `${one}${' '.repeat(513)}` },
    ],
  }
}

/** The same bytes with a stray bit (RFC 4648 §3.5). */
function stray(base64: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
  const at = base64.indexOf('=') - 1
  return `${base64.slice(0, at)}${alphabet[alphabet.indexOf(base64[at] ?? '') ^ 1] ?? ''}${base64.slice(at + 1)}`
}

/** `digests.json`: `Content-Digest` fields. RFC 9530. */
export function digestVectors(): unknown {
  const own = ['', 'a', '{"opened":"AAAA"}'].map((body) => ({
    source: 'node:crypto',
    body,
    field: `sha-256=:${createHash('sha256').update(body).digest('base64')}:`,
  }))
  const published = [
    ['RFC 9530 §B.1', '{"hello": "world"}\n', 'RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg='],
    ['RFC 9421 §B.2 (test-request), by SHA-256', '{"hello": "world"}', 'X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE='],
  ].map(([source, body, digest]) => ({ source, body, field: `sha-256=:${digest}:` }))
  return { digests: [...published, ...own] }
}
