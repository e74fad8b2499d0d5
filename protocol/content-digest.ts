import { parseBase64, sha256, toBase64, type Bytes } from './bytes.ts'

/** The `Content-Digest` field of a body (RFC 9530 §2), with SHA-256 and nothing else. */
export async function contentDigest(body: Bytes): Promise<string> {
  return formatDigest(await sha256(body))
}

/** The field for a SHA-256 that is known already. @param hash - 32 bytes. */
export function formatDigest(hash: Uint8Array): string {
  return `sha-256=:${toBase64(hash)}:`
}

/** The SHA-256 in a field, 32 bytes; `undefined` for any other spelling. */
export function parseDigest(field: string): Bytes | undefined {
  const base64 = /^sha-256=:([A-Za-z\d+/=]{44}):$/.exec(field)?.[1]
  return base64 === undefined ? undefined : parseBase64(base64, 32)
}
