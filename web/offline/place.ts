import { parseWriteTarget } from '#client/box/address-link.ts'
import { parseFragment } from '#client/link.ts'
import { findCode } from '#client/pasted.ts'
import { parseUrl } from '#client/platform.ts'
import { ADDRESS_PREFIX, INVITATION_PREFIX, LINK_PREFIX } from '#protocol/misplaced-code.ts'

/** Where a page from disk is: the server that it talks to, and the fragment that a page of that server would have. */
export interface Place {
  /** `https://drop.example`; `undefined` as long as nobody has named one. */
  readonly origin: string | undefined
  /** Without its `#`. */
  readonly fragment: string
}

/** The fragment of the file, with its `#`: the address that the page would have at its server, whole. */
export function formatPlace(origin: string, fragment: string): string {
  return `#${origin}/${fragment === '' ? '' : `#${fragment}`}`
}

/** @param hash - with its `#`, or empty. Links inside the page name a fragment alone. */
export function parsePlace(hash: string): Place {
  const text = hash.replace(/^#/, '')
  return parseAddress(text) ?? { origin: undefined, fragment: text }
}

/** Whether a fragment names a page, and is no link: only such a one may stand in an address. */
export function isPage(fragment: string): boolean {
  return PAGES.has(fragment)
}

/** Reads a typed server, with or without `https://`, or a link that leads to one. `undefined` for anything else. */
export function parseTyped(text: string): (Place & { readonly origin: string }) | undefined {
  const { origin, spelling } = findCode(text, PREFIXES, (code) => parseFragment(code) ?? parseWriteTarget(code)) ?? {}
  if (origin !== undefined) return parseAddress(`${origin}/#${spelling}`)
  const trimmed = text.trim()
  if (/^https?:/i.test(trimmed)) return parseAddress(trimmed)
  // Without a dot it would be half a link, rather than the name of a server.
  if (!/^(?:localhost|[\w-]+(?:\.[\w-]+)+)(?::\d+)?(?:\/|$)/i.test(trimmed)) return undefined
  return parseAddress(`${/^localhost\b/i.test(trimmed) ? 'http' : 'https'}://${trimmed}`)
}

/** Of a server only the first page has an address. Plain http is for this machine alone, as the policy of the page has it. */
function parseAddress(text: string): (Place & { readonly origin: string }) | undefined {
  const url = /^https?:\/\//i.test(text) ? parseUrl(text) : undefined
  if (url === undefined || url.pathname !== '/' || url.search !== '' || url.username !== '' || url.password !== '')
    return undefined
  if (url.protocol !== 'https:' && url.hostname !== 'localhost') return undefined
  return { origin: url.origin, fragment: url.hash.slice(1) }
}

const PAGES: ReadonlySet<string> = new Set(['', 'how', 'sent', 'boxes', 'return'])

const PREFIXES = [LINK_PREFIX, ADDRESS_PREFIX, INVITATION_PREFIX]
