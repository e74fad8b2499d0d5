import type { Bytes } from '#protocol/bytes.ts'
import { giveBack } from './memory.ts'

/** For a reader who is done with each piece when it asks for the next: its memory is given back then. */
export async function* spent(pieces: AsyncGenerator<Bytes>): AsyncGenerator<Bytes> {
  for await (const piece of pieces) {
    yield piece
    giveBack(piece)
  }
}

/** Has the next one made while the last one is worked on. */
export async function* prefetch<T>(source: AsyncGenerator<T>): AsyncGenerator<T> {
  let next = source.next()
  try {
    for (;;) {
      const { done, value } = await next
      if (done === true) return
      next = source.next()
      // It is looked at in a moment; until then nobody need be told that it failed.
      next.catch(() => {})
      yield value
    }
  } finally {
    // Not waited for: what was to come next may be on its way over a line that is dead.
    source.return(undefined).catch(() => {})
  }
}
