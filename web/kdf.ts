import { stretch as stretchHere, type Stretch } from '#client/crypto/argon2.ts'
import type { Bytes } from '#protocol/bytes.ts'
import { WORKSHOP_PATH } from '#protocol/security-headers.ts'

/** What the worker is asked, and what it answers. */
export interface StretchRequest {
  readonly passphrase: Bytes
  readonly salt: Bytes
}
export type StretchReply = { readonly done: number } | { readonly key: Bytes } | { readonly failed: true }

/**
 * Stretches a passphrase in a worker, so that the page stays alive meanwhile. The page itself may start none
 * (`trusted-types 'none'`); an empty frame of ours does it. docs/decisions/0002-workshop-frame.md.
 */
export const stretchAside: Stretch = async (passphrase, salt, onProgress) => {
  let workshop: HTMLIFrameElement | undefined
  try {
    workshop = await openWorkshop()
    return await order(workshop, { passphrase, salt }, onProgress)
  } catch {
    // No frame or no worker here: slower for the eye, and the same key.
    return await stretchHere(passphrase, salt, onProgress)
  } finally {
    workshop?.remove()
  }
}

function openWorkshop(): Promise<HTMLIFrameElement> {
  return new Promise((resolve, reject) => {
    const frame = document.createElement('iframe')
    frame.hidden = true
    frame.src = WORKSHOP_PATH
    frame.onload = () => resolve(frame)
    setTimeout(() => reject(new Error('no workshop')), PATIENCE_MS)
    document.body.append(frame)
  })
}

function order(frame: HTMLIFrameElement, request: StretchRequest, onProgress?: (done: number) => void): Promise<Bytes> {
  return new Promise((resolve, reject) => {
    const { port1, port2 } = new MessageChannel()
    let silence = setTimeout(reject, PATIENCE_MS)
    port1.onmessage = ({ data }: MessageEvent<StretchReply>) => {
      clearTimeout(silence)
      if ('key' in data) return resolve(data.key)
      if ('failed' in data) return reject(new Error('no worker'))
      silence = setTimeout(reject, PATIENCE_MS)
      onProgress?.(data.done)
    }
    port1.postMessage(request)
    frame.contentWindow?.postMessage('stretch', location.origin, [port2])
  })
}

/** How long a worker may be silent, in milliseconds: loading it takes less, and it reports every few hundredths of a second. */
const PATIENCE_MS = 10_000
