import type { BoxAddress } from '#protocol/address.ts'

/** What one tab of this browser tells the others about a vault. Nothing secret. */
export interface TabMessage {
  readonly box: BoxAddress
  readonly what: 'changed' | 'forgotten'
}

/** The other tabs of this browser. */
export interface Tabs {
  post(message: TabMessage): void
  /** @returns what ends it */
  listen(listener: (message: TabMessage) => void): () => void
}

export function browserTabs(): Tabs {
  const port = new BroadcastChannel('sealdrop-boxes')
  return {
    post: (message) => port.postMessage(message),
    listen(listener) {
      const hear = ({ data }: MessageEvent<TabMessage>): void => listener(data)
      port.addEventListener('message', hear)
      return () => port.removeEventListener('message', hear)
    },
  }
}
