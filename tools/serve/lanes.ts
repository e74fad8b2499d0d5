import type { IncomingMessage } from 'node:http'

/** A place that a request holds until it leaves. */
export interface Place {
  leave(): void
  /** @param cut - called when the place is taken away: the body comes too slowly, and others wait. */
  whenCut(cut: () => void): void
}

/** How many large bodies may be on their way at once, and how the others wait. */
export interface LaneLimits {
  /** Large bodies that come as fast as they are taken. */
  readonly atOnce: number
  /** Large bodies that come slowly, besides: each may hold up to a whole part in the worker's memory. */
  readonly slow: number
  /** Requests that may wait for a place; nothing of their bodies is read meanwhile. */
  readonly waiting: number
  /** How long one waits at most, in milliseconds. */
  readonly patienceMs: number
}

interface Holder {
  readonly asked: IncomingMessage
  /** What its connection had received when it was last looked at, in bytes. */
  seen: number
  isSlow: boolean
  cut: () => void
}

/**
 * Lets small requests pass at once, and large bodies only so many at a time: the worker holds each of them in memory. Whoever
 * sends slowly holds up nobody who sends fast; of those who send slowly the slowest is cut when there are too many.
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
   * Waits for a place.
   * @param size - bytes of the body.
   * @returns `full` when there is none in time, `gone` when whoever asked has hung up.
   */
  async enter(asked: IncomingMessage, size: number): Promise<Place | 'full' | 'gone'> {
    if (size <= SMALL_BYTES) return FREE
    if (!this.#isFull()) return this.#hold(asked)
    if (this.#queue.length >= this.#limits.waiting) return 'full'
    return new Promise((entered) => {
      const done = (end: Place | 'full' | 'gone'): void => {
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

  /** Moves who sends slowly out of the way of the others. Called by the clock. */
  judge(): void {
    const came = new Map([...this.#holders].map((holder) => [holder, holder.asked.socket.bytesRead - holder.seen]))
    for (const [holder, bytes] of came) {
      // What the worker does not take faster is not the sender's fault.
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

  #hold(asked: IncomingMessage): Place {
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

const FREE: Place = { leave: () => undefined, whenCut: () => undefined }

/** What is no larger passes at once. */
const SMALL_BYTES = 65_536

/** 8 and 32 parts of 8 MiB: with the copies that the runtime makes, some hundred MiB at most. */
const LANES: LaneLimits = { atOnce: 8, slow: 32, waiting: 64, patienceMs: 5_000 }

const JUDGED_MS = 2_000

/** Who sends less than that between two looks, 64 KiB a second, sends slowly. */
const LEAST_BYTES = 131_072
