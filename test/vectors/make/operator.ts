import { createHash, sign } from 'node:crypto'
import { addressOf } from './box-keys.ts'
import { ed25519Key, rawPublicKey } from '../../../reference/keys.ts'
import { AUTHORITY, CREATED, DROP_ID, NONCE } from './signatures.ts'

// The requests of an operator a second time, word by word, from docs/protocol.md §6.11.

const SEED = Buffer.alloc(32, 7)
const BOX = addressOf(rawPublicKey(ed25519Key(Buffer.alloc(32, 5))))

/** `operator.json`: signed requests. docs/protocol.md §6.11. */
export function operatorVectors(): unknown {
  const key = { seed: SEED.toString('hex'), publicKey: rawPublicKey(ed25519Key(SEED)).toString('base64url') }
  const bodies = [`{"drop":"${DROP_ID}"}`, `{"box":"${BOX}"}`]
  return { authority: AUTHORITY, created: CREATED, nonce: NONCE, key, questions: bodies.map(question) }
}

function question(body: string): unknown {
  const digest = `sha-256=:${createHash('sha256').update(body).digest('base64')}:`
  const covered = '("@method" "@authority" "@path" "content-digest")'
  const params = `${covered};created=${CREATED};nonce="${NONCE}";alg="ed25519";tag="sealdrop-disclose-operator"`
  const base = [
    '"@method": POST',
    `"@authority": ${AUTHORITY}`,
    '"@path": /v1/operator/disclose',
    `"content-digest": ${digest}`,
    `"@signature-params": ${params}`,
  ].join('\n')
  const signature = sign(null, Buffer.from(base), ed25519Key(SEED)).toString('base64')
  return { body, digest, base, signatureInput: `operator=${params}`, signature: `operator=:${signature}:` }
}
