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

/** `receipts.json`: receipts that prove a claim, or an opening, and some that do not. docs/protocol.md §8. */
export function receiptVectors(): unknown {
  const claim = record('claim', 'claim')
  const ack = { opened: OPENED, claim: record('ack', 'claim'), reader: record('ack', 'reader') }
  const whole: Receipt = { reader: publicKey('reader'), claim, ack }
  return {
    authority: AUTHORITY,
    dropId: DROP_ID,
    claim: publicKey('claim'),
    opened: OPENED,
    receipts: [
      ...receipts({ isClaimProved: true, isOpeningProved: true }, [['claimed and opened', whole]]),
      ...receipts({ isClaimProved: true, isOpeningProved: false }, claimed(whole)),
      ...receipts({ isClaimProved: false, isOpeningProved: false }, misspelt(whole)),
      ...receipts({ isClaimProved: false, isOpeningProved: true }, badClaims(whole)),
      ...receipts({ isClaimProved: true, isOpeningProved: false }, badAcknowledgements(whole)),
    ],
  }
}

interface Receipt {
  readonly reader: string
  readonly claim: object
  readonly ack: { readonly opened: string; readonly claim: object; readonly reader: object }
}

type Case = readonly [why: string, receipt: Omit<Receipt, 'ack'> & Partial<Receipt>]

function receipts(proved: { isClaimProved: boolean; isOpeningProved: boolean }, cases: readonly Case[]): unknown[] {
  return cases.map(([why, receipt]) => ({ why, receipt, ...proved }))
}

function claimed({ reader, claim }: Receipt): Case[] {
  return [
    ['claimed, not yet opened', { reader, claim }],
    [
      'a claim that was signed in another order, with a keyid and without alg',
      { reader, claim: record('claim', 'claim', { input: INPUT }) },
    ],
  ]
}

/** Claims whose spelling is refused, and one of another reader. */
function misspelt(whole: Receipt): Case[] {
  const { reader, claim } = whole
  const spelt = record('claim', 'claim', { input: INPUT })
  const usual = signRequest('claim', 'claim').parameters
  return [
    ['a spelling that says another time than its record', { reader, claim: { ...spelt, created: CREATED + 1 } }],
    ['a spelling that holds more than one signature', { reader, claim: { ...spelt, input: `${INPUT}, x=1` } }],
    ['a spelling that is the usual one, and should be left out', { reader, claim: { ...claim, input: usual } }],
    ['the claim of another reader', { ...whole, reader: publicKey('locator') }],
  ]
}

function badClaims(whole: Receipt): Case[] {
  const otherDrop = record('claim', 'claim', { dropId: Buffer.alloc(16).toString('base64url') })
  const otherServer = record('claim', 'claim', { authority: 'other.example' })
  return [
    ['another time than was signed', { ...whole, claim: { ...whole.claim, created: CREATED + 1 } }],
    ['signed by the locator key', { ...whole, claim: record('claim', 'locator') }],
    ['an acknowledgement where a claim belongs', { ...whole, claim: whole.ack.claim }],
    ['a claim of another drop', { ...whole, claim: otherDrop }],
    ['a claim at another server', { ...whole, claim: otherServer }],
    ['a nonce that is too short', { ...whole, claim: record('claim', 'claim', { nonce: 'short' }) }],
  ]
}

function badAcknowledgements(whole: Receipt): Case[] {
  const { ack } = whole
  const other = createHash('sha256').update('another token').digest('base64url')
  const body = `{"opened":"${other}"}`
  const signatures = { claim: record('ack', 'claim', { body }), reader: record('ack', 'reader', { body }) }
  return [
    ['acknowledged with another token', { ...whole, ack: { opened: other, ...signatures } }],
    ['the token of the ticket beside signatures of another', { ...whole, ack: { opened: OPENED, ...signatures } }],
    ['acknowledged by the claim key alone', { ...whole, ack: { ...ack, reader: ack.claim } }],
    ['acknowledged by the reader key alone', { ...whole, ack: { ...ack, claim: ack.reader } }],
  ]
}

/** A signature as receipts keep it. */
function record(name: string, role: Role, change: Change = {}): object {
  const { signature } = signRequest(name, role, change)
  const { input } = change
  const spelling = input === undefined ? {} : { input }
  return { created: change.created ?? CREATED, nonce: change.nonce ?? NONCE, signature, ...spelling }
}

/** A right input in another spelling than the usual one. */
const COMPONENTS = '("drop-id" "content-digest" "@method" "@authority" "@path")'
const INPUT = `${COMPONENTS};keyid="a";tag="sealdrop-claim-claim";nonce="${NONCE}";created=${CREATED}`
