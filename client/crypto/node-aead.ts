import type { Bytes } from '#protocol/bytes.ts'
import type { Aead } from './aead.ts'

/**
 * Node's own cipher: on one thread nearly as fast as its WebCrypto is on two, so that hashing and reading have the other.
 * @returns `undefined` where there is none, found out by trying
 */
export function nodeAead(key: Bytes): Aead | undefined {
  const { createCipheriv, createDecipheriv } = nodeCrypto() ?? {}
  if (createCipheriv === undefined || createDecipheriv === undefined) return undefined
  let chunks = 0
  // Between chunks whatever else is ready gets its turn: the next part is being read meanwhile.
  const takeTurns = async (): Promise<void> => {
    if (++chunks % RUN === 0) await new Promise<void>(nextTurn)
  }
  try {
    createCipheriv(NAME, key, new Uint8Array(12), OPTIONS)
  } catch {
    return undefined
  }
  return {
    async seal(nonce, plaintext) {
      await takeTurns()
      const cipher = createCipheriv(NAME, key, nonce, OPTIONS)
      const box = new Uint8Array(plaintext.length + OPTIONS.authTagLength)
      box.set(cipher.update(plaintext))
      cipher.final()
      box.set(cipher.getAuthTag(), plaintext.length)
      return box
    },
    async open(nonce, box) {
      await takeTurns()
      const end = box.length - OPTIONS.authTagLength
      if (end < 0) throw new RangeError('shorter than a tag')
      const decipher = createDecipheriv(NAME, key, nonce, OPTIONS)
      decipher.setAuthTag(box.subarray(end))
      const plaintext = new Uint8Array(decipher.update(box.subarray(0, end)))
      // Throws unless the box is genuine; until then nobody has seen what is in it.
      decipher.final()
      return plaintext
    },
  }
}

/** The next turn of the event loop. A timer would wait for a millisecond, which is longer than a run takes. */
function nextTurn(resolve: () => void): void {
  const { setImmediate = setTimeout }: { setImmediate?: (run: () => void) => unknown } = globalThis as object
  setImmediate(resolve)
}

/** As much of `node:crypto` as is used. https://nodejs.org/api/crypto.html */
interface NodeCrypto {
  readonly createCipheriv: (name: string, key: Bytes, nonce: Bytes, options: typeof OPTIONS) => Cipher
  readonly createDecipheriv: (name: string, key: Bytes, nonce: Bytes, options: typeof OPTIONS) => Decipher
}

interface Cipher {
  update(bytes: Bytes): Uint8Array
  final(): Uint8Array
  getAuthTag(): Uint8Array
}

interface Decipher {
  update(bytes: Bytes): Uint8Array
  final(): Uint8Array
  setAuthTag(tag: Bytes): unknown
}

/** Asked for at run time: no bundle for a browser can hold it, and no other runtime has it. */
function nodeCrypto(): NodeCrypto | undefined {
  const { process }: { process?: { getBuiltinModule?: (name: string) => unknown } } = globalThis as object
  return process?.getBuiltinModule?.('node:crypto') as NodeCrypto | undefined
}

/** RFC 8439 §2.8, by OpenSSL's name. */
const NAME = 'chacha20-poly1305'
const OPTIONS = { authTagLength: 16 } as const

/** Chunks sealed or opened in one go. */
const RUN = 16
