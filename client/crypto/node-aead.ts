import type { Bytes } from '#protocol/bytes.ts'
import type { Aead } from './aead.ts'

/**
 * Node's own cipher: on one thread nearly as fast as its WebCrypto is on two, so that hashing and reading have the other.
 * @returns `undefined` where there is none, found out by trying
 */
export function nodeAead(key: Bytes): Aead | undefined {
  const { createCipheriv, createDecipheriv, createSecretKey } = nodeCrypto() ?? {}
  if (createCipheriv === undefined || createDecipheriv === undefined || createSecretKey === undefined) return undefined
  // Made of bytes for every chunk, it would take a fifth of the time.
  const secret = createSecretKey(key)
  let chunks = 0
  // Between chunks whatever else is ready gets its turn: the next part is being read meanwhile.
  const takeTurns = async (): Promise<void> => {
    if (++chunks % RUN === 0) await new Promise<void>(nextTurn)
  }
  try {
    createCipheriv(NAME, secret, new Uint8Array(12), OPTIONS)
  } catch {
    return undefined
  }
  return {
    // Of several those that wait for their turn would be overtaken by the others, and nobody else get one.
    inFlight: 1,
    async seal(nonce, plaintext, box) {
      await takeTurns()
      const cipher = createCipheriv(NAME, secret, nonce, OPTIONS)
      const sealed = cipher.update(plaintext)
      cipher.final()
      box.set(sealed)
      box.set(cipher.getAuthTag(), plaintext.length)
      free(sealed)
    },
    async open(nonce, box, plaintext) {
      await takeTurns()
      const end = box.length - OPTIONS.authTagLength
      if (end < 0) throw new RangeError('shorter than a tag')
      const decipher = createDecipheriv(NAME, secret, nonce, OPTIONS)
      decipher.setAuthTag(box.subarray(end))
      const opened = decipher.update(box.subarray(0, end))
      // Throws unless the box is genuine; until then nobody has seen what is in it.
      decipher.final()
      plaintext.set(opened)
      free(opened)
    },
  }
}

/**
 * Frees what the cipher has made and nobody else has seen: left to the collector it piles up, and has to be looked for again
 * and again. Node 20 leaves it.
 */
function free({ buffer, length }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && 'transfer' in buffer && buffer.byteLength === length) buffer.transfer(0)
}

/** The next turn of the event loop. A timer would wait for a millisecond, which is longer than a run takes. */
function nextTurn(resolve: () => void): void {
  const { setImmediate = setTimeout }: { setImmediate?: (run: () => void) => unknown } = globalThis as object
  setImmediate(resolve)
}

/** As much of `node:crypto` as is used. https://nodejs.org/api/crypto.html */
interface NodeCrypto {
  readonly createSecretKey: (key: Bytes) => SecretKey
  readonly createCipheriv: (name: string, key: SecretKey, nonce: Bytes, options: typeof OPTIONS) => Cipher
  readonly createDecipheriv: (name: string, key: SecretKey, nonce: Bytes, options: typeof OPTIONS) => Decipher
}

interface SecretKey {
  readonly type: string
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
const RUN = 4
