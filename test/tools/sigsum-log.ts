import { createHash, generateKeyPairSync, sign, type KeyObject } from 'node:crypto'

/** The keys of a signer, for one test. */
export interface Signer {
  readonly secret: KeyObject
  /** Ed25519, 32 bytes. */
  readonly key: Buffer
}

/** A Sigsum log with two witnesses, which cosign everything at one time, and with two signatures by others in it. */
export interface SigsumLog {
  /** Compiled, base64url: both witnesses must have cosigned. */
  readonly policy: string
  readonly key: Buffer
  treeHead(): string
  /** Logs a signature of `message`. @returns the proof, version 2 */
  prove(message: string, signer: Signer): string
}

export function makeSigner(): Signer {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  return { secret: privateKey, key: Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url') }
}

/** @param atSeconds - the timestamp of the witnesses, since 1970 */
export function makeLog(atSeconds: number): SigsumLog {
  const [log, ...witnesses] = [makeSigner(), makeSigner(), makeSigner()] as const
  const leaves = [sha256(Buffer.of(1)), sha256(Buffer.of(2))]
  const byHash = witnesses.map(({ key }) => key).toSorted((a, b) => sha256(a).compare(sha256(b)))
  const treeHead = (): string => {
    const root = rootOf(leaves)
    const checkpoint = `sigsum.org/v1/tree/${hex(sha256(log.key))}\n${leaves.length}\n${root.toString('base64')}\n`
    const cosigned = Buffer.from(`cosignature/v1\ntime ${atSeconds}\n${checkpoint}`)
    return [
      `size=${leaves.length}`,
      `root_hash=${hex(root)}`,
      `signature=${hex(sign(null, Buffer.from(checkpoint), log.secret))}`,
      ...witnesses.map(
        ({ key, secret }) => `cosignature=${hex(sha256(key))} ${atSeconds} ${hex(sign(null, cosigned, secret))}`,
      ),
    ].join('\n')
  }
  return {
    // Version, one log, two witnesses; then: the first, the second, their sum, at least two.
    policy: Buffer.from([0, 1, 2, 4, ...log.key, ...byHash.flatMap((key) => [...key]), 0x40, 0x41, 1, 0x82]).toString(
      'base64url',
    ),
    key: log.key,
    treeHead,
    prove(message, { key, secret }) {
      const checksum = sha256(sha256(Buffer.from(message)))
      const signature = sign(null, Buffer.concat([Buffer.from('sigsum.org/v1/tree-leaf\0'), checksum]), secret)
      leaves.push(sha256(Buffer.concat([Buffer.of(0), checksum, signature, sha256(key)])))
      const index = leaves.length - 1
      return [
        'version=2',
        `log=${hex(sha256(log.key))}`,
        `leaf=${hex(sha256(key))} ${hex(signature)}`,
        '',
        treeHead(),
        '',
        `leaf_index=${index}`,
        ...pathOf(leaves, index).map((node) => `node_hash=${hex(node)}`),
      ].join('\n')
    },
  }
}

/** RFC 9162 §2.1.1. */
function rootOf(leaves: readonly Buffer[]): Buffer {
  const [only = Buffer.alloc(0)] = leaves
  if (leaves.length < 2) return only
  const half = halfOf(leaves)
  return sha256(Buffer.concat([Buffer.of(1), rootOf(leaves.slice(0, half)), rootOf(leaves.slice(half))]))
}

/** RFC 9162 §2.1.3.1. */
function pathOf(leaves: readonly Buffer[], index: number): Buffer[] {
  if (leaves.length < 2) return []
  const half = halfOf(leaves)
  return index < half
    ? [...pathOf(leaves.slice(0, half), index), rootOf(leaves.slice(half))]
    : [...pathOf(leaves.slice(half), index - half), rootOf(leaves.slice(0, half))]
}

/** The largest power of two below their number. */
function halfOf(leaves: readonly Buffer[]): number {
  return 2 ** Math.floor(Math.log2(leaves.length - 1))
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest()
}

function hex(bytes: Buffer): string {
  return bytes.toString('hex')
}
