import { utf8, type Bytes } from '#protocol/bytes.ts'
import { DropError } from '#protocol/error.ts'
import { openWithPassphrase, sealToPassphrase } from '../crypto/scrypt-stanza.ts'
import { formatState, parseState, type BoxState } from './state.ts'

/** A backup: an age file to a passphrase, which stock age opens as well. docs/protocol.md §13.10. */
export function sealBackup(state: BoxState, passphrase: string, onProgress?: (done: number) => void): Promise<Bytes> {
  return sealToPassphrase(utf8(formatState(state)), passphrase, { onProgress })
}

/** @throws DropError `open_failed` for a wrong passphrase, a changed byte, or a file that is no backup */
export async function openBackup(
  file: Bytes,
  passphrase: string,
  onProgress?: (done: number) => void,
): Promise<BoxState> {
  const state = readState(await openWithPassphrase(file, passphrase, { onProgress }))
  if (state === undefined) throw new DropError('open_failed')
  return state
}

function readState(plaintext: Bytes): BoxState | undefined {
  try {
    return parseState(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(plaintext))
  } catch {
    return undefined
  }
}
