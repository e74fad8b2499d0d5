import { createSignature, webcrypto } from 'http-message-sig'
import { REQUESTS, type Role } from '#protocol/api.ts'
import { ALGORITHM, signatureComponents, signatureTag, type SignatureFields } from '#protocol/signature-input.ts'
import { describeRequest, type Unsigned } from '#protocol/signature.ts'
import type { SigningKey } from './keys.ts'

export { parseAcceptSignature } from '#protocol/accept-signature.ts'

export type Signers = Readonly<Partial<Record<Role, SigningKey>>>

/**
 * Signs a request with every key at hand that its contract names (RFC 9421 §3.1), in the contract's order.
 * @param nonce - base64url, 22 to 64 characters. @param created - seconds since 1970.
 */
export async function signRequest(
  request: Unsigned,
  signers: Signers,
  nonce: string,
  created: number,
): Promise<SignatureFields> {
  const message = describeRequest(request)
  const components = signatureComponents(request.name)
  const inputs: string[] = []
  const signatures: string[] = []
  for (const role of REQUESTS[request.name].signers) {
    const key = signers[role]
    if (key === undefined) continue
    const parameters = { created, nonce, alg: ALGORITHM, tag: signatureTag(request.name, role) }
    const signer = webcrypto.signer(key.privateKey)
    const signed = await createSignature(message, { label: role, components, parameters, signer })
    inputs.push(signed.signatureInput)
    signatures.push(signed.signature)
  }
  return { signatureInput: inputs.join(', '), signature: signatures.join(', ') }
}
