import { Unreached, type Answer, type Transport } from '#client/transport.ts'

/** By XMLHttpRequest: the only way in which a browser says how much of a body has gone out. */
export const xhrTransport: Transport = ({ method, url, fields, body, onSent, onReceived, signal }) =>
  new Promise<Answer>((resolve, reject) => {
    const request = new XMLHttpRequest()
    const stop = (): void => request.abort()
    request.open(method, url)
    // An answer that a page gets as bytes passes through its memory by the hundred megabytes before anything is collected. As a Blob it
    // comes in where the browser keeps those, and is fetched once.
    request.responseType = 'blob'
    for (const [name, value] of Object.entries(fields)) request.setRequestHeader(name, value)
    let isOut = body === undefined
    request.upload.onprogress = ({ loaded, total }) => {
      isOut ||= loaded > 0
      onSent?.(loaded, total)
    }
    request.onprogress = ({ loaded, total }) => onReceived?.(loaded, Math.max(total, loaded))
    request.onload = () => {
      const { response, responseURL, status } = request
      // A browser follows a redirect without asking. The answer of the other address is thrown away.
      if (responseURL !== url) return resolve({ status: REDIRECTED, field: () => null, body: new Uint8Array(0) })
      if (!(response instanceof Blob)) return reject(new TypeError('not an answer'))
      // Over HTTP/1.1 browsers take one that broke off in its head for a whole one without a body. No answer of the server is that.
      if (response.size === 0 && status !== 204 && request.getResponseHeader('Content-Length') === null)
        return reject(new TypeError('no whole answer'))
      response.arrayBuffer().then((bytes) => {
        resolve({ status, field: (name) => request.getResponseHeader(name), body: new Uint8Array(bytes) })
      }, reject)
    }
    request.onerror = () => reject(isOut ? new TypeError('no answer') : new Unreached('nothing went out'))
    request.onabort = request.ontimeout = () => reject(new TypeError('no answer'))
    request.onloadend = () => signal?.removeEventListener('abort', stop)
    if (signal?.aborted === true) return reject(new TypeError('no answer'))
    signal?.addEventListener('abort', stop)
    // A Blob: bytes sent as they are get copied into the page for every try, and lie there until they are collected.
    request.send(body === undefined ? null : new Blob([body]))
  })

/** As `fetch` shows it where it follows none: an answer like no other of the server. */
const REDIRECTED = 307
