import type { Invitations, InvitationState } from '#protocol/box-api.ts'
import { formatInviteBody } from '#protocol/box-api.ts'
import { sha256, toBase64url, type Bytes } from '#protocol/bytes.ts'
import { parseName } from '#protocol/card.ts'
import { DropError } from '#protocol/error.ts'
import { INVITATION_BYTES } from '#protocol/limits.ts'
import { jsonForm, type Form } from '../answers.ts'
import { randomBytes } from '../crypto/random.ts'
import { ask, type Server } from '../server.ts'
import { formatInvitation } from './address-link.ts'
import { rootOf } from './root.ts'
import { bytesOf, isWhole, listOf, membersOf } from './shape.ts'
import type { BoxState, KnownInvitation } from './state.ts'

/**
 * Makes an invitation: whoever has the link may write so many drops and bytes until then. docs/protocol.md §13.8.
 * @throws RangeError for a label that is no single line of at most 80 characters; Refused `bad_request` for too many
 */
export async function invite(
  server: Server,
  state: BoxState,
  order: Omit<KnownInvitation, 'secret'>,
): Promise<{ state: BoxState; link: string }> {
  const { label, items, bytes, expiresAtMs } = order
  if (label !== '' && parseName(label) === undefined) throw new RangeError('no label')
  const secret = randomBytes(INVITATION_BYTES)
  const expires = Math.floor(expiresAtMs / 1_000)
  await tell(server, state, { hash: await hashOf(secret), items, bytes, expires })
  const invitation: KnownInvitation = { label, secret, items, bytes, expiresAtMs: expires * 1_000 }
  const now = server.clock()
  // What has expired is of no use to anybody.
  const kept = state.invitations.filter((each) => each.expiresAtMs > now)
  return {
    state: { ...state, invitations: [...kept, invitation] },
    link: formatInvitation(state.origin, state.box, secret),
  }
}

/** Ends an invitation: by its link nobody writes any more. @param hash - SHA-256 of its secret, base64url. */
export async function uninvite(server: Server, state: BoxState, hash: string): Promise<BoxState> {
  await tell(server, state, { hash, items: 0, bytes: 0, expires: 0 })
  const hashes = await Promise.all(state.invitations.map(({ secret }) => hashOf(secret)))
  return { ...state, invitations: state.invitations.filter((_, index) => hashes[index] !== hash) }
}

/**
 * What the server holds, and what is left of each.
 * @returns `items` and `bytes` are what is left. One that this device knows nothing of (the box was restored from its phrase)
 * has an empty label and an empty secret; it can be ended all the same.
 */
export async function listInvitations(
  server: Server,
  state: BoxState,
): Promise<readonly (KnownInvitation & InvitationState)[]> {
  const { key: root } = await rootOf(state)
  const call = { name: 'invitations', box: state.box, boxReader: root.publicKey, signers: { root } } as const
  const { invitations: listed } = await ask(server, call, INVITATIONS)
  const known = new Map(
    await Promise.all(state.invitations.map(async (each) => [await hashOf(each.secret), each] as const)),
  )
  return listed.map((left) => {
    const { label = '', secret = new Uint8Array(0) } = known.get(left.hash) ?? {}
    return { label, secret, ...left, expiresAtMs: left.expires * 1_000 }
  })
}

/** @throws DropError `not_done` unless the server lists a new invitation from now on, and one that has ended no more */
async function tell(server: Server, state: BoxState, told: InvitationState): Promise<void> {
  const { key: root } = await rootOf(state)
  const body = formatInviteBody(told)
  const call = { name: 'invite', box: state.box, boxReader: root.publicKey, body, signers: { root } } as const
  const { invitations } = await ask(server, call, INVITATIONS)
  if (invitations.some(({ hash }) => hash === told.hash) !== told.items > 0) throw new DropError('not_done')
}

const INVITATIONS: Form<Invitations> = jsonForm((body) => {
  const invitations = listOf(body['invitations'], parseInvitationState)
  return invitations === undefined ? undefined : { invitations }
})

function parseInvitationState(value: unknown): InvitationState | undefined {
  const members = membersOf(value, ['hash', 'items', 'bytes', 'expires'])
  if (members === undefined) return undefined
  const { hash, items, bytes, expires } = members
  if (typeof hash !== 'string' || bytesOf(hash, 32) === undefined) return undefined
  return isWhole(items) && isWhole(bytes) && isWhole(expires) ? { hash, items, bytes, expires } : undefined
}

async function hashOf(secret: Bytes): Promise<string> {
  return toBase64url(await sha256(secret))
}
