import { bech32m } from '@scure/base'
import type { BoxAddress } from '#protocol/address.ts'
import { DropError } from '#protocol/error.ts'
import { LINK_SECRET_BYTES } from '#protocol/limits.ts'
import type { SigningKey } from '../crypto/keys.ts'
import { deriveOpener, type LinkSecret } from '../link.ts'
import { findCode } from '../pasted.ts'
import { acknowledge, look, openDrop, receiveParts } from '../receive.ts'
import type { Server } from '../server.ts'
import { memoryStaging } from '../staging.ts'
import { readReaderKeys } from './reader-keys.ts'
import type { KnownReader } from './state.ts'

/** A reader code: where a reader has laid down its keys for the owner, once. docs/protocol.md §13.9. */
export function formatReaderCode({ bytes }: LinkSecret): string {
  return bech32m.encode(PREFIX, bech32m.toWords(new Uint8Array([VERSION, ...bytes])), false)
}

/** The secret in a reader code; `undefined` if a character is wrong or missing. */
export function parseReaderCode(text: string): LinkSecret | undefined {
  try {
    const { prefix, words } = bech32m.decode(text as `${string}1${string}`)
    const [version, ...bytes] = bech32m.fromWords(words)
    if (prefix !== PREFIX || version !== VERSION || bytes.length !== LINK_SECRET_BYTES) return undefined
    return { bytes: new Uint8Array(bytes), needsPassphrase: false }
  } catch {
    return undefined
  }
}

/** The reader code in a text as people send it: `findCode`. */
export function readReaderCode(text: string): LinkSecret | undefined {
  return findCode(text, [PREFIX], parseReaderCode)?.code
}

/** The reader to whom a code led. */
export interface Introduced {
  readonly reader: KnownReader
  /** Lets the server forget the keys. Until then the same claimer may fetch them again. */
  readonly finish: () => Promise<void>
}

/**
 * Fetches the keys that a reader code leads to.
 * @param claimer - the same key for the same code, whatever happens in between.
 * @throws DropError `bad_code` if it leads to anything but keys for this box, `open_failed`; Refused `gone` once it has been
 * used or has expired, `claimed` if somebody else has used it
 */
export async function fetchReader(
  server: Server,
  box: BoxAddress,
  secret: LinkSecret,
  claimer: SigningKey,
): Promise<Introduced> {
  const opener = await deriveOpener(secret, '', async () => new Uint8Array(0))
  const waiting = await look(server, { dropId: opener.dropId, locator: opener.locator })
  // Nobody's keys are that long: the maker of this code may not fill the memory with it.
  if (waiting.parts > 1) throw new DropError('bad_code')
  const parts = receiveParts(server, opener, claimer, waiting, memoryStaging())
  const { text, opened } = await openDrop(parts, opener)
  const reader = await readReaderKeys(text, box)
  if (reader === undefined) throw new DropError('bad_code')
  return { reader, finish: async () => void (await acknowledge(server, opener, claimer, opened)) }
}

const PREFIX = 'sdreader'
const VERSION = 0
