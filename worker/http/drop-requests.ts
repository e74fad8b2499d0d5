import { formatAcceptSignature } from '#protocol/accept-signature.ts'
import {
  parseAckBody,
  parseCommitBody,
  parsePartQuery,
  parseReaderBody,
  type Acknowledged,
  type Status,
} from '#protocol/api.ts'
import { isSafeKey } from '#protocol/public-key.ts'
import type { SignedRequest } from '#protocol/signature.ts'
import { signersOf } from '#protocol/signature-input.ts'
import { settleDrop } from '../boxes/racks.ts'
import type { DropRequestName, DropRequests } from '../drops/rpc.ts'
import { askShelf, shelfOf } from '../drops/shelves.ts'
import type { Env } from '../env.ts'
import { isRefusal } from '../refusal.ts'
import { isLost, largestOf } from '../storage/blob-store.ts'
import { serveCiphertext } from './serve-ciphertext.ts'
import { parseSigned, parseTarget, readDropId } from './parse.ts'
import { about, json, problem, refusal } from './respond.ts'
import { readNothing, respondTo, type Handler, type SignedRow } from './signed.ts'

/** The signed requests about a drop, except `upload`, whose body is read only after the signature is verified. */
type Name = Exclude<DropRequestName, 'upload'>
type Row<N extends Name> = SignedRow<SignedRequest<N>, DropRequests[N]['input'], DropRequests[N]['result']>

/** The signed requests about a drop: how each is read, and how its result is answered. */
export const DROP_HANDLERS: Readonly<Record<Name, Handler>> = {
  uploaded: aboutDrop('uploaded', {
    read: readNothing,
    answer: ({ uploaded }, { signed }) => about({ drop: signed.dropId }, uploaded),
  }),
  commit: aboutDrop('commit', {
    read: ({ body }) => parseCommitBody(body),
    answer: async ({ created, box }, { env, signed }) => {
      const isFull = box !== undefined && (await settleDrop(env, box, signed.dropId)) === 'box_full'
      return isFull ? problem('box_full') : json(created)
    },
  }),
  claim: aboutDrop('claim', {
    read: ({ body }) => {
      const reader = parseReaderBody(body)
      return reader !== undefined && isSafeKey(reader) ? reader : undefined
    },
    answer: (grant, { env }) => serveCiphertext(env, grant),
  }),
  part: aboutDrop('part', {
    read: ({ signed: { reader, query } }) => {
      const n = parsePartQuery(query)
      return n === undefined || reader === undefined ? undefined : { reader, n }
    },
    answer: (grant, { env }) => serveCiphertext(env, grant),
  }),
  ack: aboutDrop('ack', {
    read: ({ signed: { reader }, body }) => {
      const opened = parseAckBody(body)
      return opened === undefined || reader === undefined ? undefined : { reader, opened }
    },
    answer: ({ burned }) => json({ burned } satisfies Acknowledged),
  }),
  revoke: aboutDrop('revoke', {
    read: ({ body }) => (body.length === 0 ? null : undefined),
    answer: async ({ sent, isErased, box }, { env, signed }) => {
      // It has ended, whether or not the store has deleted it.
      if (box !== undefined) await settleDrop(env, box, signed.dropId)
      return isErased ? about({ drop: signed.dropId }, sent) : problem('try_later')
    },
  }),
  reopen: aboutDrop('reopen', {
    read: ({ body }) => parseReaderBody(body),
    answer: ({ sent }, { signed }) => about({ drop: signed.dropId }, sent),
  }),
  sent: aboutDrop('sent', {
    read: readNothing,
    answer: async ({ blobs, sent }, { env, signed }) => {
      const isGone = blobs !== undefined && (await isLost(env, blobs))
      return about({ drop: signed.dropId }, isGone ? { ...sent, state: 'lost' } : sent)
    },
  }),
}

function aboutDrop<N extends Name>(name: N, row: Row<N>): Handler {
  return async (request, env) => respondTo(row, await parseSigned(request, env, name), env, askShelf)
}

/** GET /v1/drops/status: a waiting drop, and the nonce to claim it with. Signed or not, it changes nothing that waits. */
export async function showStatus(request: Request, env: Env): Promise<Response> {
  parseTarget(request, env)
  const id = readDropId(request)
  const isSigned = request.headers.has('Signature') || request.headers.has('Signature-Input')
  const signed = isSigned ? (await parseSigned(request, env, 'status')).signed : undefined
  const answer = await (await shelfOf(env, id)).status(id, signed)
  if (isRefusal(answer)) return refusal(answer, 'status', signed && signersOf('status', signed.signatures))
  return about({ drop: id }, { ...answer.status, largest: largestOf(env) } satisfies Status, {
    'Accept-Signature': formatAcceptSignature('claim', answer.nonce),
  })
}
