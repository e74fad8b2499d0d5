import type { Receipt } from '#protocol/api.ts'
import { parseDropId, type DropId } from '#protocol/id.ts'
import { bytesOf, parseJson, recordOf, textOf } from '#protocol/json.ts'
import { isSafeKey, parsePublicKey, type PublicKey } from '#protocol/public-key.ts'
import { isClaimProved, isOpeningProved } from '#protocol/receipt.ts'
import { parseAuthority, parseReceipts } from './refused.ts'
import type { Ticket } from './sealed.ts'
import type { JudgedReceipt } from './sender.ts'

/** The proof, with no server, that a drop was claimed and opened. Everything in it is signed; nothing is secret. */
export interface OpeningProof {
  /** Host, and port unless it is the scheme's own, that the readers addressed. */
  readonly authority: string
  readonly dropId: DropId
  readonly claim: PublicKey
  /** SHA-256 of the token, base64url; there exactly if one of the receipts says that the drop was opened. */
  readonly opened?: string
  readonly receipts: readonly Receipt[]
}

/** The verdict on a file. `malformed`: no proof file. `forged`: one in which a signature does not hold. */
export type Verdict =
  | { readonly state: 'holds'; readonly proof: OpeningProof }
  | { readonly state: 'malformed' | 'forged' }

/** The drop that a proof should be for: of a ticket, or of a link with its passphrase. */
export type Expected = Pick<Ticket, 'origin' | 'dropId'> & {
  readonly claim: PublicKey
  /** SHA-256 of the token, base64url. Only a ticket has it. */
  readonly opened?: string
}

/**
 * Whether a proof is for a drop, and if not, the first difference. `another_key`: somebody put a key of their own in the place
 * of the drop's. `another_opening`: it acknowledges another content than the drop's.
 */
export type ProofMatch = 'same' | 'another_server' | 'another_drop' | 'another_key' | 'another_opening'

/**
 * The receipts that prove something, without what they do not prove.
 * @param before - receipts that were proved earlier. They stay proved, although a server shows less later.
 */
export function provedReceipts(claims: readonly JudgedReceipt[], before: readonly Receipt[] = []): Receipt[] {
  const proved = new Map(before.map((each) => [each.reader, each]))
  for (const { reader, claim, ack, isClaimProved: isClaimed, isOpeningProved: isOpened } of claims) {
    if (isClaimed && isOpened && ack !== undefined) proved.set(reader, { reader, claim, ack })
    else if (isClaimed && proved.get(reader)?.ack === undefined) proved.set(reader, { reader, claim })
  }
  return [...proved.values()]
}

/** The proof of receipts that hold; `undefined` if there is none, as of a drop for a box, which is not claimed. */
export function makeProof(
  { origin, dropId, claim, opened }: Pick<Ticket, 'origin' | 'dropId' | 'claim' | 'opened'>,
  receipts: readonly Receipt[],
): OpeningProof | undefined {
  if (claim === undefined || receipts.length === 0) return undefined
  const isOpened = receipts.some(({ ack }) => ack !== undefined)
  return { authority: new URL(origin).host, dropId, claim, ...(isOpened ? { opened } : {}), receipts }
}

/** A proof file: JSON. docs/protocol.md §8.1. */
export function formatProof(proof: OpeningProof): string {
  return `${JSON.stringify(toJson(proof), undefined, 2)}\n`
}

/** Checks a proof file. Asks nobody, and believes nothing that is not signed. docs/protocol.md §8.1. */
export async function checkProof(text: string): Promise<Verdict> {
  const proof = parseProof(text)
  if (proof === undefined) return { state: 'malformed' }
  const holds = await Promise.all(proof.receipts.map((receipt) => isProved(proof, receipt)))
  return holds.every(Boolean) ? { state: 'holds', proof } : { state: 'forged' }
}

/** Whether a proof that holds is for this drop. docs/protocol.md §8.1. */
export function matchProof(proof: OpeningProof, { origin, dropId, claim, opened }: Expected): ProofMatch {
  if (proof.authority !== new URL(origin).host) return 'another_server'
  if (proof.dropId !== dropId) return 'another_drop'
  if (proof.claim !== claim) return 'another_key'
  return proof.opened === undefined || opened === undefined || proof.opened === opened ? 'same' : 'another_opening'
}

async function isProved({ opened, ...context }: OpeningProof, receipt: Receipt): Promise<boolean> {
  // Under some keys anybody can sign anything. A server registers none of them; here there is no server.
  if (!isSafeKey(context.claim) || !isSafeKey(receipt.reader)) return false
  if (!(await isClaimProved(receipt, context))) return false
  return receipt.ack === undefined || (opened !== undefined && (await isOpeningProved(receipt, context, opened)))
}

function parseProof(text: string): OpeningProof | undefined {
  if (text.length > MAX_PROOF_CHARACTERS) return undefined
  const { format, authority: server, drop, claim: key, opened, receipts: list } = recordOf(parseJson(text)) ?? {}
  if (format !== FORMAT) return undefined
  const dropId = textOf(drop, parseDropId)
  const claim = textOf(key, parsePublicKey)
  const receipts = parseReceipts(list)
  if (dropId === undefined || claim === undefined || receipts === undefined || receipts.length === 0) return undefined
  const authority = parseAuthority(server)
  if (authority === undefined) return undefined
  if (new Set(receipts.map(({ reader }) => reader)).size !== receipts.length) return undefined
  const isOpened = receipts.some(({ ack }) => ack !== undefined)
  if (isOpened !== (opened !== undefined)) return undefined
  if (opened !== undefined && (typeof opened !== 'string' || bytesOf(opened, 32) === undefined)) return undefined
  const proof = { authority, dropId, claim, ...(opened === undefined ? {} : { opened }), receipts }
  // A member that is not signed has no place in it: not even one that is there twice, of which people see one and we the
  // other.
  return withoutSpace(text) === withoutSpace(JSON.stringify(toJson(proof))) ? proof : undefined
}

/** In strings too: what they hold has been read, and is the same on both sides. */
function withoutSpace(text: string): string {
  return text.replace(/[ \t\r\n]/g, '')
}

function toJson({ authority, dropId, claim, opened, receipts }: OpeningProof): unknown {
  return { format: FORMAT, authority, drop: dropId, claim, opened, receipts }
}

const FORMAT = 'sealdrop/v1/proof'

/** A hundred receipts are 90,000. */
const MAX_PROOF_CHARACTERS = 262_144
