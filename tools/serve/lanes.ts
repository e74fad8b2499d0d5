import type { IncomingMessage } from 'node:http'

/** A slot that a request holds until it is done. */
export interface LaneSlot {
  leave(): void
  /** @param cut - called when the slot is taken away, because the body arrives too slowly and others wait */
  whenCut(cut: () => void): void
}

/** Limits for large bodies in progress, and for the requests that wait. */
export interface LaneLimits {
  /** Large bodies that arrive as fast as the worker reads. */
  readonly atOnce: number
  /** More large bodies, which arrive slowly: each may take up to a whole part of the worker's memory. */
  readonly slow: number
  /** Requests that may wait for a slot; nothing of their bodies is read in the meantime. */
  readonly waiting: number
  /** The longest wait, in milliseconds. */
  readonly patienceMs: number
}

interface Holder {
  readonly asked: IncomingMessage
  /** Bytes that its connection had received at the last check. */
  seen: number
  isSlow: boolean
  cut: () => void
}

/**
 * Lets small requests pass at once, and limits the number of large bodies, which the worker holds in memory. Slow senders do not
 * hold up fast ones; when there are too many slow ones, the slowest is cut off.
 */
export class Lanes {
  readonly #limits: LaneLimits
  readonly #holders = new Set<Holder>()
  readonly #queue: (() => void)[] = []
  readonly #clock: NodeJS.Timeout

  constructor(limits: LaneLimits = LANES) {
    this.#limits = limits
    this.#clock = setInterval(() => this.judge(), JUDGED_MS).unref()
  }

  /**
   * Waits for a slot.
   * @param size - bytes of the body
   * @returns `full` if none becomes free in time, `gone` if the client has closed the connection
   */
  async enter(asked: IncomingMessage, size: number): Promise<LaneSlot | 'full' | 'gone'> {
    if (size <= SMALL_BYTES) return FREE
    if (!this.#isFull()) return this.#hold(asked)
    if (this.#queue.length >= this.#limits.waiting) return 'full'
    return new Promise((entered) => {
      const done = (end: LaneSlot | 'full' | 'gone'): void => {
        clearTimeout(late)
        asked.off('close', hangUp)
        const at = this.#queue.indexOf(turn)
        if (at >= 0) this.#queue.splice(at, 1)
        entered(end)
      }
      const turn = (): void => done(this.#hold(asked))
      const hangUp = (): void => done('gone')
      const late = setTimeout(() => done('full'), this.#limits.patienceMs)
      asked.once('close', hangUp)
      this.#queue.push(turn)
    })
  }

  /** Moves slow senders to their own slots. Called by a timer. */
  judge(): void {
    const came = new Map([...this.#holders].map((holder) => [holder, holder.asked.socket.bytesRead - holder.seen]))
    for (const [holder, bytes] of came) {
      // A sender is not slow if the worker does not read faster.
      if (!holder.asked.isPaused() && !holder.asked.complete) holder.isSlow ||= bytes < LEAST_BYTES
      holder.seen += bytes
    }
    const slow = [...came].filter(([{ isSlow }]) => isSlow).toSorted(([, a], [, b]) => a - b)
    for (const [holder] of slow.slice(0, Math.max(0, slow.length - this.#limits.slow))) {
      this.#holders.delete(holder)
      holder.cut()
    }
    this.#next()
  }

  close(): void {
    clearInterval(this.#clock)
  }

  #isFull(): boolean {
    return [...this.#holders].filter(({ isSlow }) => !isSlow).length >= this.#limits.atOnce
  }

  #hold(asked: IncomingMessage): LaneSlot {
    const holder: Holder = { asked, seen: asked.socket.bytesRead, isSlow: false, cut: () => undefined }
    this.#holders.add(holder)
    return {
      leave: () => {
        this.#holders.delete(holder)
        this.#next()
      },
      whenCut: (cut) => {
        holder.cut = cut
      },
    }
  }

  #next(): void {
    while (!this.#isFull()) {
      const turn = this.#queue[0]
      if (turn === undefined) return
      turn()
    }
  }
}

const FREE: LaneSlot = { leave: () => undefined, whenCut: () => undefined }

/** The largest body that passes at once. */
const SMALL_BYTES = 65_536

/** 8 and 32 parts of 8 MiB: with the runtime's copies, some hundred MiB at most. */
const LANES: LaneLimits = { atOnce: 8, slow: 32, waiting: 64, patienceMs: 5_000 }

const JUDGED_MS = 2_000

/** A sender of fewer bytes between two checks, 64 KiB a second, is slow. */
const LEAST_BYTES = 131_072
