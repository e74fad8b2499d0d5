import type { Message } from '#client/archive.ts'
import type { SigningKey } from '#client/crypto/keys.ts'
import type { Opener } from '#client/link.ts'
import { openDrop, receiveParts } from '#client/receive.ts'
import { seal, type Sealed, type SealOptions } from '#client/send.ts'
import type { Server } from '#client/server.ts'
import { memoryStaging, type Parts } from '#client/staging.ts'
import { joinBytes, type Bytes } from '#protocol/bytes.ts'
import type { DropTerms } from '#protocol/terms.ts'
import type { WholeMessage } from './messages.ts'

/** Seals a message, with its ciphertext in memory. */
export async function sealWhole(
  message: Message,
  options: SealOptions,
): Promise<Sealed<DropTerms> & { ciphertext: Bytes }> {
  const sealed = await seal(message, options)
  return Object.assign(sealed, { ciphertext: await ciphertextOf(sealed) })
}

/** The age file. */
export async function ciphertextOf(sealed: Sealed): Promise<Bytes> {
  const parts: Bytes[] = []
  for (let n = 0; n < sealed.parts; n++) parts.push(await sealed.sealPart(n))
  return joinBytes(parts)
}

/** Opens an age file that lies in memory, cut at these places. */
export async function openWhole(
  ciphertext: Bytes,
  opener: Opener,
  cuts: readonly number[] = [],
): Promise<WholeMessage & { opened: string }> {
  const { text, files, opened } = await openDrop(partsOf(ciphertext, cuts), opener)
  const whole = files.map(async (file) => {
    const { name, type, modifiedAtMs } = file
    return { name, type, modifiedAtMs, bytes: await collect(file.read()) }
  })
  return { text, opened, files: await Promise.all(whole) }
}

/** An age file in parts. @param cuts - in ascending order. */
export function partsOf(ciphertext: Bytes, cuts: readonly number[] = []): Parts {
  const edges = [0, ...cuts, ciphertext.length]
  return {
    count: edges.length - 1,
    size: ciphertext.length,
    part: async (n) => ciphertext.slice(edges[n], edges[n + 1]),
  }
}

/** Claims a drop of one part, and gives its ciphertext. */
export function claim(server: Server, opener: Opener, reader: SigningKey, nonce?: string): Promise<Bytes> {
  return receiveParts(server, opener, reader, { size: 0, parts: 1, nonce }, memoryStaging()).part(0)
}

export async function collect(pieces: AsyncIterable<Bytes>): Promise<Bytes> {
  const all: Bytes[] = []
  for await (const piece of pieces) all.push(piece)
  return joinBytes(all)
}
