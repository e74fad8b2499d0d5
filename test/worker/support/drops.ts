import { expect } from 'vitest'
import { generateSigningKey, type SigningKey } from '#client/crypto/keys.ts'
import { randomBytes } from '#client/crypto/random.ts'
import { DROP_TERMS_FIELD, formatAckBody, formatReaderBody } from '#protocol/api.ts'
import { toBase64url, type Bytes } from '#protocol/bytes.ts'
import { formatDropId, type DropId } from '#protocol/id.ts'
import type { PublicKey } from '#protocol/public-key.ts'
import { formatTerms, type DropTerms } from '#protocol/terms.ts'
import { randomNoise } from '../../kit/bytes.ts'
import { send, type Changes, type Reply } from './wire.ts'

/** A drop of arbitrary bytes under fresh keys: what the worker sees of one, without what it cost to seal it. */
export interface RawDrop {
  readonly dropId: DropId
  readonly terms: DropTerms
  readonly bytes: Bytes
  readonly locator: SigningKey
  readonly claim: SigningKey
  readonly sender: SigningKey
}

export interface DropOptions {
  readonly ttlSeconds?: number
  readonly reads?: number
  readonly sizeBytes?: number
  readonly dropId?: DropId
}

export async function newDrop(options: DropOptions = {}): Promise<RawDrop> {
  const { ttlSeconds = 86_400, reads = 1, sizeBytes = 64, dropId = formatDropId(randomBytes(16)) } = options
  const [locator, key, sender] = await Promise.all([generateSigningKey(), generateSigningKey(), generateSigningKey()])
  const terms = { ttlSeconds, reads, locator: locator.publicKey, claim: key.publicKey, sender: sender.publicKey }
  return { dropId, terms, bytes: randomNoise(sizeBytes), locator, claim: key, sender }
}

export function create(drop: RawDrop, changes: Changes = {}): Promise<Reply> {
  const { dropId, terms, bytes: body } = drop
  const fields = { [DROP_TERMS_FIELD]: formatTerms(terms), ...changes.fields }
  return send({ name: 'create', dropId, body, ...changes, fields })
}

/** A drop that waits for its reader. */
export async function depositDrop(options: DropOptions = {}, changes: Changes = {}): Promise<RawDrop> {
  const drop = await newDrop(options)
  expect((await create(drop, changes)).status).toBe(201)
  return drop
}

/** @param signers - nobody by default: a stranger asks. */
export function look({ dropId }: RawDrop, changes: Changes = {}): Promise<Reply> {
  return send({ name: 'status', dropId, ...changes })
}

/** The view of a holder of link and passphrase. */
export function lookAsHolder(drop: RawDrop, changes: Changes = {}): Promise<Reply> {
  return look(drop, { signers: holder(drop), ...changes })
}

export function claim(drop: RawDrop, reader: PublicKey, changes: Changes = {}): Promise<Reply> {
  return send({ name: 'claim', dropId: drop.dropId, signers: holder(drop), body: formatReaderBody(reader), ...changes })
}

/** A claim by somebody who has the link and guesses the passphrase. */
export async function guess(drop: RawDrop, changes: Changes = {}): Promise<Reply> {
  const [wrong, reader] = await Promise.all([generateSigningKey(), generateSigningKey()])
  return claim(drop, reader.publicKey, { signers: { locator: drop.locator, claim: wrong }, ...changes })
}

export function part(drop: RawDrop, reader: SigningKey, changes: Changes = {}): Promise<Reply> {
  return send({
    name: 'part',
    dropId: drop.dropId,
    query: '?n=0',
    reader: reader.publicKey,
    signers: { reader },
    ...changes,
  })
}

export function acknowledge(drop: RawDrop, reader: SigningKey, changes: Changes = {}): Promise<Reply> {
  const { dropId, claim: key } = drop
  const body = formatAckBody(OPENED)
  return send({ name: 'ack', dropId, body, reader: reader.publicKey, signers: { claim: key, reader }, ...changes })
}

export function sent(drop: RawDrop, changes: Changes = {}): Promise<Reply> {
  return send({ name: 'sent', dropId: drop.dropId, signers: { sender: drop.sender }, ...changes })
}

export function revoke(drop: RawDrop, changes: Changes = {}): Promise<Reply> {
  return send({ name: 'revoke', dropId: drop.dropId, signers: { sender: drop.sender }, ...changes })
}

export function reopen(drop: RawDrop, reader: PublicKey, changes: Changes = {}): Promise<Reply> {
  const body = formatReaderBody(reader)
  return send({ name: 'reopen', dropId: drop.dropId, signers: { sender: drop.sender }, body, ...changes })
}

/** Claimed and acknowledged by a reader of its own. */
export async function readWhole(drop: RawDrop): Promise<SigningKey> {
  const reader = await generateSigningKey()
  expect((await claim(drop, reader.publicKey)).body).toEqual(drop.bytes)
  expect((await acknowledge(drop, reader)).status).toBe(200)
  return reader
}

function holder({ locator, claim: key }: RawDrop): { locator: SigningKey; claim: SigningKey } {
  return { locator, claim: key }
}

/** The hash of some token. */
export const OPENED = toBase64url(new Uint8Array(32).fill(7))
