import { env } from 'cloudflare:workers'
import { expect } from 'vitest'
import { DROP_EXTENT_FIELD, DROP_TERMS_FIELD, formatCommitBody, formatPartQuery } from '#protocol/api.ts'
import { joinBytes, type Bytes } from '#protocol/bytes.ts'
import { formatExtent } from '#protocol/extent.ts'
import { dropIdBytes, type DropId } from '#protocol/id.ts'
import { MIN_PART_BYTES } from '#protocol/limits.ts'
import { formatTerms } from '#protocol/terms.ts'
import { PartRows, type Part } from '../../../worker/drops/part-rows.ts'
import { SCHEMA } from '../../../worker/storage/schema.ts'
import { Database } from '../../../worker/storage/database.ts'
import { newDrop, type RawDrop, type DropOptions } from './drops.ts'
import { randomNoise, hashOfParts } from '../../kit/bytes.ts'
import { inShelf } from './inside.ts'
import { send, type Changes, type Reply } from './wire.ts'

/** A drop of arbitrary bytes, cut into parts. */
export interface Cut extends RawDrop {
  readonly parts: readonly Bytes[]
}

export interface CutOptions extends DropOptions {
  /** Bytes of each part; as few as may be, unless said otherwise. */
  readonly sizes?: readonly number[]
}

export async function newCut({ sizes = SMALLEST, ...options }: CutOptions = {}): Promise<Cut> {
  const parts = sizes.map(randomNoise)
  return { ...(await newDrop({ ...options, sizeBytes: 0 })), bytes: joinBytes(parts), parts }
}

export function begin(drop: Cut, changes: Changes = {}): Promise<Reply> {
  const { dropId, terms, bytes, parts } = drop
  const extent = formatExtent({ size: bytes.length, parts: parts.length })
  const fields = { [DROP_TERMS_FIELD]: formatTerms(terms), [DROP_EXTENT_FIELD]: extent, ...changes.fields }
  return send({ name: 'begin', dropId, ...changes, fields })
}

export function upload(drop: Cut, n: number, changes: Changes = {}): Promise<Reply> {
  const { dropId, parts, sender } = drop
  const body = parts[n] ?? new Uint8Array(1)
  return send({ name: 'upload', dropId, query: formatPartQuery(n), signers: { sender }, body, ...changes })
}

export function uploaded({ dropId, sender }: RawDrop, changes: Changes = {}): Promise<Reply> {
  return send({ name: 'uploaded', dropId, signers: { sender }, ...changes })
}

export async function commit(drop: Cut, changes: Changes = {}): Promise<Reply> {
  const { dropId, sender, parts } = drop
  return send({
    name: 'commit',
    dropId,
    signers: { sender },
    body: formatCommitBody(await hashOfParts(parts)),
    ...changes,
  })
}

/** A drop in parts that is announced. */
export async function announce(options: CutOptions = {}, changes: Changes = {}): Promise<Cut> {
  const drop = await newCut(options)
  expect((await begin(drop, changes)).status).toBe(201)
  return drop
}

/** A drop in parts that waits for its reader. */
export async function depositInParts(options: CutOptions = {}, changes: Changes = {}): Promise<Cut> {
  const drop = await announce(options, changes)
  for (const n of drop.parts.keys()) expect((await upload(drop, n, changes)).status).toBe(201)
  expect((await commit(drop, changes)).status).toBe(200)
  return drop
}

/** The attempts that the shelf knows of, by part. */
export function attemptsAt(dropId: DropId): Promise<readonly Part[]> {
  return inShelf(dropId, (_shelf, { storage }) => new PartRows(new Database(storage.sql, SCHEMA.shelf)).list(dropId))
}

/** Every key in both stores. */
export async function allKeys(): Promise<readonly string[]> {
  const [kv, r2] = await Promise.all([env.KV.list(), env.BUCKET.list()])
  return [...kv.keys.map(({ name }) => name), ...r2.objects.map(({ key }) => key)].toSorted()
}

/** Puts attempts on the shelf that a real upload would take too long to make, with a byte of each in the store. */
export async function pretend(
  drop: RawDrop,
  parts: readonly Part[],
  store: (key: string) => Promise<unknown>,
): Promise<void> {
  await Promise.all(parts.map(({ blob }) => store(blob)))
  await inShelf(drop.dropId, (_shelf, { storage }) => {
    const table = new PartRows(new Database(storage.sql, SCHEMA.shelf))
    for (const part of parts) table.insert(drop.dropId, part)
    storage.sql.exec('UPDATE drops SET parts = ? WHERE id = ?', parts.length, dropIdBytes(drop.dropId).buffer)
  })
}

export const SMALLEST: readonly number[] = [MIN_PART_BYTES, MIN_PART_BYTES + 1, 1]
