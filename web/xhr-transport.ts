import type { Answer, Transport } from '#client/transport.ts'

/** By XMLHttpRequest: the only way in which a browser says how much of a body has gone out. */
export const xhrTransport: Transport = ({ method, url, fields, body, onSent, onReceived, signal }) =>
  new Promise<Answer>((resolve, reject) => {
    const request = new XMLHttpRequest()
    const stop = (): void => request.abort()
    request.open(method, url)
    request.responseType = 'arraybuffer'
    for (const [name, value] of Object.entries(fields)) request.setRequestHeader(name, value)
    request.upload.onprogress = ({ loaded, total }) => onSent?.(loaded, total)
    request.onprogress = ({ loaded, total }) => onReceived?.(loaded, Math.max(total, loaded))
    request.onload = () => {
      // The contract has no redirects: whoever answers with one is not the server.
      if (request.responseURL !== url || !(request.response instanceof ArrayBuffer))
        return reject(new TypeError('not an answer'))
      const { status } = request
      resolve({ status, field: (name) => request.getResponseHeader(name), body: new Uint8Array(request.response) })
    }
    request.onerror = request.onabort = request.ontimeout = () => reject(new TypeError('no answer'))
    request.onloadend = () => signal?.removeEventListener('abort', stop)
    if (signal?.aborted === true) return reject(new TypeError('no answer'))
    signal?.addEventListener('abort', stop)
    // A Blob: bytes sent as they are get copied into the page for every try, and lie there until they are collected.
    request.send(body === undefined ? null : new Blob([body]))
  })
