import { createHash, sign } from 'node:crypto'
import { ed25519Key, rawPublicKey } from '../../../reference/keys.ts'

// The signed requests a second time, word by word, from docs/protocol.md §5 and §6.

export const AUTHORITY = 'drop.example'
export const DROP_ID: string = Buffer.from(Array.from({ length: 16 }, (_, index) => index)).toString('base64url')
export const CREATED = 1_800_000_000
export const NONCE = 'bm9uY2Utb2YtMTgtYnl0ZXMh'
const PART = 'one part of three'
/** SHA-256 over the SHA-256 of three parts. */
const PARTS: string = createHash('sha256')
  .update(Buffer.concat([0, 1, 2].map((n) => createHash('sha256').update(`part ${n}`).digest())))
  .digest('base64url')
export const OPENED: string = createHash('sha256').update('token').digest('base64url')

const seedOf = (byte: number): Buffer => Buffer.alloc(32, byte)
export type Role = 'locator' | 'claim' | 'reader' | 'sender'
const SEEDS: Readonly<Record<Role, Buffer>> = {
  locator: seedOf(1),
  claim: seedOf(2),
  reader: seedOf(3),
  sender: seedOf(4),
}
export const publicKey = (role: Role): string => rawPublicKey(ed25519Key(SEEDS[role])).toString('base64url')

interface Signed {
  readonly method: string
  readonly path: string
  readonly query?: string
  readonly roles: readonly Role[]
  readonly components: readonly string[]
  readonly body?: string
  readonly named?: boolean
}

const BASIC = ['@method', '@authority', '@path', 'drop-id']
const REQUESTS: Readonly<Record<string, Signed>> = {
  upload: {
    method: 'PUT',
    path: '/v1/drops/upload',
    query: '?n=2',
    roles: ['sender'],
    components: [...BASIC, '@query', 'content-digest'],
    body: PART,
  },
  uploaded: { method: 'GET', path: '/v1/drops/uploaded', roles: ['sender'], components: BASIC },
  commit: {
    method: 'POST',
    path: '/v1/drops/commit',
    roles: ['sender'],
    components: [...BASIC, 'content-digest'],
    body: `{"parts":"${PARTS}"}`,
  },
  status: { method: 'GET', path: '/v1/drops/status', roles: ['locator', 'claim'], components: BASIC },
  claim: {
    method: 'POST',
    path: '/v1/drops/claim',
    roles: ['locator', 'claim'],
    components: [...BASIC, 'content-digest'],
    body: `{"reader":"${publicKey('reader')}"}`,
  },
  part: {
    method: 'GET',
    path: '/v1/drops/part',
    query: '?n=0',
    roles: ['reader'],
    components: [...BASIC, '@query', 'drop-reader'],
    named: true,
  },
  ack: {
    method: 'POST',
    path: '/v1/drops/ack',
    roles: ['claim', 'reader'],
    components: [...BASIC, 'drop-reader', 'content-digest'],
    body: `{"opened":"${OPENED}"}`,
    named: true,
  },
  revoke: {
    method: 'POST',
    path: '/v1/drops/revoke',
    roles: ['sender'],
    components: [...BASIC, 'content-digest'],
    body: '',
  },
  reopen: {
    method: 'POST',
    path: '/v1/drops/reopen',
    roles: ['sender'],
    components: [...BASIC, 'content-digest'],
    body: `{"reader":"${publicKey('reader')}"}`,
  },
  sent: { method: 'GET', path: '/v1/drops/sent', roles: ['sender'], components: BASIC },
}

/** `signatures.json`: the signature base and the fields of every request and role. docs/protocol.md §5. */
export function signatureVectors(): unknown {
  const signatures = Object.entries(REQUESTS).flatMap(([name, request]) =>
    request.roles.map((role) => {
      const { base, parameters, signature } = signRequest(name, role)
      return {
        request: name,
        role,
        query: request.query ?? '',
        reader: request.named === true ? publicKey('reader') : null,
        body: request.body ?? null,
        digest: digestOf(request),
        base,
        signatureInput: `${role}=${parameters}`,
        signature: `${role}=:${signature}:`,
      }
    }),
  )
  const keys = Object.fromEntries(
    (['locator', 'claim', 'reader', 'sender'] as const).map((role) => [
      role,
      { seed: SEEDS[role].toString('hex'), publicKey: publicKey(role) },
    ]),
  )
  return { authority: AUTHORITY, dropId: DROP_ID, created: CREATED, nonce: NONCE, keys, signatures }
}

/** Differences from the usual request of the vectors. */
export interface Change {
  readonly authority?: string
  readonly dropId?: string
  readonly body?: string
  readonly created?: number
  readonly nonce?: string
  /** The member of `Signature-Input`, word by word. */
  readonly input?: string
}

/** Signs a request by docs/protocol.md §5, without the product's code. */
export function signRequest(
  name: string,
  role: Role,
  change: Change = {},
): { base: string; parameters: string; signature: string } {
  const request = { ...REQUESTS[name], ...(change.body === undefined ? {} : { body: change.body }) } as Signed
  const values: Readonly<Record<string, string>> = {
    '@method': request.method,
    '@authority': change.authority ?? AUTHORITY,
    '@path': request.path,
    '@query': request.query ?? '?',
    'drop-id': change.dropId ?? DROP_ID,
    'drop-reader': publicKey('reader'),
    'content-digest': digestOf(request),
  }
  const names = request.components.map((component) => `"${component}"`).join(' ')
  const time = `created=${change.created ?? CREATED};nonce="${change.nonce ?? NONCE}"`
  const parameters = change.input ?? `(${names});${time};alg="ed25519";tag="sealdrop-${name}-${role}"`
  const covered = parameters.slice(0, parameters.indexOf(')')).matchAll(/"([^"]+)"/g)
  const lines = Array.from(covered, ([, component = '']) => `"${component}": ${values[component.toLowerCase()]}`)
  const base = [...lines, `"@signature-params": ${parameters}`].join('\n')
  return { base, parameters, signature: sign(null, Buffer.from(base), ed25519Key(SEEDS[role])).toString('base64') }
}

function digestOf({ body }: Signed): string {
  return body === undefined ? '' : `sha-256=:${createHash('sha256').update(body).digest('base64')}:`
}
