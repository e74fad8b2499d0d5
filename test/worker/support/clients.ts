import { generateSigningKey, type SigningKey } from '#client/crypto/keys.ts'
import { hkdf } from '#client/crypto/kdf.ts'
import type { Stretch } from '#client/crypto/argon2.ts'
import type { Message } from '#client/archive.ts'
import { deriveOpener, parseLink, type Opener } from '#client/link.ts'
import { look, openDrop, receiveParts, type Opened, type ReceiveOptions } from '#client/receive.ts'
import { deposit, seal, type Sealed } from '#client/send.ts'
import type { Server } from '#client/server.ts'
import { memorySource } from '#client/source.ts'
import { memoryStaging } from '#client/staging.ts'
import { utf8, type Bytes } from '#protocol/bytes.ts'
import type { DropTerms } from '#protocol/terms.ts'
import { directly, ORIGIN, read, type Wire } from './wire.ts'

/** A real client's view of the worker. Waiting takes no time, unless `wait` moves a clock. */
export function serverVia(wire: Wire = directly, changes: Partial<Server> = {}): Server {
  return {
    origin: ORIGIN,
    clock: () => Date.now(),
    ticks: () => Date.now(),
    wait: async () => {},
    patienceMs: 120_000,
    transport: async ({ method, url, fields, body }) => {
      // What crosses no wire does not get the field by itself.
      const headers = body === undefined ? fields : { ...fields, 'Content-Length': `${body.length}` }
      const reply = await read(
        await wire(new Request(url, { method, headers, ...(body === undefined ? {} : { body }) })),
      )
      return { status: reply.status, field: (name) => reply.headers.get(name), body: reply.body }
    },
    ...changes,
  }
}

/** Stretching that costs nothing: what it costs is the client's own test. */
export const quickStretch: Stretch = async (passphrase, salt) => hkdf(passphrase, salt, 'quick', 32)

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
}

/** Sealed by a real client, and with it what its reader derives from the link. */
export async function sealMessage(choices: SealChoices = {}): Promise<SealedDrop> {
  const {
    message = textMessage('the password is swordfish'),
    ttlSeconds = 86_400,
    reads = 1,
    passphrase = '',
  } = choices
  const sender = await generateSigningKey()
  const options = { origin: ORIGIN, sender, ttlSeconds, reads, passphrase, stretch: quickStretch, now: Date.now() }
  const sealed = await seal(message, options)
  return { sealed, sender, opener: await openerOf(sealed.link, passphrase) }
}

export async function openerOf(link: string, passphrase: string): Promise<Opener> {
  const parsed = parseLink(link)
  if (parsed === undefined) throw new TypeError('not a link')
  return deriveOpener(parsed.secret, passphrase, quickStretch)
}

/** Sealed and deposited. */
export async function depositMessage(server: Server, choices: SealChoices = {}): Promise<SealedDrop> {
  const drop = await sealMessage(choices)
  await deposit(server, drop.sealed, { sender: drop.sender })
  return drop
}

/** Claims a drop of one part, by who holds the link. @returns its ciphertext */
export async function claimWhole(
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

/** Opens the ciphertext of a drop of one part. */
export function openWhole(ciphertext: Bytes, opener: Opener): Promise<Opened> {
  return openDrop({ count: 1, size: ciphertext.length, part: async () => ciphertext }, opener)
}

export function textMessage(text: string): Message {
  return { text, files: [] }
}

export function fileOf(
  name: string,
  bytes: Bytes | string,
  type = 'application/octet-stream',
): Message['files'][number] {
  const source = memorySource(typeof bytes === 'string' ? utf8(bytes) : bytes)
  return { name, type, modifiedAtMs: 1_700_000_000_000, source }
}
