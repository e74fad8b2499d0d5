import { createHash } from 'node:crypto'
import {
  AUTHORITY,
  CREATED,
  DROP_ID,
  NONCE,
  OPENED,
  publicKey,
  signRequest,
  type Change,
  type Role,
} from './signatures.ts'

type Json = { [name: string]: Json } | readonly Json[] | string | number

/** `proofs.json`: proof files that hold, and files to refuse. docs/protocol.md §8.1. */
export function proofVectors(): unknown {
  const { opened } = proofs
  const twoReaders = { ...opened, receipts: [...opened.receipts, claimedByAnother] }
  const other = createHash('sha256').update('another token').digest('base64url')
  const changes = leavesOf(opened).map((path) => ({
    why: `changed: ${path.join('.')}`,
    state: path[0] === 'format' ? 'malformed' : 'forged',
    file: format(changeAt(opened, path)),
  }))
  const { opened: hash, ...withoutHash } = opened
  const { receipts, ...withoutReceipts } = opened
  const malformed: readonly (readonly [why: string, file: string])[] = [
    ['not JSON', `${format(opened)}}`],
    ['nothing', ''],
    ['another kind of value', '[]'],
    ['a later version', format({ ...opened, format: 'sealdrop/v2/proof' })],
    ['a member that nobody signed', format({ ...opened, name: 'Alice' })],
    ['the same in a receipt', format({ ...opened, receipts: [{ ...receipt, name: 'Alice' }] })],
    ['the members in another order', format({ ...withoutHash, opened: hash })],
    ['a member twice', format(opened).replace('"authority"', '"authority": "bank.example", "authority"')],
    ['an escape where none is needed', format(opened).replace('drop.example', String.raw`dr\u006fp.example`)],
    ['a space in a text', format(opened).replace('drop.example', 'drop. example')],
    ['no receipts', format({ ...withoutReceipts, receipts: [] })],
    ['a reader twice', format({ ...opened, receipts: [...receipts, ...receipts] })],
    ['opened, and no hash beside it', format(withoutHash)],
    ['a hash, and nobody who has opened', format({ ...proofs.claimed, ...opened, receipts: proofs.claimed.receipts })],
    ['a server in another spelling', format({ ...opened, authority: 'DROP.example' })],
    ['an address in place of a server', format({ ...opened, authority: 'drop.example/x' })],
    ['an origin in place of a server', format({ ...opened, authority: 'https://drop.example' })],
    ['a server with a user', format({ ...opened, authority: 'me@drop.example' })],
    ['a server with an empty port', format({ ...opened, authority: 'drop.example:' })],
    ['a server with zeros before its port', format({ ...opened, authority: 'drop.example:08443' })],
    ['a server in letters that no certificate has', format({ ...opened, authority: 'dröp.example' })],
    ['a server by an address that is written longer than it has to be', format({ ...opened, authority: '[0:0::1]' })],
    ['no server', format({ ...opened, authority: '' })],
    ['a key that is too short', format({ ...opened, claim: opened.claim.slice(1) })],
    ['a time that is none', format(opened).replaceAll(`${CREATED}`, '-1')],
  ]
  const forged: readonly (readonly [why: string, file: string])[] = [
    ['another hash on both sides', format(opened).replaceAll(OPENED, other)],
    ['another reader', format(opened).replaceAll(publicKey('reader'), publicKey('sender'))],
    [
      'claimed by another reader than the one who opened',
      format({ ...opened, receipts: [{ ...claimedByAnother, ack }] }),
    ],
    ['the claim in place of the acknowledgement', format(withAck({ ...ack, claim: receipt.claim }))],
    ['acknowledged by the claim key alone', format(withAck({ ...ack, reader: ack.claim }))],
    ['acknowledged by the reader key alone', format(withAck({ ...ack, claim: ack.reader }))],
    [
      'one receipt that holds, and one that does not',
      format(changeAt(twoReaders, ['receipts', '1', 'claim', 'created'])),
    ],
    ['a key under which one signature fits everything', format(underTheIdentity())],
  ]
  const refused = [
    ...changes,
    ...malformed.map(([why, file]) => ({ why, state: 'malformed', file })),
    ...forged.map(([why, file]) => ({ why, state: 'forged', file })),
  ]
  return {
    proofs: [
      { why: 'claimed and opened', file: format(opened) },
      { why: 'claimed, not yet opened', file: format(proofs.claimed) },
      { why: 'two readers, of whom one has opened it', file: format(twoReaders) },
      { why: 'on one line', file: JSON.stringify(opened) },
      { why: 'a server with a port', file: format(atPort('localhost:8787')) },
      { why: 'a server by its IPv6 address', file: format(atPort('[::1]:8787')) },
      { why: 'a server whose name has letters beyond ASCII', file: format(atPort('xn--drp-sna.example')) },
      { why: 'a claim that was signed in another order, with a keyid', file: format(speltOtherwise()) },
    ],
    refused,
  }
}

