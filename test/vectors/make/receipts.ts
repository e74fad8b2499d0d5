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
  const record = (name: string, role: Role, change: Change = {}): unknown => {
    const { signature } = signRequest(name, role, change)
    const { input } = change
    const spelling = input === undefined ? {} : { input }
    return { created: change.created ?? CREATED, nonce: change.nonce ?? NONCE, signature, ...spelling }
  }
  const components = '("drop-id" "content-digest" "@method" "@authority" "@path")'
  const input = `${components};keyid="a";tag="sealdrop-claim-claim";nonce="${NONCE}";created=${CREATED}`
  const spelt = record('claim', 'claim', { input }) as object
  const claim = record('claim', 'claim')
  const ack = { opened: OPENED, claim: record('ack', 'claim'), reader: record('ack', 'reader') }
  const receipt = { reader: publicKey('reader'), claim, ack }
  const other = createHash('sha256').update('another token').digest('base64url')
  const later = { ...(claim as object), created: CREATED + 1 }
  const otherAck = { body: `{"opened":"${other}"}` }
  return {
    authority: AUTHORITY,
    dropId: DROP_ID,
    claim: publicKey('claim'),
    opened: OPENED,
    receipts: [
      { why: 'claimed and opened', receipt, isClaimProved: true, isOpeningProved: true },
      {
        why: 'claimed, not yet opened',
        receipt: { reader: receipt.reader, claim },
        isClaimProved: true,
        isOpeningProved: false,
      },
      {
        why: 'a claim that was signed in another order, with a keyid and without alg',
        receipt: { reader: receipt.reader, claim: spelt },
        isClaimProved: true,
        isOpeningProved: false,
      },
      {
        why: 'a spelling that says another time than its record',
        receipt: { reader: receipt.reader, claim: { ...spelt, created: CREATED + 1 } },
        isClaimProved: false,
        isOpeningProved: false,
      },
      {
        why: 'a spelling that holds more than one signature',
        receipt: { reader: receipt.reader, claim: { ...spelt, input: `${input}, x=1` } },
        isClaimProved: false,
        isOpeningProved: false,
      },
      {
        why: 'a spelling that is the usual one, and should be left out',
        receipt: {
          reader: receipt.reader,
          claim: { ...(claim as object), input: signRequest('claim', 'claim').parameters },
        },
        isClaimProved: false,
        isOpeningProved: false,
      },
      {
        why: 'the claim of another reader',
        receipt: { ...receipt, reader: publicKey('locator') },
        isClaimProved: false,
        isOpeningProved: false,
      },
      {
        why: 'another time than was signed',
        receipt: { ...receipt, claim: later },
        isClaimProved: false,
        isOpeningProved: true,
      },
      {
        why: 'signed by the locator key',
        receipt: { ...receipt, claim: record('claim', 'locator') },
        isClaimProved: false,
        isOpeningProved: true,
      },
      {
        why: 'an acknowledgement where a claim belongs',
        receipt: { ...receipt, claim: ack.claim },
        isClaimProved: false,
        isOpeningProved: true,
      },
      {
        why: 'a claim of another drop',
        receipt: { ...receipt, claim: record('claim', 'claim', { dropId: Buffer.alloc(16).toString('base64url') }) },
        isClaimProved: false,
        isOpeningProved: true,
      },
      {
        why: 'a claim at another server',
        receipt: { ...receipt, claim: record('claim', 'claim', { authority: 'other.example' }) },
        isClaimProved: false,
        isOpeningProved: true,
      },
      {
        why: 'a nonce that is too short',
        receipt: { ...receipt, claim: record('claim', 'claim', { nonce: 'short' }) },
        isClaimProved: false,
        isOpeningProved: true,
      },
      {
        why: 'acknowledged with another token',
        receipt: {
          ...receipt,
          ack: { opened: other, claim: record('ack', 'claim', otherAck), reader: record('ack', 'reader', otherAck) },
        },
        isClaimProved: true,
        isOpeningProved: false,
      },
      {
        why: 'the token of the ticket beside signatures of another',
        receipt: {
          ...receipt,
          ack: { opened: OPENED, claim: record('ack', 'claim', otherAck), reader: record('ack', 'reader', otherAck) },
        },
        isClaimProved: true,
        isOpeningProved: false,
      },
      {
        why: 'acknowledged by the claim key alone',
        receipt: { ...receipt, ack: { ...ack, reader: ack.claim } },
        isClaimProved: true,
        isOpeningProved: false,
      },
      {
        why: 'acknowledged by the reader key alone',
        receipt: { ...receipt, ack: { ...ack, claim: ack.reader } },
        isClaimProved: true,
        isOpeningProved: false,
      },
    ],
  }
}
