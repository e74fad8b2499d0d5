import { decodeBody, parsePartQuery } from '#protocol/api.ts'
import {
  parseDeleteBody,
  parseInviteBody,
  parseItemsQuery,
  parsePublishBody,
  type CardAnswer,
  type Deleted,
  type InvitationList,
  type Listing,
  type ReaderKeys,
} from '#protocol/box-api.ts'
import { MAX_CARDS_BYTES, MAX_DELETE_BYTES, MAX_READER_KEYS_CHARACTERS } from '#protocol/limits.ts'
import type { SignedBoxRequest } from '#protocol/signature.ts'
import { askRack, rackOf, settleDrop } from '../boxes/racks.ts'
import type { BoxRequestName, BoxRequests, InvitationsResult } from '../boxes/rpc.ts'
import { shelfOf } from '../drops/shelves.ts'
import type { Env } from '../env.ts'
import { isRefusal } from '../refusal.ts'
import { largestOf } from '../storage/blob-store.ts'
import { serveCiphertext } from './serve-ciphertext.ts'
import { parseSignedBox, readBoxAddress } from './parse-box.ts'
import { parseTarget } from './parse.ts'
import { about, json, refusal } from './respond.ts'
import { readNothing, respondTo, type Handler, type SignedRow } from './signed.ts'

type Row<N extends BoxRequestName> = SignedRow<SignedBoxRequest<N>, BoxRequests[N]['input'], BoxRequests[N]['result']>

/** The signed requests about a box: how each is read, and how its result is answered. */
export const BOX_HANDLERS: Readonly<Record<BoxRequestName, Handler>> = {
  items: aboutBox('items', {
    read: ({ signed }) => parseItemsQuery(signed.query),
    answer: ({ listing }, { signed }) => about({ box: signed.box }, listing satisfies Listing),
  }),
  collect: aboutBox('collect', {
    read: ({ signed: { query, dropId } }) => {
      const n = parsePartQuery(query)
      return n === undefined || dropId === undefined ? undefined : { id: dropId, n }
    },
    answer: async (_allowed, { env, signed: { box }, input: { id, n } }) => {
      const result = await (await shelfOf(env, id)).collect(id, box, n)
      if (!isRefusal(result)) return serveCiphertext(env, result)
      // If the list still has it, the rack was not told of its end.
      if (result.outcome === 'gone') await settleDrop(env, box, id)
      return refusal(result, 'collect')
    },
  }),
  keys: aboutBox('keys', {
    read: ({ body }) => {
      const jws = decodeBody(body)
      return /^[\w-]+\.[\w-]+\.[\w-]+$/.test(jws) ? jws : undefined
    },
    answer: (_done, { signed, input }) => about({ box: signed.box }, { keys: [input] } satisfies ReaderKeys),
    mostBytes: MAX_READER_KEYS_CHARACTERS,
  }),
  publish: aboutBox('publish', {
    read: ({ body }) => parsePublishBody(body),
    answer: () => json({}),
    mostBytes: MAX_CARDS_BYTES,
  }),
  delete: aboutBox('delete', {
    read: ({ body }) => parseDeleteBody(body),
    answer: ({ deleted }) => json({ deleted } satisfies Deleted),
    mostBytes: MAX_DELETE_BYTES,
  }),
  readers: aboutBox('readers', {
    read: readNothing,
    answer: ({ keys }, { signed }) => about({ box: signed.box }, { keys } satisfies ReaderKeys),
  }),
  invite: aboutBox('invite', {
    read: ({ body }) => parseInviteBody(body),
    answer: showInvitations,
  }),
  invitations: aboutBox('invitations', {
    read: readNothing,
    answer: showInvitations,
  }),
}

function showInvitations(
  { invitations }: InvitationsResult,
  { signed }: { readonly signed: SignedBoxRequest },
): Response {
  return about({ box: signed.box }, { invitations } satisfies InvitationList)
}

function aboutBox<N extends BoxRequestName>(name: N, row: Row<N>): Handler {
  return async (request, env) => respondTo(row, await parseSignedBox(request, env, name, row.mostBytes), env, askRack)
}

/** GET /v1/boxes/card: the card that a sender seals to. Unsigned: anybody with the address may have it. */
export async function showCard(request: Request, env: Env): Promise<Response> {
  parseTarget(request, env)
  const box = readBoxAddress(request)
  const result = await (await rackOf(env, box)).card(box)
  if (isRefusal(result)) return refusal(result, 'card')
  return json({ card: result.card, largest: largestOf(env) } satisfies CardAnswer)
}
