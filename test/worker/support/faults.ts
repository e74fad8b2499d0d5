import { env } from 'cloudflare:workers'
import type { DropId } from '#protocol/id.ts'
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
  const wrap = (dropId: DropId): Promise<void> =>
    inShelf(dropId, (shelf, { storage }) => {
      Object.assign(shelf, { env: { ...env, KV: kv } })
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
    })
  return { count: () => calls, wire: withBindings({ KV: kv }), wrap, disarm: () => void (isArmed = false) }
}
