import type { BoxAddress } from '#protocol/address.ts'
import type { SignatureRecord } from '#protocol/api.ts'
import { composeDisclosure, describeRows, keysIn, parseSubject, type HeldObject } from '#protocol/disclosure.ts'
import { DropError } from '#protocol/error.ts'
import type { DropId } from '#protocol/id.ts'
import { CLOCK_WINDOW_SECONDS, MAX_BODY_BYTES } from '#protocol/limits.ts'
import { readOperatorSettings } from '#protocol/operator.ts'
import { verifyRequest } from '#protocol/signature.ts'
import type { Env } from '../env.ts'
import { checkDigest, parseTarget, readBody, readSignatures } from './parse.ts'
import { allRacks, rackOf } from '../boxes/racks.ts'
import { json, problem, refusal } from './respond.ts'
import { DATABASES } from '../storage/schema.ts'
import { NOT_HELD, REMAINS } from '../storage/schema/statements.ts'
import { firstShelf, shelfOf } from '../drops/shelves.ts'
import { storeOf } from '../storage/blob-store.ts'
import type { StoredRows } from '../storage/database.ts'
import { VERSION } from '../version.ts'

/**
 * POST /v1/operator/disclose: all data about one drop or one box, for the operator, who signs. The address exists only if the
 * operator has set a key. docs/decisions/0018-an-operator-asks-by-signature.md.
 */
export async function disclose(request: Request, env: Env): Promise<Response> {
  const target = parseTarget(request, env)
  const { key } = readOperatorSettings(env)
  if (key === undefined) return problem('not_found')
  const signatures = readSignatures(request, 'disclose')
  const body = await readBody(request, MAX_BODY_BYTES)
  const digest = await checkDigest(request, body, true)
  const now = Date.now()
  const proof = await verifyRequest({ name: 'disclose', ...target, signatures, digest }, 'operator', key)
  if (proof === undefined) return problem('not_proved')
  // A replay changes nothing, and would tell what is held by then.
  if (!(await isFresh(env, proof, now)))
    return refusal({ outcome: 'not_proved', nonce: await firstShelf(env).offerNonce(OPERATOR) }, 'disclose')
  const about = parseSubject(body)
  if (about === undefined) throw new DropError('bad_request')
  const found = 'drop' in about ? await findDrop(env, about.drop) : await findBox(env, about.box)
  const held = found.places.flatMap(({ database, name, rows }) =>
    Object.entries(DATABASES[database]).flatMap(([table, declared]) =>
      describeRows(table, name, declared, rows[table] ?? []),
    ),
  )
  const keys = found.places.flatMap(({ rows }) => keysIn(rows))
  return json(
    composeDisclosure({
      about,
      now,
      software: `sealdrop ${VERSION}`,
      source: target.authority,
      searched: found.searched,
      notHeld: NOT_HELD,
      elsewhere: REMAINS,
      held,
      ciphertext: await Promise.all(keys.map((each) => look(env, each))),
    }),
  )
}

interface Found {
  readonly places: readonly { readonly database: 'shelf' | 'rack'; readonly name: string; readonly rows: StoredRows }[]
  readonly searched: readonly string[]
}

/** A rack may have a drop on its list that its shelf does not know, or not as one for a box: all racks are asked. */
async function findDrop(env: Env, id: DropId): Promise<Found> {
  const shelf = await shelfOf(env, id)
  const name = shelf.name ?? 'shelf'
  const onShelf = { database: 'shelf', name, rows: await shelf.stored(id) } as const
  const racks = allRacks(env)
  const onRacks = racks.map(async (rack) => {
    const rows = await rack.storedOf(id)
    return { database: 'rack', name: rack.name ?? 'rack', rows } as const
  })
  return {
    places: [onShelf, ...(await Promise.all(onRacks))],
    searched: [`${name}, where this id belongs`, `all ${racks.length} racks: items with this id, in whichever box`],
  }
}

async function isFresh(env: Env, { created, nonce }: SignatureRecord, now: number): Promise<boolean> {
  if (Math.abs(now / 1_000 - created) <= CLOCK_WINDOW_SECONDS) return true
  return firstShelf(env).knowsNonce(nonce, OPERATOR)
}

/** The subject of its nonces: no drop and no box has such a name. */
const OPERATOR = 'operator'

async function findBox(env: Env, box: BoxAddress): Promise<Found> {
  const rack = await rackOf(env, box)
  const name = rack.name ?? 'rack'
  return {
    places: [{ database: 'rack', name, rows: await rack.stored(box) }],
    searched: [`${name}, where this address belongs`, 'no shelf: ask for each drop of the list by its id'],
  }
}

async function look(env: Env, key: string): Promise<HeldObject> {
  const store = storeOf(env, key)
  const { isPresent, sizeBytes, uploadedMs, expiresMs } = await store.head(key)
  return {
    store: store.name,
    key,
    present: isPresent,
    ...(sizeBytes === undefined ? {} : { sizeBytes }),
    ...(uploadedMs === undefined ? {} : { uploaded: new Date(uploadedMs).toISOString() }),
    ...(expiresMs === undefined ? {} : { expires: new Date(expiresMs).toISOString() }),
  }
}
