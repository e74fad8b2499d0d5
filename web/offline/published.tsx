import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import { fetchTransport } from '#client/transport.ts'
import type { BoxAddress } from '#protocol/address.ts'
import { Button } from '../kit/button.tsx'
import { Check } from '../published/check.tsx'
import { published as words } from '../copy/published.ts'
import { write } from '../copy/write.ts'

/**
 * In place of the link to a page of the server: a page from disk may ask any site itself, and a person who opened it would rather
 * not be given
 * the answer by a server. docs/decisions/0022.
 */
export function Published({ address }: { address: BoxAddress }): VNode {
  const [isOpen, setOpen] = useState(false)
  return (
    <section class="published">
      <Button kind="small" isOpen={isOpen} onPress={() => setOpen(!isOpen)}>
        {write.published}
      </Button>
      {isOpen && (
        <>
          <p class="hint">{words.lede}</p>
          <Check address={address} traces={[words.trace]} transport={fetchTransport} />
        </>
      )}
    </section>
  )
}
