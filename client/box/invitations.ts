import type { BoxAddress } from '#protocol/address.ts'
import type { InvitationList, InvitationState } from '#protocol/box-api.ts'
import { formatInviteBody } from '#protocol/box-api.ts'
import { sha256, toBase64url, type Bytes } from '#protocol/bytes.ts'
import { parseName } from '#protocol/card.ts'
import { DropError } from '#protocol/error.ts'
import { bytesOf, isWhole, listOf, membersOf } from '#protocol/json.ts'
import { INVITATION_BYTES, MAX_INVITATIONS } from '#protocol/limits.ts'
import { aboutForm, type Form } from '../answers.ts'
import { askTime } from '../clocks.ts'
import { randomBytes } from '../crypto/random.ts'
import { ask, type Server } from '../server.ts'
import { formatInvitation } from './address-link.ts'
import { rootOf } from './root.ts'
import type { BoxState, KnownInvitation } from './state.ts'

/** The terms of an invitation. */
export interface InvitationOrder extends Pick<KnownInvitation, 'label' | 'items' | 'bytes'> {
  readonly lifeSeconds: number
}

/**
 * Makes an invitation: anyone with the link may write so many drops and bytes until it ends. docs/protocol.md §13.8. It ends
 * by the server's clock, so its life is counted from what that says.
 * @returns the next state, of which the invitation is the last
 * @throws RangeError for a label that is no single line of at most 80 characters; DropError `box_full` for too many,
 * `offline`
 */
export async function invite(
  server: Server,
  state: BoxState,
  order: InvitationOrder,
): Promise<{ state: BoxState; link: string; invitation: KnownInvitation }> {
  const { label, items, bytes, lifeSeconds } = order
  if (label !== '' && parseName(label) === undefined) throw new RangeError('no label')
  // A device that is not the owner's asks nobody.
  await rootOf(state)
  const now = await askTime(server)
  if (withoutExpired(state.invitations, now).length >= MAX_INVITATIONS) throw new DropError('box_full')
  const secret = randomBytes(INVITATION_BYTES)
  const expires = Math.floor(now / 1_000) + lifeSeconds
  await tell(server, state, { hash: await hashOf(secret), items, bytes, expires })
  const invitation: KnownInvitation = { label, secret, items, bytes, expiresAtMs: expires * 1_000 }
  const kept = withoutExpired(state.invitations, Math.min(now, server.clock()))
  return {
    state: { ...state, invitations: [...kept, invitation] },
    link: formatInvitation(state.origin, state.box, secret),
    invitation,
  }
}

/** Ends an invitation: by its link nobody writes any more. @param hash - SHA-256 of its secret, base64url. */
export async function uninvite(server: Server, state: BoxState, hash: string): Promise<BoxState> {
  await tell(server, state, { hash, items: 0, bytes: 0, expires: 0 })
  const hashes = await Promise.all(state.invitations.map(({ secret }) => hashOf(secret)))
  return { ...state, invitations: state.invitations.filter((_, index) => hashes[index] !== hash) }
}

/**
 * The invitations that the server holds, and the rest of each.
 * @returns `items` and `bytes` are what is left. One that this device knows nothing of (the box was restored from its phrase)
 * has an empty label and an empty secret; it can be ended all the same.
 */
export async function listInvitations(
  server: Server,
  state: BoxState,
): Promise<readonly (KnownInvitation & InvitationState)[]> {
  const { key: root } = await rootOf(state)
  const call = { name: 'invitations', box: state.box, boxReader: root.publicKey, signers: { root } } as const
  const { invitations: listed } = await ask(server, call, invitationsForm(state.box))
  const known = new Map(
    await Promise.all(state.invitations.map(async (each) => [await hashOf(each.secret), each] as const)),
  )
  return listed.map((left) => {
    const { label = '', secret = new Uint8Array(0) } = known.get(left.hash) ?? {}
    return { label, secret, ...left, expiresAtMs: left.expires * 1_000 }
  })
}

/**
 * An expired invitation is of no use to anybody.
 * @param now - by the clock that is behind: what it forgets is forgotten for good
 */
function withoutExpired(invitations: readonly KnownInvitation[], now: number): readonly KnownInvitation[] {
  return invitations.filter(({ expiresAtMs }) => expiresAtMs > now)
}

/** @throws DropError `not_done` unless the server lists a new invitation from now on, and one that has ended no more */
async function tell(server: Server, state: BoxState, told: InvitationState): Promise<void> {
  const { key: root } = await rootOf(state)
  const body = formatInviteBody(told)
  const call = { name: 'invite', box: state.box, boxReader: root.publicKey, body, signers: { root } } as const
  const { invitations } = await ask(server, call, invitationsForm(state.box))
  if (invitations.some(({ hash }) => hash === told.hash) !== told.items > 0) throw new DropError('not_done')
}

function invitationsForm(box: BoxAddress): Form<InvitationList> {
  return aboutForm({ box }, (body) => {
    const invitations = listOf(body['invitations'], parseInvitationState)
    return invitations === undefined ? undefined : { invitations }
  })
}

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
