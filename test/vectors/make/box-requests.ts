import { createHash, sign } from 'node:crypto'
import { addressOf, counting } from './box-keys.ts'
import { ed25519Key, rawPublicKey } from '../../../reference/keys.ts'
import { AUTHORITY, CREATED, DROP_ID, NONCE } from './signatures.ts'

// The requests about boxes a second time, word by word, from docs/protocol.md §13.5 to §13.7.

const SEEDS = { root: Buffer.alloc(32, 5), member: Buffer.alloc(32, 6) } as const
type Role = keyof typeof SEEDS
const halfOf = (seed: Uint8Array): Buffer => rawPublicKey(ed25519Key(seed))
const BOX = addressOf(halfOf(SEEDS.root))
const HASH = createHash('sha256').update('an invitation').digest('base64url')
/** Only the form of a recipient matters: it is signed as it is. */
const AGE = `age1pq1${'q'.repeat(1_952)}`
const IDS = [1, 2].map((byte) => Buffer.alloc(16, byte).toString('base64url'))

interface Signed {
  readonly method: string
  readonly path: string
  readonly role: Role
  readonly components: readonly string[]
  readonly query?: string
  readonly body?: string
}

const POSTED = ['@method', '@authority', '@path', 'box-address', 'box-reader', 'content-digest']
const SHOWN = ['@method', '@authority', '@path', 'box-address', 'box-reader']
const REQUESTS: Readonly<Record<string, Signed>> = {
  publish: {
    method: 'POST',
    path: '/v1/boxes/publish',
    role: 'root',
    components: POSTED,
    body: '{"cards":["eyJh.eyJ2.AAAA","eyJh.eyJ2.BBBB"]}',
  },
  items: {
    method: 'GET',
    path: '/v1/boxes/items',
    role: 'member',
    components: ['@method', '@authority', '@path', 'box-address', '@query', 'box-reader'],
    query: '?after=7&most=200',
  },
  collect: {
    method: 'GET',
    path: '/v1/boxes/part',
    role: 'member',
    components: ['@method', '@authority', '@path', 'drop-id', '@query', 'box-address', 'box-reader'],
    query: '?n=2',
  },
  delete: {
    method: 'POST',
    path: '/v1/boxes/delete',
    role: 'root',
    components: POSTED,
    body: `{"drops":["${IDS.join('","')}"]}`,
  },
  keys: { method: 'POST', path: '/v1/boxes/keys', role: 'member', components: POSTED, body: 'eyJh.eyJ2.CCCC' },
  readers: { method: 'GET', path: '/v1/boxes/readers', role: 'root', components: SHOWN },
  invite: {
    method: 'POST',
    path: '/v1/boxes/invite',
    role: 'root',
    components: POSTED,
    body: `{"hash":"${HASH}","items":10,"bytes":1000000,"expires":1801000000}`,
  },
  invitations: { method: 'GET', path: '/v1/boxes/invitations', role: 'root', components: SHOWN },
}

/** `box-requests.json`: signatures, terms and threads. docs/protocol.md §13.5 to §13.7. */
export function boxRequestVectors(): unknown {
  const keys = Object.fromEntries(
    Object.entries(SEEDS).map(([role, seed]) => [
      role,
      { seed: seed.toString('hex'), publicKey: halfOf(seed).toString('base64url') },
    ]),
  )
  const common = { authority: AUTHORITY, created: CREATED, nonce: NONCE, box: BOX, keys }
  return { ...common, signatures: Object.entries(REQUESTS).map(signed), ...termsOfBoxes(), threads: threads() }
}

function signed([name, request]: readonly [string, Signed]): unknown {
  const { role, components, query = '', body } = request
  const digest = body === undefined ? '' : `sha-256=:${createHash('sha256').update(body).digest('base64')}:`
  const values: Readonly<Record<string, string>> = {
    '@method': request.method,
    '@authority': AUTHORITY,
    '@path': request.path,
    '@query': query,
    'drop-id': DROP_ID,
    'box-address': BOX,
    'box-reader': halfOf(SEEDS[role]).toString('base64url'),
    'content-digest': digest,
  }
  const names = components.map((component) => `"${component}"`).join(' ')
  const time = `created=${CREATED};nonce="${NONCE}"`
  const parameters = `(${names});${time};alg="ed25519";tag="sealdrop-${name}-${role}"`
  const lines = components.map((component) => `"${component}": ${values[component]}`)
  const base = [...lines, `"@signature-params": ${parameters}`].join('\n')
  const signature = sign(null, Buffer.from(base), ed25519Key(SEEDS[role])).toString('base64')
  return {
    request: name,
    role,
    query,
    dropId: components.includes('drop-id') ? DROP_ID : null,
    body: body ?? null,
    digest,
    base,
    signatureInput: `${role}=${parameters}`,
    signature: `${role}=:${signature}:`,
  }
}

function termsOfBoxes(): { terms: unknown; refusedTerms: unknown } {
  const hash = createHash('sha256').update('sealdrop/v1/box').update(halfOf(SEEDS.root)).digest()
  const sender = halfOf(Buffer.alloc(32, 4))
  const box = `box=:${hash.toString('base64')}:`
  const by = `sender=:${sender.toString('base64')}:`
  const field = (ttl: string | number): string => `ttl=${ttl}, ${box}, ${by}`
  const terms = [300, 1_209_600, 2_592_000].map((ttlSeconds) => {
    return { field: field(ttlSeconds), ttlSeconds, box: BOX, sender: sender.toString('base64url') }
  })
  const refusedTerms = [
    { why: 'too short a life', field: field(299) },
    { why: 'too long a life', field: field(2_592_001) },
    { why: 'a decimal', field: field('86400.0') },
    { why: 'no box', field: `ttl=86400, ${by}` },
    { why: 'a short box', field: `ttl=86400, box=:${hash.subarray(1).toString('base64')}:, ${by}` },
    { why: 'an address in letters', field: `ttl=86400, box="${BOX}", ${by}` },
    { why: 'no sender', field: `ttl=86400, ${box}` },
    { why: 'a box there twice', field: `${field(86_400)}, ${box}` },
    { why: 'reads, as for a link', field: `${field(86_400)}, reads=1` },
    { why: 'reads in place of the sender', field: `ttl=86400, reads=1, ${box}` },
    { why: 'a parameter', field: `ttl=86400;x, ${box}, ${by}` },
    { why: 'nothing', field: '' },
  ]
  return { terms, refusedTerms }
}

/** The requests that the return key of a code signs, for a drop in the box. */
function threads(): unknown {
  const seed = counting(32, 40)
  return IDS.map((drop) => {
    const files =
      drop === IDS[0]
        ? []
        : [
            { name: 'b/ä.txt', size: 0 },
            { name: 'a.pdf', size: 4_294_967_296 },
          ]
    const text = drop === IDS[0] ? 'Hello, Ana.\n' : ''
    const said = [
      createHash('sha256').update(text).digest('base64url'),
      ...files.map(({ name, size }) => `${size} ${name}`),
    ]
    const message = ['sealdrop/v1/thread', BOX, drop, AGE, ...said].join('\n')
    return {
      seed: seed.toString('hex'),
      key: halfOf(seed).toString('base64url'),
      thread: addressOf(halfOf(seed)),
      box: BOX,
      drop,
      age: AGE,
      text,
      files,
      proof: sign(null, Buffer.from(message), ed25519Key(seed)).toString('base64url'),
    }
  })
}
