/** The first letters of a link, before the `1`. docs/protocol.md §2.1. */
export const LINK_PREFIX = 'sdlink'
/** Those of the address of a box. docs/protocol.md §13.1. */
export const ADDRESS_PREFIX = 'sdbox'
/** Those of an invitation: short, so that it fits the 90 characters that BIP 350 is made for. docs/protocol.md §13.8. */
export const INVITATION_PREFIX = 'sdin'

/** The code of a link, or one that leads to a box. */
export type CodeKind = 'link' | 'address'

/** The pages about a code that was in a path or a query, which browsers send. docs/protocol.md §10. */
export const MISPLACED_PAGES: Readonly<Record<CodeKind, string>> = {
  link: '/broken-link',
  address: '/broken-address',
}

/**
 * The kind of code that seems to be in a part of an address, however it was encoded on its way. Whether it is complete is not
 * checked.
 * @returns `undefined` if there is none; `link` if there are both
 */
export function codeKindIn(text: string): CodeKind | undefined {
  let reading = visible(text)
  for (let depth = 0; depth <= MAX_DEPTH; depth++) {
    if (LINK.test(reading)) return 'link'
    if (ADDRESS.test(reading)) return 'address'
    reading = visible(decodeEscapes(reading))
  }
  return undefined
}

/** A text without invisible characters, raw or as HTML writes them. */
function visible(text: string): string {
  return text.normalize('NFKC').replaceAll(/[^!-~]|<wbr[^<>]*>|&(?:shy|zerowidthspace|#\w+);/gi, '')
}

/** A text without one layer of percent-encoding (RFC 3986 §2.1): all of it if it is valid, or else its ASCII. */
export function decodeEscapes(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text.replaceAll(/%([0-7][0-9a-f])/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  }
}

const LINK = new RegExp(`${LINK_PREFIX}1`, 'i')
const ADDRESS = new RegExp(`(?:${ADDRESS_PREFIX}|${INVITATION_PREFIX})1`, 'i')

/** Addresses that may be nested, each encoded once more. */
const MAX_DEPTH = 4
