import { stretch } from '#client/crypto/argon2.ts'
import type { StretchReply, StretchRequest } from './kdf.ts'

addEventListener('message', ({ ports: [port] }: MessageEvent<unknown>) => {
  if (port === undefined) return
  const reply = (message: StretchReply): void => port.postMessage(message)
  port.onmessage = async ({ data: { passphrase, salt } }: MessageEvent<StretchRequest>) => {
    let percent = 0
    reply({ done: 0 })
    try {
      const key = await stretch(passphrase, salt, (done) => {
        if (Math.floor(done * 100) === percent) return
        percent = Math.floor(done * 100)
        reply({ done })
      })
      reply({ key })
    } catch {
      reply({ failed: true })
    }
  }
})
