import { onTestFinished, vi } from 'vitest'

/** The faults of a call to the platform. One that makes no promise has no way to reject. */
export const FAULTS = ['is missing', 'throws', 'rejects', 'never answers', 'lies'] as const

export const SYNC_FAULTS = ['is missing', 'throws', 'never answers', 'lies'] as const satisfies readonly PlatformFault[]

export type PlatformFault = (typeof FAULTS)[number]

/** Breaks one method of the platform until the test ends. @param owner - the object that has it, or its prototype */
export function breakCall(owner: object, name: string, fault: PlatformFault): void {
  const before = Object.getOwnPropertyDescriptor(owner, name)
  onTestFinished(() => {
    if (before === undefined) Reflect.deleteProperty(owner, name)
    else Object.defineProperty(owner, name, before)
  })
  if (fault === 'is missing') {
    Reflect.deleteProperty(owner, name)
    // An inherited property shows through.
    if (name in owner) Object.defineProperty(owner, name, { configurable: true, value: undefined })
    return
  }
  Object.defineProperty(owner, name, { configurable: true, writable: true, value: CALLS[fault] })
}

const CALLS = {
  throws: () => {
    throw new DOMException('broken', 'SecurityError')
  },
  rejects: () => Promise.reject(new DOMException('broken', 'UnknownError')),
  'never answers': () => new Promise(() => {}),
  lies: () => Promise.resolve(),
} as const

/** The outcome of work on a platform that may never answer, by timers that do not take their time. */
export async function outcome<T>(fault: PlatformFault, work: () => Promise<T>): Promise<T | Error> {
  const caught = async (): Promise<T | Error> => {
    try {
      return await work()
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error))
    }
  }
  if (fault !== 'never answers' && fault !== 'lies') return caught()
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  try {
    const now = { isDone: false }
    const done = caught().finally(() => (now.isDone = true))
    for (let turn = 1; !now.isDone; turn++) {
      await realTurn()
      // Work that succeeds takes real turns, and is not to look late.
      if (turn % TURNS === 0) await vi.advanceTimersByTimeAsync(2_000)
    }
    return await done
  } finally {
    vi.useRealTimers()
  }
}

function realTurn(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = () => {
      port1.close()
      resolve()
    }
    port2.postMessage(undefined)
  })
}

/** Real turns for each two seconds that are made to pass. */
const TURNS = 200
