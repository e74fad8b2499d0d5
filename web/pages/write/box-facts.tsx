import type { VNode } from 'preact'
import type { WriteTarget } from '#client/box/address-link.ts'
import { lifeOfCard } from '#protocol/epoch.ts'
import type { Limits } from '../../send/send-state.ts'
import * as format from '../../copy/format.ts'
import { write as words } from '../../copy/write.ts'
import type { FoundBox } from '../../send/to-box.ts'
import { Name, verbatim } from '../../kit/verbatim.tsx'

/** The facts for a sender before anything is sealed: the owner of the address, the readers, and the expiry of both. */
export function BoxFacts(props: {
  readonly target: WriteTarget
  readonly box: FoundBox
  readonly limits: Limits | undefined
}): VNode {
  const { box, limits, target } = props
  const { readers, epoch } = box.card
  return (
    <section aria-labelledby="box-facts">
      <h2 id="box-facts">{words.facts}</h2>
      {target.invitation !== undefined && <p class="hint under">{words.invited}</p>}
      <dl class="facts">
        <div>
          <dt>{words.address}</dt>
          <dd>
            <span {...verbatim('mono address')}>{target.address}</span>
            <span class="hint">{words.addressHint}</span>
          </dd>
        </div>
        <div>
          <dt>{words.readers}</dt>
          <dd>
            {words.readersCount(readers.length)}
            <ul class="causes readers">
              {readers.map(({ key, name }) => (
                <li key={key}>
                  <Name>{name}</Name>
                </li>
              ))}
            </ul>
          </dd>
        </div>
        <div>
          <dt>{words.keysUntil}</dt>
          <dd>{format.moment(lifeOfCard(epoch).notAfter * 1_000)}</dd>
        </div>
        {limits !== undefined && (
          <div>
            <dt>{words.largest}</dt>
            <dd>{words.largestHint(format.atMost(limits.room))}</dd>
          </div>
        )}
      </dl>
    </section>
  )
}
