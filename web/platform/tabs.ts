import type { BoxAddress } from '#protocol/address.ts'

/** A message of one tab of this browser to the others about a vault. Nothing secret. */
export interface TabMessage {
  readonly box: BoxAddress
  readonly what: 'changed' | 'forgotten'
}

/** The other tabs of this browser. */
export interface Tabs {
  post(message: TabMessage): void
  /** @returns a function that ends it */
  listen(listener: (message: TabMessage) => void): () => void
}

/** Where a browser lets no tab speak to another, each finds out by itself when it looks. */
export function browserTabs(): Tabs {
  let port: BroadcastChannel
  try {
    port = new BroadcastChannel('sealdrop-boxes')
  } catch {
    return { post: () => {}, listen: () => () => {} }
  }
  return {
    post(message) {
      try {
        port.postMessage(message)
      } catch {
        // As above.
      }
    },
    listen(listener) {
      const hear = ({ data }: MessageEvent<TabMessage>): void => listener(data)
      port.addEventListener('message', hear)
      return () => port.removeEventListener('message', hear)
    },
  }
}
