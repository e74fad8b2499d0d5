import { toBase64url, utf8, type Bytes } from '#protocol/bytes.ts'
import { hkdf } from '../crypto/kdf.ts'
import { openUnder, sealUnder } from '../crypto/vault-cipher.ts'
import type { OpenVault } from './vault.ts'

/**
 * A text that a device keeps beside the vault of a box, sealed under the same key: an answer is typed too fast to seal the
 * whole state with it, and belongs into no backup. docs/protocol.md §13.10.
 */
export interface SealedDraftText {
  /** 16 bytes, base64url: tells nobody what it stands for. */
  readonly name: string
  /** Nonce (24 bytes) ‖ ciphertext ‖ tag (16 bytes). */
  readonly sealed: Bytes
}

/** The name under which something is kept. The same as long as there is this vault. @param what - such as `draft` and a drop */
export function draftName({ key }: OpenVault, what: string): string {
  return toBase64url(hkdf(key, new Uint8Array(0), `sealdrop/v1/vault/beside\n${what}`, NAME_BYTES))
}

/** Seals a text, under a fresh nonce each time. */
export function sealDraftText(open: OpenVault, what: string, text: string): SealedDraftText {
  const name = draftName(open, what)
  return { name, sealed: sealUnder(open.key, contextOf(open, name), utf8(text)) }
}

/** @throws DropError `open_failed` for what was sealed under another vault's key or another name, or was changed */
export function openDraftText(open: OpenVault, { name, sealed }: SealedDraftText): string {
  const plaintext = openUnder(open.key, contextOf(open, name), sealed)
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(plaintext)
}

function contextOf({ vault }: OpenVault, name: string): string {
  return ['sealdrop/v1/vault', 'beside', vault.box, name].join('\n')
}

const NAME_BYTES = 16
