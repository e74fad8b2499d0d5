/**
 * A state with one owner, and the work that may change it. Work is done by tasks, one at a time: as soon as the next one begins,
 * or this one is
 * ended, it cannot change anything any more, whatever comes in for it and however late.
 */
export class Flow<State> {
  readonly #onChange: (state: State) => void
  #state: State
  #running = new AbortController()

  /** @param onChange - told of every new state, at once */
  constructor(state: State, onChange: (state: State) => void = () => {}) {
    this.#state = state
    this.#onChange = onChange
  }

  get state(): State {
    return this.#state
  }

  /** A press, or anything else that takes no time. The task under way goes on. */
  change(by: (state: State) => State): void {
    const next = by(this.#state)
    if (next === this.#state) return
    this.#state = next
    this.#onChange(next)
  }

  /**
   * Begins a task in place of the one under way.
   * @returns once it is done, or superseded @throws any error of the work, unless it has been superseded
   */
  async begin(work: (task: Task<State>) => Promise<void>): Promise<void> {
    this.end()
    const { signal } = (this.#running = new AbortController())
    const task: Task<State> = {
      signal,
      change: (by) => {
        if (!signal.aborted) this.change(by)
      },
      // A request that nobody waits for any more may never end.
      of: (answer) =>
        new Promise((resolve, reject) => {
          const end = (): void => reject(signal.reason)
          signal.addEventListener('abort', end)
          if (signal.aborted) end()
          answer.then(resolve, reject).finally(() => signal.removeEventListener('abort', end))
        }),
    }
    try {
      await work(task)
    } catch (error) {
      if (!signal.aborted) throw error
    }
  }

  /** Ends the task under way. */
  end(): void {
    this.#running.abort()
  }
}

/** Work on the state of a flow. Being done does not end it: its results may still be saved, until it is superseded. */
export interface Task<State> {
  /** Aborted when the task has been superseded or ended. */
  readonly signal: AbortSignal
  /** Changes the state, unless the task is over. */
  readonly change: (by: (state: State) => State) => void
  /** Waits for an answer. Rejects once the task is over, so that nothing of its work runs after that. */
  readonly of: <T>(answer: Promise<T>) => Promise<T>
}
