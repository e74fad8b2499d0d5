import type { Bytes } from '#protocol/bytes.ts'

/** A stream of bytes, in pieces of whatever length, to be taken apart at places of one's own. It keeps one piece. */
export class ByteReader {
  readonly #pieces: AsyncIterator<Bytes>
  #piece: Bytes = new Uint8Array(0)
  #position = 0

  constructor(pieces: AsyncIterable<Bytes>) {
    this.#pieces = pieces[Symbol.asyncIterator]()
  }

  /** Bytes that have been taken. */
  get position(): number {
    return this.#position
  }

  /** Passes on the next bytes as they come, and waits for each piece to be dealt with. @throws RangeError if there are fewer */
  async pass(bytes: number, to: (piece: Bytes) => void | Promise<void>): Promise<void> {
    const end = this.#position + bytes
    while (this.#position < end) {
      if (!(await this.#fill())) throw new RangeError('fewer bytes than were said')
      const piece = this.#piece.subarray(0, end - this.#position)
      this.#piece = this.#piece.subarray(piece.length)
      this.#position += piece.length
      await to(piece)
    }
  }

  /** The next bytes, in memory: the caller has looked at how many. @throws RangeError if there are fewer */
  async take(bytes: number): Promise<Bytes> {
    const taken = new Uint8Array(bytes)
    const start = this.#position
    await this.pass(bytes, (piece) => taken.set(piece, this.#position - piece.length - start))
    return taken
  }

  /** Whether there are no more bytes. */
  async isAtEnd(): Promise<boolean> {
    return !(await this.#fill())
  }

  /** Tells the source that nobody takes any more. */
  async close(): Promise<void> {
    await this.#pieces.return?.()
  }

  /** Whether there is a piece with a byte in it. */
  async #fill(): Promise<boolean> {
    while (this.#piece.length === 0) {
      const { done, value } = await this.#pieces.next()
      if (done === true) return false
      this.#piece = value
    }
    return true
  }
}
