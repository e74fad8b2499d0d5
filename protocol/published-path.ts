/**
 * The page that compares an address, which is behind the `#`, with the one that a web site publishes.
 * docs/decisions/0022-a-second-domain-is-asked-by-a-page-apart.md.
 */
export const PUBLISHED_PATH = '/published'
