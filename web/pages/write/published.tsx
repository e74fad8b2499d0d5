import type { VNode } from 'preact'
import { PUBLISHED_PATH } from '#protocol/security-headers.ts'
import type { BoxAddress } from '#protocol/address.ts'
import { write as words } from '../../copy/write.ts'

/**
 * The way to the page that compares an address with what its owner publishes on a site of its own. This page itself asks no other
 * server: docs/decisions/0022-a-second-domain-is-asked-by-a-page-apart.md.
 */
export function Published({ address }: { address: BoxAddress }): VNode {
  return (
    <section class="published">
      <a href={`${PUBLISHED_PATH}#${address}`} target="_blank" rel="noopener noreferrer">
        {words.published}
      </a>
      <p class="hint">{words.publishedHint}</p>
    </section>
  )
}
