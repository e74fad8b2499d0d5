import { parseBase64url, toBase64url, type Bytes } from '#protocol/bytes.ts'
import { parseDropId, type DropId } from '#protocol/id.ts'
import { bytesOf, isWhole, listOf, membersOf, parseJson, recordOf } from '#protocol/json.ts'
import { MAX_AGE_HEADER_BYTES } from '#protocol/limits.ts'
import { parseBoxTerms, parseTerms } from '#protocol/parse-terms.ts'
import { type Letterhead, TOKEN_BYTES } from './layout.ts'
import { parseWriteTarget } from './box/address-link.ts'
import { PAYLOAD_NONCE_BYTES } from './crypto/sizes.ts'
import { parseLetterhead } from './letterhead.ts'
import { parseLink } from './link.ts'
import type { PartHashes } from './seal-parts.ts'
import type { Ticket, Unfinished, UnfinishedFile } from './sealed.ts'
import { formatAnyTerms } from './terms-fields.ts'

/** As JSON. A value that follows from the rest is not written twice. */
export function formatUnfinished(unfinished: Unfinished): string {
  const { v, link, dropId, terms, letterhead, ticket, header, nonce, fileKey, token, sealedAtMs, text, files, hashes } =
    unfinished
  return JSON.stringify({
    v,
    link,
    dropId,
    terms: formatAnyTerms(terms),
    letterhead,
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

/** The record that `formatUnfinished` has written; `undefined` for anything else. */
export function parseUnfinished(json: string): Unfinished | undefined {
  const parsed = parseJson(json)
  const record = membersOf(parsed, MEMBERS, ['letterhead'])
  if (record === undefined) return undefined
  const text = (name: string): string => (typeof record[name] === 'string' ? record[name] : '')
  const bytes = (name: string, length?: number): Bytes | undefined => bytesOf(record[name], length)
  const { v, sealedAtMs, expiresAtMs } = record
  const dropId = parseDropId(text('dropId'))
  const destination = parseDestination(text('link'), text('terms'), dropId, record['letterhead'])
  const nonce = bytes('nonce', PAYLOAD_NONCE_BYTES)
  const fileKey = bytes('fileKey', FILE_KEY_BYTES)
  const token = bytes('token', TOKEN_BYTES)
  const header = bytes('header')
  const files = listOf(record['files'], parseFile)
  const hashes = listOf(record['hashes'], parseHashes)
  if (v !== 1 || dropId === undefined || destination === undefined) return undefined
  if (nonce === undefined || fileKey === undefined || token === undefined || header === undefined) return undefined
  if (header.length === 0 || header.length > MAX_AGE_HEADER_BYTES) return undefined
  if (files === undefined || hashes === undefined || typeof record['text'] !== 'string') return undefined
  if (!isTime(sealedAtMs) || !isTime(expiresAtMs) || bytes('opened', 32) === undefined) return undefined
  const { told, ...known } = destination
  return {
    v,
    link: text('link'),
    dropId,
    ...known,
    ticket: { v, dropId, opened: text('opened'), sealedAtMs, expiresAtMs, ...told },
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

/** Where a drop goes, and what its ticket tells of that. */
interface Destination extends Pick<Unfinished, 'terms' | 'invitation' | 'letterhead'> {
  readonly told: Pick<Ticket, 'origin' | 'claim' | 'reads' | 'needsPassphrase'>
}

/** Only a drop for a box has a letterhead: then link, terms and letterhead name the same one. */
function parseDestination(
  link: string,
  field: string,
  dropId: DropId | undefined,
  head: unknown,
): Destination | undefined {
  if (head === undefined) {
    const terms = parseTerms(field)
    const location = parseLink(link)
    if (terms === undefined || location === undefined) return undefined
    const { needsPassphrase } = location.secret
    return { terms, told: { origin: location.origin, claim: terms.claim, reads: terms.reads, needsPassphrase } }
  }
  const terms = parseBoxTerms(field)
  const { origin, address, invitation } = parseWriteTarget(link) ?? {}
  const letterhead = parseHead(head)
  if (terms === undefined || origin === undefined || letterhead?.to.drop !== dropId) return undefined
  if (terms.box !== address || letterhead?.to.box !== address) return undefined
  return {
    terms,
    invitation: invitation === undefined ? undefined : toBase64url(invitation),
    letterhead,
    told: { origin, reads: 0, needsPassphrase: false },
  }
}

function parseHead(value: unknown): Letterhead | undefined {
  try {
    return parseLetterhead(recordOf(value) ?? {})
  } catch {
    return undefined
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
  const { name, type, modifiedAtMs, size } = membersOf(value, FILE_MEMBERS) ?? {}
  if (typeof name !== 'string' || typeof type !== 'string') return undefined
  if (!isWhole(size)) return undefined
  // A time that nobody knows is written as null.
  const at = modifiedAtMs === null ? Number.NaN : modifiedAtMs
  return typeof at === 'number' ? { name, type, modifiedAtMs: at, size } : undefined
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value)
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
