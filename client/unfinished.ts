import { parseBase64url, toBase64url, type Bytes } from '#protocol/bytes.ts'
import { parseDropId } from '#protocol/id.ts'
import { MAX_AGE_HEADER_BYTES } from '#protocol/limits.ts'
import { formatTerms, parseTerms } from '#protocol/terms.ts'
import { TOKEN_BYTES } from './archive.ts'
import { PAYLOAD_NONCE_BYTES } from './crypto/sizes.ts'
import { parseLink } from './link.ts'
import type { PartHashes } from './seal-parts.ts'
import type { Unfinished, UnfinishedFile } from './send.ts'

/** As JSON. What follows from the rest is not written twice. */
export function formatUnfinished(unfinished: Unfinished): string {
  const { v, link, dropId, terms, ticket, header, nonce, fileKey, token, sealedAtMs, text, files, hashes } = unfinished
  return JSON.stringify({
    v,
    link,
    dropId,
    terms: formatTerms(terms),
    opened: ticket.opened,
    expiresAtMs: ticket.expiresAtMs,
    header: toBase64url(header),
    nonce: toBase64url(nonce),
    fileKey: toBase64url(fileKey),
    token: toBase64url(token),
    sealedAtMs,
    text,
    files: files.map(({ name, type, modifiedAtMs, size }) => ({ name, type, modifiedAtMs, size })),
    hashes: hashes.map((each) => (each === undefined ? null : formatHashes(each))),
  })
}

/** What `formatUnfinished` has written; `undefined` for anything else. */
export function parseUnfinished(json: string): Unfinished | undefined {
  const record = parseRecord(parseJson(json), MEMBERS)
  if (record === undefined) return undefined
  const text = (name: string): string => (typeof record[name] === 'string' ? record[name] : '')
  const bytes = (name: string, length: number): Bytes | undefined => parseBase64url(text(name), length)
  const { v, sealedAtMs, expiresAtMs } = record
  const location = parseLink(text('link'))
  const dropId = parseDropId(text('dropId'))
  const terms = parseTerms(text('terms'))
  const nonce = bytes('nonce', PAYLOAD_NONCE_BYTES)
  const fileKey = bytes('fileKey', FILE_KEY_BYTES)
  const token = bytes('token', TOKEN_BYTES)
  const header = bytes('header', Math.floor((text('header').length * 3) / 4))
  const files = parseAll(record['files'], parseFile)
  const hashes = parseAll(record['hashes'], parseHashes)
  if (v !== 1 || location === undefined || dropId === undefined || terms === undefined) return undefined
  if (nonce === undefined || fileKey === undefined || token === undefined || header === undefined) return undefined
  if (header.length === 0 || header.length > MAX_AGE_HEADER_BYTES) return undefined
  if (files === undefined || hashes === undefined || typeof record['text'] !== 'string') return undefined
  if (!isTime(sealedAtMs) || !isTime(expiresAtMs) || bytes('opened', 32) === undefined) return undefined
  const { origin, secret } = location
  return {
    v,
    link: text('link'),
    dropId,
    terms,
    ticket: {
      v,
      origin,
      dropId,
      claim: terms.claim,
      opened: text('opened'),
      sealedAtMs,
      expiresAtMs,
      reads: terms.reads,
      needsPassphrase: secret.needsPassphrase,
    },
    header,
    nonce,
    fileKey,
    token,
    sealedAtMs,
    text: record['text'],
    files,
    hashes: hashes.map((each) => (each === 'none' ? undefined : each)),
  }
}

/** `<plaintext>` or `<plaintext>.<ciphertext>`, base64url. */
function formatHashes({ plaintext, ciphertext }: PartHashes): string {
  return [plaintext, ...(ciphertext === undefined ? [] : [ciphertext])].map(toBase64url).join('.')
}

function parseHashes(value: unknown): PartHashes | 'none' | undefined {
  if (value === null) return 'none'
  if (typeof value !== 'string') return undefined
  const [first = '', second, ...more] = value.split('.')
  const plaintext = parseBase64url(first, 32)
  const ciphertext = second === undefined ? undefined : parseBase64url(second, 32)
  if (plaintext === undefined || more.length > 0 || (second !== undefined && ciphertext === undefined)) return undefined
  return { plaintext, ciphertext }
}

function parseFile(value: unknown): UnfinishedFile | undefined {
  const { name, type, modifiedAtMs, size } = parseRecord(value, FILE_MEMBERS) ?? {}
  if (typeof name !== 'string' || typeof type !== 'string') return undefined
  if (!Number.isSafeInteger(size) || typeof size !== 'number' || size < 0) return undefined
  // A time that nobody knows is written as null.
  const at = modifiedAtMs === null ? Number.NaN : modifiedAtMs
  return typeof at === 'number' ? { name, type, modifiedAtMs: at, size } : undefined
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value)
}

function parseAll<T>(value: unknown, parse: (each: unknown) => T | undefined): T[] | undefined {
  if (!Array.isArray(value)) return undefined
  const parsed = value.map(parse)
  return parsed.every((each) => each !== undefined) ? parsed : undefined
}

/** An object with exactly these members. */
function parseRecord(value: unknown, members: readonly string[]): Readonly<Record<string, unknown>> | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  return Object.keys(value).toSorted().join() === members.join() ? { ...value } : undefined
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json) as unknown
  } catch {
    return undefined
  }
}

/** C2SP age.md, Header. */
const FILE_KEY_BYTES = 16

const FILE_MEMBERS = ['modifiedAtMs', 'name', 'size', 'type']
const MEMBERS = [
  'dropId',
  'expiresAtMs',
  'fileKey',
  'files',
  'hashes',
  'header',
  'link',
  'nonce',
  'opened',
  'sealedAtMs',
  'terms',
  'text',
  'token',
  'v',
]
