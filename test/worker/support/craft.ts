import type { SigningKey } from '#client/crypto/keys.ts'
import {
  formatAckBody,
  formatCommitBody,
  formatReaderBody,
  REQUESTS,
  type RequestName,
  type Role,
} from '#protocol/api.ts'
import { toBase64, utf8, type Bytes } from '#protocol/bytes.ts'
import { contentDigest } from '#protocol/content-digest.ts'
import { signatureComponents } from '#protocol/signature-input.ts'
import { OPENED, type RawDrop } from './drops.ts'
import { type Cut } from './parts.ts'
import { hashOfParts } from '../../kit/bytes.ts'
import { newNonce, type Changes } from './wire.ts'

/** Parameters of a signature, by name. */
export type Parameters = Readonly<Record<string, string | number>>

/** The fault in one signature of a request. */
export interface Craft {
  readonly components?: (all: readonly string[]) => readonly string[]
  readonly parameters?: (all: Parameters) => Parameters
  readonly fields?: Readonly<Record<string, string>>
  readonly authority?: string
  readonly dropId?: string
  readonly key?: SigningKey
  readonly spoil?: (signature: Uint8Array) => Uint8Array
  /** Writes the Signature-Input field in another way. */
  readonly spell?: (field: string) => string
  /** Whether the signature covers the other way of writing as well. */
  readonly isSignedSo?: boolean
}

/**
 * Signs a request by hand (RFC 9421 §2.5), every role as it should be but one. Written from the RFC, without the library
 * that the worker verifies with.
 */
export async function craft(
  drop: RawDrop | Cut,
  reader: SigningKey,
  name: RequestName,
  role: Role,
  wrong: Craft,
): Promise<Changes> {
  const keys: Readonly<Partial<Record<Role, SigningKey>>> = {
    locator: drop.locator,
    claim: drop.claim,
    reader,
    sender: drop.sender,
  }
  const roles = new Set<Role>([...(name === 'status' ? (['locator'] as const) : REQUESTS[name].signers), role])
  const members: string[] = []
  const signatures: string[] = []
  for (const each of roles) {
    const {
      key = keyOf(keys, each),
      spoil = same,
      spell = same,
      isSignedSo = false,
      ...how
    } = each === role ? wrong : {}
    const covered = await coveredBy(drop, reader, name, how)
    const { components = same, parameters = same } = how
    const names = components(signatureComponents(name))
    const tag = `sealdrop-${name}-${each}`
    const given = parameters({ created: Math.floor(Date.now() / 1_000), nonce: newNonce(), alg: 'ed25519', tag })
    const list = Object.entries(given).map(
      ([parameter, value]) => `;${parameter}=${typeof value === 'number' ? value : `"${value}"`}`,
    )
    const member = `(${names.map((component) => `"${component}"`).join(' ')})${list.join('')}`
    const lines = [
      ...names.map((component) => `"${component}": ${covered[component]}`),
      `"@signature-params": ${isSignedSo ? spell(member) : member}`,
    ]
    const signature = new Uint8Array(await crypto.subtle.sign('Ed25519', key.privateKey, utf8(lines.join('\n'))))
    members.push(`${each}=${member}`)
    signatures.push(`${each}=:${toBase64(spoil(signature))}:`)
  }
  const fields = {
    ...wrong.fields,
    'Signature-Input': (wrong.spell ?? same)(members.join(', ')),
    Signature: signatures.join(', '),
  }
  return { signers: {}, fields }
}

function keyOf(keys: Readonly<Partial<Record<Role, SigningKey>>>, role: Role): SigningKey {
  const key = keys[role]
  if (key === undefined) throw new TypeError(`a drop has no key of the role ${role}`)
  return key
}

async function coveredBy(
  drop: RawDrop | Cut,
  reader: SigningKey,
  name: RequestName,
  how: Craft,
): Promise<Record<string, string>> {
  const { method, path } = REQUESTS[name]
  return {
    '@method': method,
    '@authority': how.authority ?? 'sealdrop.example',
    '@path': path,
    '@query': name === 'upload' ? '?n=2' : '?n=0',
    'drop-id': how.dropId ?? drop.dropId,
    'drop-reader': reader.publicKey,
    'content-digest': await contentDigest(await bodyOf(drop, reader, name)),
    'user-agent': 'x',
  }
}

/** The bodies that the helpers in `drops.ts` and `signed.ts` send. */
async function bodyOf(drop: RawDrop | Cut, reader: SigningKey, name: RequestName): Promise<Bytes> {
  if ('parts' in drop && name === 'upload') return drop.parts[2] ?? new Uint8Array(0)
  if ('parts' in drop && name === 'commit') return formatCommitBody(await hashOfParts(drop.parts))
  if (name === 'claim') return formatReaderBody(reader.publicKey)
  if (name === 'reopen') return formatReaderBody(drop.locator.publicKey)
  return name === 'ack' ? formatAckBody(OPENED) : new Uint8Array(0)
}

function same<T>(value: T): T {
  return value
}
