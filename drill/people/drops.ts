import { bech32 } from '@scure/base'
import type { DropFile, Message } from '#client/archive.ts'
import { stretch, type Stretch } from '#client/crypto/argon2.ts'
import { hkdfExpand, hkdfExtract } from '#client/crypto/kdf.ts'
import { stanzasFor } from '#client/crypto/padded-header.ts'
import type { SigningKey } from '#client/crypto/keys.ts'
import { deriveOpener, parseLink, type Opener } from '#client/link.ts'
import { acknowledge, look, openDrop, receiveParts } from '#client/receive.ts'
import { deposit, seal } from '#client/send.ts'
import { type Sealed } from '#client/sealed.ts'
import { memorySource } from '#client/source.ts'
import { memoryStaging } from '#client/staging.ts'
import { toBase64url, utf8, type Bytes } from '#protocol/bytes.ts'
import { dropIdBytes } from '#protocol/id.ts'
import type { DropTerms } from '#protocol/terms.ts'
import { newNotedKey, type Person } from './person.ts'

/** A drop as its sender knows it. */
export interface NotedDrop {
  readonly sealed: Sealed<DropTerms>
  readonly sender: SigningKey
}

/** Terms that a sender may choose. */
export interface ChosenTerms {
  readonly reads?: number
  readonly passphrase?: string
  readonly ttlSeconds?: number
}

/** A file that holds these bytes; its name, type and contents are noted. */
export function fileOf({ name: who, notebook }: Person, name: string, bytes: Bytes, type = ''): DropFile {
  notebook.text(who, 'name of a file', name)
  if (type !== '') notebook.text(who, 'type of a file', type)
  notebook.plaintext(who, 'contents of a file', bytes)
  return { name, type, modifiedAtMs: 1_765_432_100_000, source: memorySource(bytes) }
}

/** Seals a message; everything that opens it is noted. */
export async function sealNoted(
  person: Person,
  message: Partial<Message>,
  { reads = 1, passphrase = '', ttlSeconds = 86_400 }: ChosenTerms = {},
): Promise<NotedDrop> {
  const { name, notebook, server } = person
  const sender = await newNotedKey(person, 'sender')
  const whole = { text: '', files: [], ...message }
  const options = { origin: server.origin, sender, ttlSeconds, reads, passphrase, stretch, now: Date.now() }
  const sealed = await seal(whole, options)
  notebook.plaintext(name, 'text of a drop', utf8(whole.text))
  if (passphrase !== '') notebook.text(name, 'passphrase of a link', passphrase)
  await noteLink(person, sealed.link, passphrase)
  noteEnvelope(person, sealed)
  return { sealed, sender }
}

/** Seals a message and deposits it. */
export async function sendNoted(
  person: Person,
  message: Partial<Message>,
  terms: ChosenTerms = {},
): Promise<NotedDrop> {
  const drop = await sealNoted(person, message, terms)
  await deposit(person.server, drop.sealed, { sender: drop.sender })
  return drop
}

/** Opens a drop and, by default, acknowledges it. @returns its text */
export async function openNoted(person: Person, link: string, passphrase = '', acknowledges = true): Promise<string> {
  const { server } = person
  const opener = await openerOf(person, link, passphrase)
  const reader = await newNotedKey(person, 'reader')
  const waiting = await look(server, { dropId: opener.dropId, locator: opener.locator })
  const parts = receiveParts(server, opener, reader, waiting, memoryStaging())
  const { text, opened } = await openDrop(parts, opener)
  if (acknowledges) await acknowledge(server, opener, reader, opened)
  return text
}

/** The keys of a link with a passphrase, right or wrong. A wrong passphrase is a secret, too: it is nearly the right one. */
export async function openerOf(
  { name, notebook }: Person,
  link: string,
  passphrase: string,
  how: Stretch = stretch,
): Promise<Opener> {
  const parsed = parseLink(link)
  if (parsed === undefined) throw new Error('a link that the drill made is damaged')
  if (passphrase !== '') notebook.text(name, 'passphrase of a link', passphrase)
  return deriveOpener(parsed.secret, passphrase, how)
}

/** Every secret of a link, by the schedule of docs/protocol.md §2.2. */
export async function noteLink({ name, notebook }: Person, link: string, passphrase: string): Promise<void> {
  const secret = parseLink(link)?.secret
  if (secret === undefined) throw new Error('a link that the drill made is damaged')
  notebook.text(name, 'link', link.split('#')[1] ?? '')
  notebook.bytes(name, 'secret of a link', secret.bytes)
  const prk = hkdfExtract(utf8('sealdrop/v1/link'), secret.bytes)
  const salt = hkdfExpand(prk, 'passphrase', 16)
  const stretched = passphrase === '' ? new Uint8Array(0) : await stretch(utf8(passphrase.normalize('NFKC')), salt)
  const prk2 = hkdfExtract(prk, stretched)
  notebook.bytes(name, 'key of a link', prk)
  notebook.bytes(name, 'salt of a passphrase', salt)
  notebook.bytes(name, 'stretched passphrase', stretched)
  notebook.bytes(name, 'key of a link and its passphrase', prk2)
  notebook.bytes(name, 'seed of a locator key', hkdfExpand(prk, 'locator', 32))
  notebook.bytes(name, 'seed of a claim key', hkdfExpand(prk2, 'claim', 32))
  noteIdentity(name, notebook, hkdfExpand(prk2, 'age', 32))
}

/** The identity of a seed, in both spellings. */
export function noteIdentity(name: string, notebook: Person['notebook'], seed: Uint8Array): void {
  notebook.bytes(name, 'seed of an age identity', seed)
  const identity = bech32.encode('age-secret-key-pq-', bech32.toWords(seed), false)
  notebook.text(name, 'age identity', identity)
  notebook.text(name, 'age identity', identity.toUpperCase())
}

/**
 * File key and token of a drop. The hash of the token may be with the receipts once somebody has opened all of it.
 * @param readers - the number of readers for whom it was sealed
 */
export function noteEnvelope({ name, notebook }: Person, { dropId, ticket, unfinished }: Sealed, readers = 1): void {
  notebook.sealed(Buffer.from(dropIdBytes(dropId)).toString('hex'), stanzasFor(readers))
  notebook.bytes(name, 'file key', unfinished.fileKey)
  notebook.bytes(name, 'token of a drop', unfinished.token)
  notebook.text(name, 'hash of a token', ticket.opened, ['drops.claims'])
  if (unfinished.letterhead?.reply !== undefined) {
    notebook.text(name, 'recipient of a return code', unfinished.letterhead.reply.age)
    notebook.text(name, 'proof of a return code', unfinished.letterhead.reply.proof)
  }
}

/** Base64url of random bytes, like the passwords that password managers make. */
export function newPassphrase(): string {
  return `zwölf Würste, ${toBase64url(crypto.getRandomValues(new Uint8Array(9)))}`
}
