import { createHash, createPublicKey, verify, type KeyObject } from 'node:crypto'

/** The logs and witnesses that are trusted: a compiled Sigsum policy, as in WEBCAT's enrolments. Keys are Ed25519, 32 bytes. */
export interface SigsumPolicy {
  readonly logs: readonly Uint8Array[]
  readonly witnesses: readonly Uint8Array[]
  /** A program for a small stack machine over the witnesses of a tree head. */
  readonly quorum: Uint8Array
}

/** @param bytes - version (0) ‖ three counts ‖ keys of logs ‖ keys of witnesses ‖ quorum. @returns none if they are no policy */
export function parsePolicy(bytes: Uint8Array): SigsumPolicy | undefined {
  const [version, logs = 0, witnesses = 0, length = 0] = bytes
  const quorumAt = 4 + KEY_BYTES * (logs + witnesses)
  if (bytes.byteLength < 4 || version !== 0 || bytes.byteLength !== quorumAt + length) return undefined
  const keys = Array.from({ length: logs + witnesses }, (_, n) =>
    bytes.slice(4 + n * KEY_BYTES, 4 + (n + 1) * KEY_BYTES),
  )
  return { logs: keys.slice(0, logs), witnesses: keys.slice(logs), quorum: bytes.slice(quorumAt) }
}

/**
 * Whether `proof` shows that `signer` has signed `message`, and that a log of the policy has the signature, cosigned by enough
 * witnesses. Sigsum's proof format, versions 1 and 2.
 */
export function provesLogged(message: Uint8Array, signer: Uint8Array, policy: SigsumPolicy, proof: string): boolean {
  const fields = fieldsOf(proof)
  const [version] = fields('version')
  const leaf = (fields('leaf')[0] ?? '').split(' ').slice(version === '1' ? 1 : 0)
  const [keyHash, signature] = leaf.map(fromHex)
  if ((version !== '1' && version !== '2') || leaf.length !== 2 || keyHash === undefined || signature === undefined)
    return false
  const checksum = sha256(sha256(message))
  const log = policy.logs.find((key) => sha256(key).toString('hex') === fields('log')[0])
  if (log === undefined || !keyHash.equals(sha256(signer))) return false
  const signed = Buffer.concat([Buffer.from('sigsum.org/v1/tree-leaf\0'), checksum])
  if (!verify(null, signed, keyOf(signer), signature)) return false
  if (witnessTimes(policy, log, fields) === undefined) return false
  const root = rootOf(sha256(Buffer.concat([LEAF, checksum, signature, keyHash])), fields)
  return root !== undefined && root.equals(fromHex(fields('root_hash')[0] ?? ''))
}

/**
 * The time at which the witnesses of a policy saw a tree head of one of its logs: the median, in seconds since 1970.
 * @returns undefined if no log or too few witnesses have signed it
 */
export function witnessedAtSeconds(policy: SigsumPolicy, treeHead: string): number | undefined {
  const fields = fieldsOf(treeHead)
  const times = policy.logs.flatMap((log) => witnessTimes(policy, log, fields) ?? []).toSorted((a, b) => a - b)
  return times[Math.floor(times.length / 2)]
}

type Fields = (name: string) => string[]

function fieldsOf(text: string): Fields {
  const lines = text.split('\n').map((line) => line.trim())
  return (name) => lines.flatMap((line) => (line.startsWith(`${name}=`) ? [line.slice(name.length + 1)] : []))
}

/** The timestamps of the witnesses, in seconds; none if the log has not signed the tree head or the quorum is missed. */
function witnessTimes(policy: SigsumPolicy, log: Uint8Array, fields: Fields): number[] | undefined {
  const [size = ''] = fields('size')
  const [root = ''] = fields('root_hash')
  const [signature = ''] = fields('signature')
  const origin = `sigsum.org/v1/tree/${sha256(log).toString('hex')}`
  const checkpoint = `${origin}\n${size}\n${fromHex(root).toString('base64')}\n`
  if (!verify(null, Buffer.from(checkpoint), keyOf(log), fromHex(signature))) return undefined
  const seen = policy.witnesses.map((witness) => {
    const hash = sha256(witness).toString('hex')
    const said = fields('cosignature').find((line) => line.startsWith(`${hash} `))
    const [, time = '', cosignature = ''] = said?.split(' ') ?? []
    const cosigned = Buffer.from(`cosignature/v1\ntime ${time}\n${checkpoint}`)
    return /^\d+$/.test(time) && verify(null, cosigned, keyOf(witness), fromHex(cosignature)) ? Number(time) : undefined
  })
  if (
    !isQuorum(
      policy.quorum,
      seen.map((time) => time !== undefined),
    )
  )
    return undefined
  return seen.flatMap((time) => time ?? [])
}

/** Each step pushes a witness (01), asks whether the sum reached a number (10), or adds (1). 11 brings six more bits for the next. */
function isQuorum(program: Uint8Array, seen: readonly boolean[]): boolean {
  const stack: number[] = []
  let prefix = 0
  for (const step of program) {
    const number = prefix * 64 + (step & 63)
    prefix = step >= 0xc0 ? number : 0
    if (step >= 0xc0) continue
    if (step >= 0x80) stack.push((stack.pop() ?? -1) >= number ? 1 : 0)
    else if (step >= 0x40 && number < seen.length) stack.push(seen[number] === true ? 1 : 0)
    else if (step === ADD && stack.length > 1) stack.push((stack.pop() ?? 0) + (stack.pop() ?? 0))
    else return false
  }
  return stack.length === 1 && stack[0] === 1
}

/** The root that follows from a leaf and its path. RFC 9162 §2.1.3.2. */
function rootOf(leaf: Buffer, fields: Fields): Buffer | undefined {
  const path = fields('node_hash').map(fromHex)
  const size = Number(fields('size')[0])
  let index = Number(fields('leaf_index')[0] ?? (size === 1 ? 0 : Number.NaN))
  if (!Number.isSafeInteger(index) || !Number.isSafeInteger(size) || index < 0 || index >= size) return undefined
  let root = leaf
  for (let last = size - 1; last > 0; last = Math.floor(last / 2), index = Math.floor(index / 2)) {
    if (index % 2 === 0 && index === last) continue
    const sibling = path.shift()
    if (sibling === undefined) return undefined
    root = sha256(Buffer.concat(index % 2 === 1 ? [NODE, sibling, root] : [NODE, root, sibling]))
  }
  return path.length === 0 ? root : undefined
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest()
}

function fromHex(text: string): Buffer {
  return Buffer.from(/^(?:[0-9a-f]{2})*$/i.test(text) ? text : '', 'hex')
}

function keyOf(key: Uint8Array): KeyObject {
  return createPublicKey({
    format: 'jwk',
    key: { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(key).toString('base64url') },
  })
}

const KEY_BYTES = 32
const ADD = 1
const LEAF = Buffer.of(0)
const NODE = Buffer.of(1)
