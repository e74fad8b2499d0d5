import type { VNode } from 'preact'
import { verbatim } from './verbatim.tsx'

/** A link with its secret half coloured: what stays between the devices. A click selects all of it. */
export function LinkBox({ link, label, onCopied }: { link: string; label: string; onCopied: () => void }): VNode {
  const hash = link.indexOf('#')
  return (
    <p {...verbatim('link mono')} role="group" aria-label={label} onCopy={onCopied}>
      {link.slice(0, hash)}
      <span class="key">{link.slice(hash)}</span>
    </p>
  )
}
