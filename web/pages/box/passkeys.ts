import type { PasskeySlot } from '#client/box/vault.ts'
import { randomBytes } from '#client/crypto/random.ts'
import { parseBase64url, toBase64url, type Bytes } from '#protocol/bytes.ts'
import * as format from '../../copy/format.ts'
import { passkeyWords as words } from '../../copy/boxes-settings.ts'
import { within } from '../../platform/within.ts'
import { BoxFault } from './fault.ts'

/** Makes and asks passkeys whose PRF (WebAuthn 3 §10.1.4) opens a vault. */
export interface Passkeys {
  /**
   * Makes one. @param taken - credentials of this vault, which may not be made twice. @param now - milliseconds since 1970
   * @throws BoxFault `passkey_declined`; `passkey_unfit` if it evaluates no PRF
   */
  make(taken: readonly string[], now: number): Promise<MadePasskey>
  /** Asks for one of a vault's. @throws BoxFault as `make` */
  ask(slots: readonly KnownPasskey[]): Promise<{ credential: string; prf: Bytes }>
  /** Tells the keeper of a passkey that it is of no use any more, where that is possible. */
  drop(credential: string): Promise<void>
}

/** The slot of a passkey, without the key that it wraps. */
type KnownPasskey = Pick<PasskeySlot, 'credential' | 'salt'>

export interface MadePasskey {
  readonly credential: string
  /** 32 bytes each: the input of the PRF, and its output. */
  readonly salt: Bytes
  readonly prf: Bytes
}

/** Those of the browser; `undefined` where it has none. */
export function browserPasskeys(): Passkeys | undefined {
  if (!('PublicKeyCredential' in globalThis) || !('credentials' in navigator)) return undefined
  const passkeys: Passkeys = {
    async make(taken, now) {
      const salt = randomBytes(32)
      const made = await ceremony(() => navigator.credentials.create({ publicKey: creation(salt, taken, now) }))
      const credential = toBase64url(new Uint8Array(made.rawId))
      const { prf } = made.getClientExtensionResults()
      const given = outputOf(prf)
      if (given !== undefined) return { credential, salt, prf: given }
      try {
        // Some say at creation only that they could. One that says that it cannot need not be asked.
        if (prf?.enabled === false) throw new BoxFault('passkey_unfit')
        const asked = await passkeys.ask([{ credential, salt: toBase64url(salt) }])
        return { credential, salt, prf: asked.prf }
      } catch (error) {
        await passkeys.drop(credential)
        throw error
      }
    },
    async ask(slots) {
      const used = await ceremony(() => navigator.credentials.get({ publicKey: request(slots) }))
      const prf = outputOf(used.getClientExtensionResults().prf)
      if (prf === undefined) throw new BoxFault('passkey_unfit')
      return { credential: toBase64url(new Uint8Array(used.rawId)), prf }
    },
    async drop(credentialId) {
      try {
        await PublicKeyCredential.signalUnknownCredential({ rpId: location.hostname, credentialId })
      } catch {
        // Not every browser can. It stays where it is kept, and opens nothing.
      }
    },
  }
  return passkeys
}

function creation(salt: Bytes, taken: readonly string[], now: number): PublicKeyCredentialCreationOptions {
  // Passkeys are kept by others, some of them in a cloud: they learn neither the name nor the address of the box.
  const name = words.nameOf(format.moment(now))
  return {
    challenge: randomBytes(32),
    rp: { name: 'Sealdrop' },
    user: { id: randomBytes(32), name, displayName: name },
    pubKeyCredParams: ALGORITHMS.map((alg) => ({ type: 'public-key', alg })),
    authenticatorSelection: { residentKey: 'required', requireResidentKey: true, userVerification: 'required' },
    attestation: 'none',
    excludeCredentials: taken.map((credential) => ({ type: 'public-key', id: bytesOf(credential) })),
    // Given at creation: some platforms refuse an empty PRF, and it saves a second ceremony.
    extensions: { prf: { eval: { first: salt } } },
  }
}

function request(slots: readonly KnownPasskey[]): PublicKeyCredentialRequestOptions {
  const evalByCredential = Object.fromEntries(
    slots.map(({ credential, salt }) => [credential, { first: bytesOf(salt) }]),
  )
  return {
    challenge: randomBytes(32),
    userVerification: 'required',
    allowCredentials: slots.map(({ credential }) => ({ type: 'public-key', id: bytesOf(credential) })),
    extensions: { prf: { evalByCredential } },
  }
}

async function ceremony(begin: () => Promise<Credential | null>): Promise<PublicKeyCredential> {
  try {
    const credential = await within(CEREMONY_MS, begin)
    if (credential instanceof PublicKeyCredential) return credential
  } catch (cause) {
    const isUnfit = cause instanceof DOMException && UNFIT.has(cause.name)
    throw new BoxFault(isUnfit ? 'passkey_unfit' : 'passkey_declined', { cause })
  }
  throw new BoxFault('passkey_declined')
}

/** 32 bytes, or `undefined` if the authenticator has evaluated nothing. */
function outputOf(prf: AuthenticationExtensionsPRFOutputs | undefined): Bytes | undefined {
  const first = prf?.results?.first
  if (first === undefined) return undefined
  const bytes = ArrayBuffer.isView(first)
    ? new Uint8Array(first.buffer, first.byteOffset, first.byteLength)
    : new Uint8Array(first)
  return bytes.length === 32 ? new Uint8Array(bytes) : undefined
}

/** @throws BoxFault `passkey_unfit` for anything but base64url: a vault that we did not write */
function bytesOf(text: string): Bytes {
  const bytes = parseBase64url(text, Math.floor((text.length * 3) / 4))
  if (bytes === undefined) throw new BoxFault('passkey_unfit')
  return bytes
}

/** Ed25519, ES256, RS256: whatever an authenticator signs with, nobody verifies it here. RFC 8812, RFC 9053. */
const ALGORITHMS = [-8, -7, -257]

/** How long a person and an authenticator may take, in milliseconds. WebAuthn 3 §15.1. */
const CEREMONY_MS = 600_000

/** The authenticator cannot do it, rather than that a person would not. WebAuthn 3 §6.3.2. */
const UNFIT: ReadonlySet<string> = new Set(['NotSupportedError', 'ConstraintError', 'SecurityError', 'UnknownError'])
