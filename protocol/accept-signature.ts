import { parseDictionary, isInnerList } from 'structured-headers'
import { REQUESTS, type RequestName } from './api.ts'
import { isNonce } from './nonce.ts'
import { ALGORITHM, signatureComponents, signatureTag } from './signature.ts'

/** The `Accept-Signature` field (RFC 9421 §5.1): what to sign, with which nonce, to be believed. */
export function formatAcceptSignature(name: RequestName, nonce: string): string {
  const components = signatureComponents(name).map((component) => `"${component}"`)
  return REQUESTS[name].signers
    .map((role) => {
      const parameters = `created;nonce="${nonce}";alg="${ALGORITHM}";tag="${signatureTag(name, role)}"`
      return `${role}=(${components.join(' ')});${parameters}`
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
