import { stretch } from '#client/crypto/argon2.ts'
import type { CipherFor } from '#client/crypto/chunks.ts'
import { generateSigningKey } from '#client/crypto/keys.ts'
import { deriveOpener, parseLink } from '#client/link.ts'
import { giveBack } from '#client/memory.ts'
import { openDrop } from '#client/receive.ts'
import { seal } from '#client/send.ts'
import type { ByteSource } from '#client/source.ts'
import type { Bytes } from '#protocol/bytes.ts'

// Sealing and opening as the page and the command do it, up to the network.

/**
 * Seals a file part by part, a few at a time, as an upload does.
 * @param take - gets the parts. @param isSent - whether each part is hashed, too, as for sending. @returns the link
 */
export async function dropSeal(
  source: ByteSource,
  take: (n: number, part: Bytes) => Promise<void>,
  { cipherFor, isSent = false }: { cipherFor?: CipherFor; isSent?: boolean } = {},
): Promise<string> {
  const file = { name: 'file.bin', type: '', modifiedAtMs: 0, source }
  const sender = await generateSigningKey()
  const options = { origin: 'https://drop.example', sender, ttlSeconds: 300, reads: 1, passphrase: '', stretch, now: 0 }
  const sealed = await seal({ text: '', files: [file] }, { ...options, cipherFor })
  let next = 0
  const fly = async (): Promise<void> => {
    for (let n = next++; n < sealed.parts; n = next++) {
      const part = await sealed.sealPart(n)
      if (isSent) await sealed.digestPart(n, part)
      await take(n, part)
      // As an upload does with a part that has arrived.
      giveBack(part)
    }
  }
  await Promise.all(Array.from({ length: 3 }, fly))
  return sealed.link
}

/** Opens the parts of a drop: every byte is verified and given to a sink that keeps nothing. @returns bytes of the files */
export async function dropOpen(
  link: string,
  parts: Parameters<typeof openDrop>[0],
  cipherFor?: CipherFor,
): Promise<number> {
  const parsed = parseLink(link)
  if (parsed === undefined) throw new Error('not a link')
  const opener = await deriveOpener(parsed.secret, '', stretch)
  let bytes = 0
  const sink = {
    file: async () => {},
    write: async (piece: Bytes) => {
      bytes += piece.length
    },
  }
  await openDrop(parts, opener, { sink, cipherFor })
  return bytes
}
