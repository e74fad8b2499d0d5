import { expect, test } from 'vitest'
import { formatBoxAddress } from '#protocol/address.ts'
import { formatDropId, type DropId } from '#protocol/id.ts'
import type { StatusInBox } from '../../worker/drops/rpc.ts'
import { admit, newBox, remove, type Box, type BoxItem, type Capacity } from '../../worker/boxes/box.ts'
import {
  leavingFor,
  settle,
  type BoxChange,
  type Settlement,
  type SettlementInput,
} from '../../worker/boxes/settlement.ts'

/** A box, its rack's records of incoming drops, and the progress of the requests that bring them. */
interface DropState {
  readonly box: Box
  readonly items: readonly BoxItem[]
  readonly drops: readonly Coming[]
}

interface Coming {
  readonly id: DropId
  /** The state that its shelf would report now. */
  readonly status: StatusInBox['outcome']
  /** Requests that have not settled it yet. */
  readonly left: number
  /** The request in progress: the answer it has heard, or that it turns the drop away. */
  readonly turn: StatusInBox['outcome'] | 'turning away' | undefined
  readonly told: Readonly<Record<Settlement['outcome'], boolean>>
}

const NOW = 20_000 * 86_400_000
const DROPS = 4
const COMMITS_EACH = 3

test.for([1, 2, 3, 4].flatMap((waiting) => [2, 3, 4].map((room) => [waiting, room] as const)))(
  'of four drops, %i of which may be on their way and %i find room, one answer to each of twelve commits makes one state each, in every order',
  ([waiting, room]) => {
    // A quarter of the items may be on their way; the bytes decide how many find room.
    const quota = { items: 4 * waiting, bytes: room, bytesPerDay: 99 }
    const capacity = { quota, terms: undefined, invitation: undefined, expired: { items: 0, bytes: 0 } }
    const [begun, ends] = [begin(capacity), new Map<string, DropState>()]
    const count = search(begun, capacity, ends)
    expect(count).toBeGreaterThan(1_000)
    const wrong = [...ends.values()].filter((state) => !isInOneStateEach(state) || !isTrulyTold(state))
    expect(wrong).toEqual([])
    // The first may have been revoked after taking room: but for that one, every place is filled.
    const listed = new Set([...ends.values()].map(({ items }) => items.length))
    expect(Math.max(...listed)).toBe(room)
    expect(Math.min(...listed)).toBeGreaterThanOrEqual(room - 1)
  },
)

/** Four drops announced one after the other; each is complete when its requests begin. */
function begin(capacity: Capacity): DropState {
  let [box, items] = [newBox(formatBoxAddress(new Uint8Array(32))), [] as readonly BoxItem[]]
  const drops = Array.from({ length: DROPS }, (_, at) => {
    const id = formatDropId(new Uint8Array(16).fill(at))
    const leaving = leavingFor({ box, waiting: () => items, capacity }, 1)
    const kept = admit(leaving.reduce(remove, box), { id, size: 1, parts: 2 }, { ...capacity, largest: 1 }, NOW)
    if (kept.outcome === 'admitted') ({ box, items } = written({ box, items }, { ...kept, leaving }))
    return {
      id,
      status: 'live',
      left: COMMITS_EACH,
      turn: undefined,
      told: { settled: false, box_full: false },
    } as const
  })
  return { box, items, drops }
}

/** Every state that can be reached. @param ends - gets the states with nothing left to do. @returns the number of states */
function search(first: DropState, capacity: Capacity, ends: Map<string, DropState>): number {
  const [seen, open] = [new Set<string>(), [first]]
  for (let state = open.pop(); state !== undefined; state = open.pop()) {
    const key = keyOf(state)
    if (seen.has(key)) continue
    seen.add(key)
    if (state.box.items + state.box.pending !== state.items.length)
      throw new Error('a box that counts what is not there')
    if (state.box.bytes + state.box.pendingBytes > capacity.quota.bytes)
      throw new Error('a box with more than it may hold')
    const next = stepsFrom(state, capacity)
    if (next.length === 0) ends.set(key, state)
    open.push(...next)
  }
  return seen.size
}

/** The possible next steps: a shelf is asked, its answer is heard, or a drop is turned away; and the first drop may be revoked. */
function stepsFrom(state: DropState, capacity: Capacity): readonly DropState[] {
  return state.drops.flatMap((drop, at) => {
    const to = (changes: Partial<Coming>, rest: Partial<DropState> = {}): DropState => ({
      ...state,
      ...rest,
      drops: state.drops.with(at, { ...drop, ...changes }),
    })
    // Its rack is told of a revocation as it is of a commit.
    const revoked =
      at === 0 && drop.status === 'live' && drop.left > 0 ? [to({ status: 'gone', left: drop.left + 1 })] : []
    if (drop.turn === undefined) return drop.left === 0 ? [] : [...revoked, to({ turn: drop.status })]
    const left = drop.left - 1
    if (drop.turn === 'turning away') {
      const status = drop.status === 'live' ? 'turned_away' : drop.status
      return [...revoked, to({ status, turn: undefined, left })]
    }
    const { outcome, change } = settle(standing(state, drop.id, capacity), answerOf(drop.turn), NOW)
    const rest = change === undefined ? {} : written(state, change)
    const told = { ...drop.told, [outcome]: true }
    const isFull = outcome === 'box_full' && drop.turn === 'live'
    return [...revoked, isFull ? to({ turn: 'turning away', told }, rest) : to({ turn: undefined, left, told }, rest)]
  })
}

function standing({ box, items }: DropState, id: DropId, capacity: Capacity): SettlementInput {
  const waiting = (): readonly BoxItem[] => items.filter(({ state }) => state === 'pending')
  return { box, id, item: items.find((item) => item.id === id), waiting, capacity }
}

/** Applies a change like a rack. */
function written(
  { box, items }: Pick<DropState, 'box' | 'items'>,
  change: BoxChange,
): Pick<DropState, 'box' | 'items'> {
  const going = new Set([...change.leaving, ...(change.item ? [change.item] : [])].map(({ id }) => id))
  const rest = items.filter(({ id }) => !going.has(id))
  return { box: change.box ?? box, items: change.item === undefined ? rest : [...rest, change.item] }
}

function answerOf(outcome: StatusInBox['outcome']): StatusInBox {
  const expiresAtMs = NOW + 86_400_000
  if (outcome === 'live') return { outcome, size: 1, parts: 2, expiresAtMs }
  return outcome === 'uploading' ? { outcome, expiresAtMs } : { outcome }
}

function isInOneStateEach({ items, drops }: DropState): boolean {
  return drops.every(({ id, status }) => {
    const item = items.find((each) => each.id === id)
    return status === 'live' ? item?.state === 'listed' : item === undefined
  })
}

/** No sender was told that a drop is there that was turned away, nor that one was turned away that is there. */
function isTrulyTold({ drops }: DropState): boolean {
  return drops.every(
    ({ status, told }) => !(status === 'live' ? told.box_full : status === 'turned_away' && told.settled),
  )
}

/** Everything that distinguishes states: places in the list do not matter here. */
function keyOf({ items, drops }: DropState): string {
  const known = items.map(({ id, state }) => `${state} ${id}`)
  return JSON.stringify([known, drops.map(({ status, left, turn, told }) => [status, left, turn, told])])
}
