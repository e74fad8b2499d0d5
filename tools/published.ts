import { bundleInline, fillPage, type Inline } from './inline.ts'

/** The page at `PUBLISHED_PATH`, and the hashes that its headers must name. */
export interface PublishedPage {
  readonly html: string
  readonly inline: Inline
}

/**
 * Bundles the page that compares an address with the one that a web site publishes. It loads nothing: without an origin of its own,
 * it could not. docs/decisions/0022.
 */
export async function makePublished(): Promise<PublishedPage> {
  const inline = await bundleInline(FOLDER, [])
  return { html: fillPage(FOLDER, inline, {}), inline }
}

const FOLDER = 'web/published'
