import { createHash } from 'node:crypto'
import { stretch } from '#client/crypto/argon2.ts'
import { generateSigningKey, type SigningKey } from '#client/crypto/keys.ts'
import type { Message } from '#client/archive.ts'
import { deriveOpener, parseLink, type Opener } from '#client/link.ts'
import { deposit, seal, type Sealed } from '#client/send.ts'
import type { Server } from '#client/server.ts'
import { fetchTransport } from '#client/transport.ts'
import type { DropTerms } from '#protocol/terms.ts'

/** A person's client, reaching a server over real HTTP. */
export function reach(origin: string, patienceMs = 5_000): Server {
  const wait = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms))
  return { origin, transport: fetchTransport, clock: Date.now, ticks: () => performance.now(), wait, patienceMs }
}

export interface Deposited {
  readonly server: Server
  readonly sealed: Sealed<DropTerms>
  readonly sender: SigningKey
  readonly opener: Opener
}

/** Seals a message and deposits it. */
export async function send(
  origin: string,
  message: Partial<Message>,
  terms: { reads?: number; passphrase?: string; ttlSeconds?: number } = {},
): Promise<Deposited> {
  const server = reach(origin)
  const sender = await generateSigningKey()
  const { reads = 1, passphrase = '', ttlSeconds = 3_600 } = terms
  const options = { origin, sender, ttlSeconds, reads, passphrase, stretch, now: Date.now() }
  const sealed = await seal({ text: '', files: [], ...message }, options)
  await deposit(server, sealed, { sender })
  return { server, sealed, sender, opener: await openerOf(sealed.link, passphrase) }
}

export async function openerOf(link: string, passphrase = ''): Promise<Opener> {
  const parsed = parseLink(link)
  if (parsed === undefined) throw new Error('not a link')
  return deriveOpener(parsed.secret, passphrase, stretch)
}

/** Large bytes are compared by this: a test runner takes seconds to compare them one by one. @returns hexadecimal */
export function sha256Of(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** Bytes that nothing can compress or guess. */
export function noise(length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length)
  for (let at = 0; at < length; at += 65_536) crypto.getRandomValues(bytes.subarray(at, at + 65_536))
  return bytes
}
