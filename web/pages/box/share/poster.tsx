import type { VNode } from 'preact'
import { Qr } from '../../../kit/qr.tsx'
import { Name, verbatim } from '../../../kit/verbatim.tsx'
import { addressGroups, poster as words, share } from '../../../copy/share.ts'

/** One page for a wall. It is seen on paper only, and then nothing else of the page is. */
export function Poster({ address, link, name }: { address: string; link: string; name: string }): VNode {
  return (
    <section class="poster">
      <p class="poster-lead">{words.lead}</p>
      <p class="poster-name">
        <Name>{name}</Name>
      </p>
      <Qr text={link} title={share.qr(name)} />
      <p>{words.scan}</p>
      <p {...verbatim('poster-link mono')}>{link.slice(0, link.indexOf('#') + 1)}</p>
      <p {...verbatim('poster-address mono')} aria-label={words.address}>
        {addressGroups(address).map((group, index) => (
          <span key={index}>{group} </span>
        ))}
      </p>
      <ol>
        {words.steps.map((step) => (
          <li key={step}>{step}</li>
        ))}
      </ol>
    </section>
  )
}