const record = (name: string, role: Role, change: Change = {}): { [name: string]: Json } => ({
  created: change.created ?? CREATED,
  nonce: change.nonce ?? NONCE,
  signature: signRequest(name, role, change).signature,
})

const ack = { opened: OPENED, claim: record('ack', 'claim'), reader: record('ack', 'reader') }
const receipt = { reader: publicKey('reader'), claim: record('claim', 'claim'), ack }
const claimedByAnother = {
  reader: publicKey('sender'),
  claim: record('claim', 'claim', { body: `{"reader":"${publicKey('sender')}"}` }),
}
const head = { format: 'sealdrop/v1/proof', authority: AUTHORITY, drop: DROP_ID, claim: publicKey('claim') }
const proofs = {
  opened: { ...head, opened: OPENED, receipts: [receipt] },
  claimed: { ...head, receipts: [{ reader: receipt.reader, claim: receipt.claim }] },
}

function withAck(changed: Json): Json {
  return { ...proofs.opened, receipts: [{ ...receipt, ack: changed }] }
}

function atPort(authority: string): Json {
  return { ...head, authority, receipts: [{ reader: receipt.reader, claim: record('claim', 'claim', { authority }) }] }
}

function speltOtherwise(): Json {
  const components = '("@authority" "@method" "@path" "drop-id" "content-digest")'
  const input = `${components};created=${CREATED};keyid="k 1";alg="ed25519";nonce="${NONCE}";tag="sealdrop-claim-claim"`
  return { ...head, receipts: [{ reader: receipt.reader, claim: { ...record('claim', 'claim', { input }), input } }] }
}

/** The neutral point of the curve as claim key, and as R of a signature with S = 0: some verifiers accept it for any message. */
function underTheIdentity(): Json {
  const point = Buffer.alloc(32)
  point[0] = 1
  const signature = Buffer.concat([point, Buffer.alloc(32)]).toString('base64')
  const claim = { created: CREATED, nonce: NONCE, signature }
  return { ...head, claim: point.toString('base64url'), receipts: [{ reader: receipt.reader, claim }] }
}

function format(value: Json): string {
  return `${JSON.stringify(value, null, 2)}\n`
}

/** The paths of all leaves of a proof. */
function leavesOf(value: Json): string[][] {
  if (typeof value !== 'object') return [[]]
  return Object.entries(value).flatMap(([name, inner]) => leavesOf(inner).map((path) => [name, ...path]))
}

/** The value with one leaf changed into another of the same form. */
function changeAt(value: Json, [name, ...path]: readonly string[]): Json {
  if (name === undefined)
    return typeof value === 'number' ? value + 1 : typeof value === 'string' ? changeText(value) : value
  if (Array.isArray(value)) return value.map((each: Json, at) => (`${at}` === name ? changeAt(each, path) : each))
  const inner = value as { [name: string]: Json }
  return { ...inner, [name]: changeAt(inner[name] as Json, path) }
}

/** Changes the first letter or digit; the rest, and so the form, stays. */
function changeText(text: string): string {
  return `${text.startsWith('b') ? 'c' : 'b'}${text.slice(1)}`
}
