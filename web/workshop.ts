// The page's policy lets nobody start a worker, so it puts this page of ours into a hidden frame. All that happens here is
// that a worker is started and gets the port on which the page speaks to it.
const address = document.querySelector<HTMLScriptElement>('script[data-kdf-worker]')?.dataset['kdfWorker']

addEventListener('message', ({ source, origin, data, ports: [port] }: MessageEvent<unknown>) => {
  if (source !== parent || origin !== location.origin || data !== 'stretch' || port === undefined) return
  try {
    if (address === undefined) throw new TypeError('no address')
    new Worker(address, { type: 'module' }).postMessage('stretch', [port])
  } catch {
    port.postMessage({ absent: true })
  }
})

export {}
