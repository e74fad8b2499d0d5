import { afterEach, expect, test, vi } from 'vitest'
import type { Stretch } from '#client/crypto/argon2.ts'
import { makeStretch, type StretchReply } from '../../web/platform/kdf.ts'
import { openWorkerHost, type WorkerHost } from '../../web/platform/worker-host.ts'

const HERE = new Uint8Array(32).fill(1)
const THERE = new Uint8Array(32).fill(2)
const salt = new Uint8Array(16)
const here: Stretch = async () => HERE

afterEach(() => void vi.useRealTimers())

/** A workshop whose worker answers so. */
function workshopOf(replies: readonly StretchReply[]): () => WorkerHost {
  return () => ({
    open: async () => {
      const { port1, port2 } = new MessageChannel()
      port2.onmessage = () => replies.forEach((reply) => port2.postMessage(reply))
      return port1
    },
    close: () => {},
  })
}

test('a worker that can be had does the work, and tells how far it is', async () => {
  const done: number[] = []
  const stretch = makeStretch(workshopOf([{ done: 0 }, { done: 0.5 }, { key: THERE }]), here)
  expect(await stretch(new Uint8Array(1), salt, (part) => done.push(part))).toEqual(THERE)
  expect(done).toEqual([0, 0.5])
})

test.for<readonly StretchReply[]>([[], [{ absent: true }]])(
  'where no worker can be had the page does it: %o',
  async (replies) => {
    expect(await makeStretch(workshopOf(replies), here, 100)(new Uint8Array(1), salt)).toEqual(HERE)
  },
)

test.for<readonly StretchReply[]>([[{ failed: true }], [{ done: 0 }, { failed: true }], [{ done: 0.5 }]])(
  'what fails inside the worker is a failure, and is not tried again with the page: %o',
  async (replies) => {
    // However late a reply comes on a busy machine, it is no silence.
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    let isTried = false
    const notHere: Stretch = async () => {
      isTried = true
      return HERE
    }
    const heard = (): void => {
      if (replies.length === 1) vi.advanceTimersByTime(300)
    }
    const stretched = makeStretch(workshopOf(replies), notHere, 100)(new Uint8Array(1), salt, heard)
    await expect(stretched).rejects.toThrow('worker')
    expect(isTried).toBe(false)
  },
)

test('a frame that never loads is taken away again', async () => {
  const hang = (): WorkerHost => {
    const workshop = openWorkerHost('about:blank', 100)
    return {
      ...workshop,
      open: (work) => {
        const opened = workshop.open(work)
        // Put there by `open`, and kept from ever saying that it has loaded.
        const frame = document.querySelector<HTMLIFrameElement>('iframe[hidden]')
        if (frame !== null) frame.onload = null
        return opened
      },
    }
  }
  const stretch = makeStretch(hang, here, 100)
  expect(await stretch(new Uint8Array(1), salt)).toEqual(HERE)
  expect(document.querySelectorAll('iframe')).toHaveLength(0)
})
