import { env } from 'cloudflare:workers'
import { onTestFinished } from 'vitest'
import type { BoxAddress } from '#protocol/address.ts'
import type { DropId } from '#protocol/id.ts'
import type { Rack } from '../../../worker/boxes/rack.ts'
import type { Shelf } from '../../../worker/drops/shelf.ts'
import { inRack, rackUses } from './inside-rack.ts'
import { inShelf } from './inside.ts'
import { withBindings, type Wire } from './wire.ts'

/** A store that does everything but what is replaced. */
export function storeWith(kv: KVNamespace, changed: Partial<Record<'get' | 'put' | 'delete', Operation>>): KVNamespace {
  return new Proxy(kv, {
    get(target, name) {
      const replaced = Object.entries(changed).find(([each]) => each === name)?.[1]
      if (replaced !== undefined) return replaced
      const value: unknown = Reflect.get(target, name)
      return typeof value === 'function' ? (value.bind(target) as unknown) : value
    },
  })
}

type Operation = (key: string, ...more: unknown[]) => Promise<unknown>

/** A store on which one operation waits until it is let go. */
export interface Slow {
  readonly kv: KVNamespace
  /** Settled when the operation has been asked for. */
  readonly reached: Promise<void>
  readonly release: () => void
}

export function slowDeletes(kv: KVNamespace): Slow {
  return slow(kv, 'delete')
}

export function slowPuts(kv: KVNamespace): Slow {
  return slow(kv, 'put')
}

function slow(kv: KVNamespace, name: 'get' | 'put' | 'delete'): Slow {
  const reached = Promise.withResolvers<void>()
  const released = Promise.withResolvers<void>()
  const waiting: Operation = async (...all) => {
    reached.resolve()
    await released.promise
    return (kv[name] as Operation)(...all)
  }
  return { kv: storeWith(kv, { [name]: waiting }), reached: reached.promise, release: released.resolve }
}

/** Counts calls to KV and to a shelf's own storage, and makes one of them fail. */
export interface Fuse {
  /** Storage calls so far. */
  readonly count: () => number
  /** A worker whose store is on the fuse as well. */
  readonly wire: Wire
  /** Puts the drop's shelf, as it is in memory now, on the fuse. */
  readonly wrap: (dropId: DropId) => Promise<void>
  /** The same for the rack of a box. */
  readonly wrapRack: (box: BoxAddress) => Promise<void>
  readonly disarm: () => void
}

/**
 * @param nth - which call fails, counted from 1. It throws without having had an effect.
 * @param hadEffect - only calls to KV count; the one that throws has done its work all the same.
 */
export function fuse(nth: number, hadEffect: boolean): Fuse {
  let calls = 0
  let isArmed = true
  const blows = (): boolean => isArmed && ++calls === nth
  const failing =
    (name: 'get' | 'put' | 'delete'): Operation =>
    async (...all) => {
      const isBlown = blows()
      const result = isBlown && !hadEffect ? undefined : await (env.KV[name] as Operation)(...all)
      if (isBlown) throw new Error('KV failed: 500')
      return result
    }
  const kv = storeWith(env.KV, { get: failing('get'), put: failing('put'), delete: failing('delete') })
  const guardAll = ({ storage }: DurableObjectState): void => {
    const { sql } = storage
    const real = {
      exec: sql.exec.bind(sql),
      getAlarm: storage.getAlarm.bind(storage),
      setAlarm: storage.setAlarm.bind(storage),
    }
    const guard = <T extends (...all: never[]) => unknown>(call: T): T =>
      ((...all: never[]) => {
        if (!hadEffect && blows()) throw new Error('storage failed')
        return call(...all)
      }) as T
    Object.assign(sql, { exec: guard(real.exec) })
    Object.assign(storage, { getAlarm: guard(real.getAlarm), setAlarm: guard(real.setAlarm) })
  }
  const wrap = (dropId: DropId): Promise<void> =>
    inShelf(dropId, (shelf, state) => {
      Object.assign(shelf, { env: { ...env, KV: kv } })
      guardAll(state)
    })
  const wrapRack = (box: BoxAddress): Promise<void> => inRack(box, (_rack, state) => guardAll(state))
  const disarm = (): void => void (isArmed = false)
  // The objects stay on it, with what other tests keep there.
  onTestFinished(disarm)
  return { count: () => calls, wire: withBindings({ KV: kv }), wrap, wrapRack, disarm }
}

/** A worker that dies before it can tell a rack about the state of a drop. */
export function dyingBeforeTheRack(bindings: Partial<Cloudflare.Env> = {}): Wire {
  const racks = new Proxy(env.RACK, {
    get(target, name) {
      if (name === 'get') return (id: DurableObjectId) => deaf(target.get(id))
      const value: unknown = Reflect.get(target, name)
      return typeof value === 'function' ? (value.bind(target) as unknown) : value
    },
  })
  return withBindings({ ...bindings, RACK: racks })
}

