// The page's policy lets nobody start a worker, so it puts this page of ours into a hidden frame. All that happens here is
// that a worker is started and gets the port on which the page speaks to it.
import type { WorkerKind } from './worker-host.ts'

const addresses = document.querySelector<HTMLScriptElement>('script[data-stretch]')?.dataset

addEventListener('message', ({ source, origin, data, ports: [port, rope] }: MessageEvent<unknown>) => {
  if (source !== parent || origin !== location.origin || !isWork(data) || port === undefined) return
  const lost = (): void => rope?.postMessage({ absent: true }, [])
  try {
    const address = addresses?.[data]
    if (address === undefined) throw new TypeError('no address')
    const worker = new Worker(address, { type: 'module' })
    worker.onerror = lost
    worker.postMessage(data, [port])
  } catch {
    lost()
  }
})

function isWork(value: unknown): value is WorkerKind {
  return value === 'stretch' || value === 'chunks'
}
