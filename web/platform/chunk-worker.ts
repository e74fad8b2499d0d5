import { nobleAead } from '#client/crypto/aead.ts'
import { chunkCipher } from '#client/crypto/chunks.ts'
import type { SliceReply, SliceRequest } from './worker-pool.ts'

// Only a page without a native cipher asks, so that none is looked for here.
addEventListener('message', ({ ports: [port] }: MessageEvent<unknown>) => {
  if (port === undefined) return
  const reply = (message: SliceReply, transfer: Transferable[] = []): void => port.postMessage(message, transfer)
  port.onmessage = async ({ data: { act, payloadKey, run, first, isEnd } }: MessageEvent<SliceRequest>) => {
    try {
      const done = await chunkCipher(nobleAead(payloadKey))[act](run, first, isEnd)
      reply({ run: done }, [done.buffer])
    } catch {
      reply({ failed: true })
    }
  }
  reply({ ready: true })
})