/** A worker that dies after it has stored some bytes, before it can tell the shelf. */
export function dyingAfterTheStore(kv: KVNamespace): Wire {
  const silent: ReadonlySet<unknown> = new Set<keyof Shelf>(['keep', 'abandon', 'receive', 'abandonPart'])
  const shelves = new Proxy(env.SHELF, {
    get(target, name) {
      if (name === 'get') return (id: DurableObjectId) => mute(target.get(id))
      const value: unknown = Reflect.get(target, name)
      return typeof value === 'function' ? (value.bind(target) as unknown) : value
    },
  })
  const mute = (shelf: DurableObjectStub<Shelf>): DurableObjectStub<Shelf> =>
    new Proxy(shelf, {
      get: (target, name) =>
        silent.has(name)
          ? () => Promise.reject(new Error('the worker has died'))
          : (Reflect.get(target, name) as unknown),
    })
  return withBindings({ KV: kv, SHELF: shelves })
}

/**
 * Shelves whose first answer about a drop is heard late.
 * @param meanwhile - happens between the answer and its hearing.
 */
export function lateWord(meanwhile: () => Promise<unknown>): DurableObjectNamespace<Shelf> {
  let isFirst = true
  const late = (shelf: DurableObjectStub<Shelf>): DurableObjectStub<Shelf> =>
    new Proxy(shelf, {
      get: (target, name) =>
        name === 'statusInBox'
          ? async (...all: Parameters<Shelf['statusInBox']>) => {
              const status = await target.statusInBox(...all)
              if (isFirst) {
                isFirst = false
                await meanwhile()
              }
              return status
            }
          : (Reflect.get(target, name) as unknown),
    })
  return new Proxy(env.SHELF, {
    get(target, name) {
      if (name === 'get') return (id: DurableObjectId) => late(target.get(id))
      const value: unknown = Reflect.get(target, name)
      return typeof value === 'function' ? (value.bind(target) as unknown) : value
    },
  })
}

/** Answers of shelves about drops, which their rack hears when a test lets it. */
export interface HeldWords {
  /** Drops with an answer that has been given and not heard. One that is asked about twice at once is here twice. */
  readonly held: () => readonly DropId[]
  /** The number of answers so far. */
  readonly count: () => number
  /** Lets the oldest answer about a drop be heard. */
  readonly release: (id: DropId) => Promise<void>
}

/** The rack of a box hears so, until it is evicted or the test ends. */
export async function holdWords(box: BoxAddress): Promise<HeldWords> {
  const waiting: { readonly id: DropId; readonly hear: () => void }[] = []
  let count = 0
  const usageOf = (shelf: DurableObjectStub<Shelf>): DurableObjectStub<Shelf> =>
    new Proxy(shelf, {
      get: (target, name) =>
        name === 'statusInBox'
          ? async (...all: Parameters<Shelf['statusInBox']>) => {
              const status = await target.statusInBox(...all)
              const heard = Promise.withResolvers<void>()
              count++
              waiting.push({ id: all[0], hear: heard.resolve })
              await heard.promise
              return status
            }
          : (Reflect.get(target, name) as unknown),
    })
  const shelves = new Proxy(env.SHELF, {
    get(target, name) {
      if (name === 'get') return (id: DurableObjectId) => usageOf(target.get(id))
      const value: unknown = Reflect.get(target, name)
      return typeof value === 'function' ? (value.bind(target) as unknown) : value
    },
  })
  await rackUses(box, { SHELF: shelves })
  // An object's promise has to be settled in that object.
  const release = (id: DropId): Promise<void> =>
    inRack(box, () => {
      const index = waiting.findIndex((each) => each.id === id)
      const [word] = index < 0 ? [] : waiting.splice(index, 1)
      if (word === undefined) throw new Error('there is no word on it to be heard')
      word.hear()
    })
  return { held: () => waiting.map(({ id }) => id), count: () => count, release }
}

/** Shelves that create a drop only after `meanwhile`, when its bytes have been read. */
export function hesitantShelves(meanwhile: () => Promise<unknown>): DurableObjectNamespace<Shelf> {
  const hesitant = (shelf: DurableObjectStub<Shelf>): DurableObjectStub<Shelf> =>
    new Proxy(shelf, {
      get: (target, name) =>
        name === 'create'
          ? async (...all: Parameters<Shelf['create']>) => {
              await meanwhile()
              return target.create(...all)
            }
          : (Reflect.get(target, name) as unknown),
    })
  return new Proxy(env.SHELF, {
    get(target, name) {
      if (name === 'get') return (id: DurableObjectId) => hesitant(target.get(id))
      const value: unknown = Reflect.get(target, name)
      return typeof value === 'function' ? (value.bind(target) as unknown) : value
    },
  })
}

/** Racks that are told about a drop only after `meanwhile`. */
export function hesitantRacks(meanwhile: () => Promise<unknown>): DurableObjectNamespace<Rack> {
  const hesitant = (rack: DurableObjectStub<Rack>): DurableObjectStub<Rack> =>
    new Proxy(rack, {
      get: (target, name) =>
        name === 'settle'
          ? async (...all: Parameters<Rack['settle']>) => {
              await meanwhile()
              return target.settle(...all)
            }
          : (Reflect.get(target, name) as unknown),
    })
  return new Proxy(env.RACK, {
    get(target, name) {
      if (name === 'get') return (id: DurableObjectId) => hesitant(target.get(id))
      const value: unknown = Reflect.get(target, name)
      return typeof value === 'function' ? (value.bind(target) as unknown) : value
    },
  })
}

function deaf(rack: DurableObjectStub<Rack>): DurableObjectStub<Rack> {
  return new Proxy(rack, {
    get: (target, name) =>
      name === 'settle'
        ? () => Promise.reject(new Error('the worker has died'))
        : (Reflect.get(target, name) as unknown),
  })
}
