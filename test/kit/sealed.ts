import type { Message } from '#client/archive.ts'
import type { Stretch } from '#client/crypto/argon2.ts'
import { hkdf } from '#client/crypto/kdf.ts'
import { generateSigningKey, type SigningKey } from '#client/crypto/keys.ts'
import { deriveOpener, parseLink, type Opener } from '#client/link.ts'
import { look, openDrop, receiveParts } from '#client/receive.ts'
import { type ReceiveOptions } from '#client/download.ts'
import { deposit, seal, type SealOptions } from '#client/send.ts'
import { type Sealed } from '#client/sealed.ts'
import type { Server } from '#client/server.ts'
import { memoryStaging, type Parts } from '#client/staging.ts'
import { joinBytes, type Bytes } from '#protocol/bytes.ts'
import type { DropTerms } from '#protocol/terms.ts'
import { textMessage, type WholeMessage } from './messages.ts'

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

/** Opens an age file in memory, cut at these places. */
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

/** Claims a drop of one part. @returns its ciphertext */
export function claim(server: Server, opener: Opener, reader: SigningKey, nonce?: string): Promise<Bytes> {
  return receiveParts(server, opener, reader, { size: 0, parts: 1, nonce }, memoryStaging()).part(0)
}

/** The same as the holder of the link does it, who looks first. @returns the ciphertext */
export async function lookAndClaim(
  server: Server,
  opener: Opener,
  reader: SigningKey,
  nonce?: string,
  options: ReceiveOptions = {},
): Promise<Bytes> {
  const { dropId, locator } = opener
  const { size, parts } = await look(server, { dropId, locator })
  return receiveParts(server, opener, reader, { size, parts, nonce }, memoryStaging(), options).part(0)
}

export async function collect(pieces: AsyncIterable<Bytes>): Promise<Bytes> {
  const all: Bytes[] = []
  for await (const piece of pieces) all.push(piece)
  return joinBytes(all)
}

/** A key derivation that costs nothing: its cost has tests of its own. */
export const quickStretch: Stretch = async (passphrase, salt) => hkdf(passphrase, salt, 'quick', 32)

/** A message sealed by a real client, and what its reader derives from the link. */
export interface SealedDrop {
  readonly sealed: Sealed<DropTerms>
  readonly sender: SigningKey
  readonly opener: Opener
}

export interface SealChoices {
  readonly message?: Message
  readonly ttlSeconds?: number
  readonly reads?: number
  readonly passphrase?: string
  readonly stretch?: Stretch
}

export async function sealMessage(origin: string, choices: SealChoices = {}): Promise<SealedDrop> {
  const {
    message = textMessage('the password is swordfish'),
    ttlSeconds = 86_400,
    reads = 1,
    passphrase = '',
    stretch = quickStretch,
  } = choices
  const sender = await generateSigningKey()
  const sealed = await seal(message, { origin, sender, ttlSeconds, reads, passphrase, stretch, now: Date.now() })
  return { sealed, sender, opener: await openerOf(sealed.link, passphrase, stretch) }
}

/** Sealed and deposited. */
export async function depositMessage(server: Server, choices: SealChoices = {}): Promise<SealedDrop> {
  const drop = await sealMessage(server.origin, choices)
  await deposit(server, drop.sealed, { sender: drop.sender })
  return drop
}

/** @throws Error for a text that is no link */
export async function openerOf(link: string, passphrase = '', stretch: Stretch = quickStretch): Promise<Opener> {
  const parsed = parseLink(link)
  if (parsed === undefined) throw new Error('not a link')
  return deriveOpener(parsed.secret, passphrase, stretch)
}
