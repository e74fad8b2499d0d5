/**
 * A mutex for each key: calls with one key run one at a time, in the order in which they came. Each waits for those before it and
 * for nothing else, however they end. Only in memory: if the object dies, so do all that wait in it.
 */
export class KeyedMutex {
  readonly #last = new Map<string, Promise<unknown>>()

  /** @param key - of the resource. */
  async take<T>(key: string, act: () => Promise<T>): Promise<T> {
    const before = this.#last.get(key)
    const turn = before === undefined ? act() : before.then(act, act)
    this.#last.set(key, turn)
    try {
      return await turn
    } finally {
      if (this.#last.get(key) === turn) this.#last.delete(key)
    }
  }
}
