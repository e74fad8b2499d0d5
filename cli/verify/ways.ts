import { WORKSHOP_PATH } from '#protocol/security-headers.ts'
import type { ServedFile } from './manifest.ts'

/**
 * For what a browser asks for something, and from where. It says so in `Sec-Fetch-Dest` and `Sec-Fetch-Site`, and a server may
 * answer each of them otherwise.
 */
export type Way = 'document' | 'link' | 'inside' | 'frame' | 'script' | 'worker' | 'style' | 'image'

/**
 * The ways in which browsers come to ask for a file of the client. All are taken: a server that deceives visitors in only one
 * of them is seen too.
 */
export function waysTo({ headers, path }: ServedFile): readonly Way[] {
  if (path === WORKSHOP_PATH) return ['document', 'frame']
  switch ((headers['Content-Type'] ?? '').replace(/;.*/, '').trim()) {
    case 'text/javascript':
      return ['script', 'worker']
    case 'text/css':
      return ['style']
    case 'image/svg+xml':
      return ['image']
    default:
      return ['document', 'link', 'inside']
  }
}
