import type { Role, SignatureRecord } from '#protocol/api.ts'
import type { PublicKey } from '#protocol/public-key.ts'
import { parseSignatures, type SignatureFields } from '#protocol/signature-input.ts'
import { verifyRequest, type Unsigned } from '#protocol/signature.ts'

/** The server's work on the two fields of a request: reads them, and verifies the signature of one role. */
export async function verifyFields(
  request: Unsigned & SignatureFields,
  role: Role,
  key: PublicKey,
): Promise<SignatureRecord | undefined> {
  const signatures = parseSignatures(request.name, request)
  return signatures && verifyRequest({ ...request, signatures }, role, key)
}
