import type { Bytes } from '#protocol/bytes.ts'

/** The parameters of Argon2id: memory in KiB, passes, lanes, bytes of tag. RFC 9106 §3.1. */
export interface Argon2Cost {
  readonly m: number
  readonly t: number
  readonly p: number
  readonly dkLen: number
}

/**
 * Node's own Argon2id: five times as fast as JavaScript, and beside the main thread.
 * @returns `undefined` where there is none: another runtime, an older Node, or an OpenSSL without it
 */
export async function nodeArgon2id(passphrase: Bytes, salt: Bytes, cost: Argon2Cost): Promise<Bytes | undefined> {
  const { argon2 } = nodeCrypto() ?? {}
  if (argon2 === undefined) return undefined
  const { m: memory, t: passes, p: parallelism, dkLen: tagLength } = cost
  const parameters = { message: passphrase, nonce: salt, memory, passes, parallelism, tagLength }
  return new Promise((resolve) => {
    try {
      argon2('argon2id', parameters, (error, tag) => resolve(error == null ? new Uint8Array(tag) : undefined))
    } catch {
      resolve(undefined)
    }
  })
}

/** As much of `node:crypto` as is used. https://nodejs.org/api/crypto.html */
interface NodeCrypto {
  readonly argon2?: (
    algorithm: 'argon2id',
    parameters: Readonly<Record<string, number | Bytes>>,
    done: (error: Error | null, tag: Uint8Array) => void,
  ) => void
}

/** Asked for at run time: no bundle for a browser can hold it, and no other runtime has it. */
function nodeCrypto(): NodeCrypto | undefined {
  const { process }: { process?: { getBuiltinModule?: (name: string) => unknown } } = globalThis as object
  return process?.getBuiltinModule?.('node:crypto') as NodeCrypto | undefined
}
