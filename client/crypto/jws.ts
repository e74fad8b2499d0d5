import { CompactSign } from 'jose/jws/compact/sign'
import { utf8 } from '#protocol/bytes.ts'
import { formatProtectedHeader } from '#protocol/card.ts'
import type { SigningKey } from './keys.ts'

/**
 * A compact JWS (RFC 7515 §7.1) by Ed25519 (RFC 9864 §2.2) that names its key in its header. docs/protocol.md §13.4.
 * @param type - the `typ` of what it is. @param payloadJson - JSON
 */
export function signCompact(type: string, payloadJson: string, key: SigningKey): Promise<string> {
  return new CompactSign(utf8(payloadJson))
    .setProtectedHeader(formatProtectedHeader(type, key.publicKey))
    .sign(key.privateKey)
}
