import { sha256, toBase64, type Bytes } from './bytes.ts'

/** The `Content-Digest` field of a body (RFC 9530 §2), with SHA-256 and nothing else. */
export async function contentDigest(body: Bytes): Promise<string> {
  return `sha-256=:${toBase64(await sha256(body))}:`
}
