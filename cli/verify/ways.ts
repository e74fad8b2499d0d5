import { WORKSHOP_PATH } from '#protocol/security-headers.ts'
import type { ServedFile } from './manifest.ts'

/** For what a browser asks for something. It says so in `Sec-Fetch-Dest`, and a server may answer each of them otherwise. */
export type Way = 'document' | 'link' | 'frame' | 'script' | 'worker' | 'style' | 'image'

/**
 * The ways in which browsers come to ask for a file of the client. All are taken: a server that deceives only who comes in one of
 * them is seen too.
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
    case 'text/html':
      return ['document', 'link']
    default:
      return ['document']
  }
}

/** The fields of Firefox, in its order, after its Host. */
export function fieldsOf(way: Way): Record<string, string> {
  const { accept, dest, isAsked, mode, site } = WAYS[way]
  return {
    'User-Agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
    Accept: accept,
    'Accept-Language': 'en-US,en;q=0.5',
    'Accept-Encoding': 'gzip, deflate, br',
    Connection: 'keep-alive',
    ...(mode === 'navigate' ? { 'Upgrade-Insecure-Requests': '1' } : {}),
    'Sec-Fetch-Dest': dest,
    'Sec-Fetch-Mode': mode,
    'Sec-Fetch-Site': site,
    ...(isAsked === true ? { 'Sec-Fetch-User': '?1' } : {}),
  }
}

const PAGE = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8'
const IMAGE = 'image/avif,image/webp,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5'

interface Fields {
  readonly accept: string
  readonly dest: string
  readonly mode: string
  readonly site: string
  /** A person did it. */
  readonly isAsked?: true
}

const WAYS: Readonly<Record<Way, Fields>> = {
  /** Typed into the address bar. */
  document: { accept: PAGE, dest: 'document', mode: 'navigate', site: 'none', isAsked: true },
  /** From another page, such as that of a mailbox. */
  link: { accept: PAGE, dest: 'document', mode: 'navigate', site: 'cross-site', isAsked: true },
  frame: { accept: PAGE, dest: 'iframe', mode: 'navigate', site: 'same-origin' },
  script: { accept: '*/*', dest: 'script', mode: 'cors', site: 'same-origin' },
  worker: { accept: '*/*', dest: 'worker', mode: 'same-origin', site: 'same-origin' },
  style: { accept: 'text/css,*/*;q=0.1', dest: 'style', mode: 'cors', site: 'same-origin' },
  image: { accept: IMAGE, dest: 'image', mode: 'no-cors', site: 'same-origin' },
}
