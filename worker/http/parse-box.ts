import { parseBoxAddress, type BoxAddress } from '#protocol/address.ts'
import {
  BOX_ADDRESS_FIELD,
  BOX_INVITATION_FIELD,
  BOX_READER_FIELD,
  DROP_ID_FIELD,
  REQUESTS,
  type RequestName,
} from '#protocol/api.ts'
import { parseBase64url, sha256, toBase64url } from '#protocol/bytes.ts'
import { INVITATION_BYTES, MAX_BODY_BYTES } from '#protocol/limits.ts'
import { isSafeKey, parsePublicKey } from '#protocol/public-key.ts'
import type { SignedBoxRequest } from '#protocol/signature.ts'
import type { Env } from '../env.ts'
import { checkDigest, malformed, parseTarget, readBody, readDropId, readSignatures } from './parse.ts'
import type { Parsed } from './signed.ts'

/**
 * Parses a signed request about a box. Its errors do not depend on whether there is such a box.
 * @param mostBytes - of the body.
 * @throws DropError `bad_request`, also for a key that is refused (docs/protocol.md §5.4), `too_large` or `wrong_origin`
 */
export async function parseSignedBox<N extends RequestName>(
  request: Request,
  env: Env,
  name: N,
  mostBytes: number = MAX_BODY_BYTES,
): Promise<Parsed<SignedBoxRequest<N>>> {
  const target = parseTarget(request, env)
  const box = readBoxAddress(request)
  const boxReader = parsePublicKey(request.headers.get(BOX_READER_FIELD) ?? '')
  if (boxReader === undefined || !isSafeKey(boxReader)) throw malformed(BOX_READER_FIELD)
  const { method, names } = REQUESTS[name]
  const dropId = names.includes(DROP_ID_FIELD) ? readDropId(request) : undefined
  const signatures = readSignatures(request, name)
  const body = await readBody(request, method === 'GET' ? MAX_BODY_BYTES : mostBytes)
  const digest = method === 'GET' ? '' : await checkDigest(request, body, true)
  return { signed: { name, ...target, box, boxReader, dropId, signatures, digest }, body }
}

/** @throws DropError `bad_request` */
export function readBoxAddress(request: Request): BoxAddress {
  const address = parseBoxAddress(request.headers.get(BOX_ADDRESS_FIELD) ?? '')
  if (address === undefined) throw malformed(BOX_ADDRESS_FIELD)
  return address
}

/**
 * The hash of the secret of an invitation, base64url; `undefined` without an invitation. The secret goes no further.
 * @throws DropError `bad_request`
 */
export async function readInvitationHash(request: Request): Promise<string | undefined> {
  const field = request.headers.get(BOX_INVITATION_FIELD)
  if (field === null) return undefined
  const secret = parseBase64url(field, INVITATION_BYTES)
  if (secret === undefined) throw malformed(BOX_INVITATION_FIELD)
  return toBase64url(await sha256(secret))
}
