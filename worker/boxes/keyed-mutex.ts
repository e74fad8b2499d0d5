/**
 * Lets what is done about one thing be done one at a time, in the order in which it was asked for. Each waits for those before
 * it and for nothing else, however they end. Only in memory: an object that dies takes with it all that waited in it.
 */
export class KeyedMutex {
  readonly #last = new Map<string, Promise<unknown>>()

  /** @param key - names the thing. */
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
