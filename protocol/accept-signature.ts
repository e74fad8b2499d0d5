import { isInnerList, parseDictionary } from 'structured-headers'
import { isNonce, REQUESTS, type RequestName, type Role } from './api.ts'
import { ALGORITHM, formatComponents, signatureTag } from './signature-input.ts'

/**
 * The `Accept-Signature` field (RFC 9421 §5.1): the signatures that the server wants, and the nonce for them.
 * @param nonce - if left out, the field says only which form signatures have.
 * @param roles - that are to sign
 */
export function formatAcceptSignature(
  name: RequestName,
  nonce?: string,
  roles: readonly Role[] = REQUESTS[name].signers,
): string {
  const given = nonce === undefined ? 'nonce' : `nonce="${nonce}"`
  return roles
    .map((role) => {
      const parameters = `created;${given};alg="${ALGORITHM}";tag="${signatureTag(name, role)}"`
      return `${role}=${formatComponents(name)};${parameters}`
    })
    .join(', ')
}

/** The nonce that a server offers, or `undefined` if the field holds none. */
export function parseAcceptSignature(field: string): string | undefined {
  try {
    for (const member of parseDictionary(field).values()) {
      const nonce = isInnerList(member) ? member[1].get('nonce') : undefined
      if (typeof nonce === 'string' && isNonce(nonce)) return nonce
    }
  } catch {
    // An unreadable offer is no offer.
  }
  return undefined
}
