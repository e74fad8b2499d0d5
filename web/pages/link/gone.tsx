import type { VNode } from 'preact'
import { Notice } from '../../kit/notice.tsx'
import { Title } from '../../kit/title.tsx'
import type { Proof } from '../../read/link-reading.ts'
import type { Main } from './state.ts'
import * as format from '../../copy/format.ts'
import { gone as words } from '../../copy/reading.ts'
import type { ViewProps } from './props.ts'

/** Nothing to open: the same words whatever the cause, and what can be proved of it. */
export function Gone({ main }: ViewProps & { main: Extract<Main, { at: 'gone' }> }): VNode {
  const { cause, proofs } = main
  const isClaimed = cause === 'claimed'
  return (
    <>
      <Title text={isClaimed ? words.claimedTitle : words.title} />
      <p class="lede">{isClaimed ? words.claimedLede : words.lede}</p>
      {!isClaimed && (
        <ul class="causes">
          {words.causes.map((text) => (
            <li key={text}>{text}</li>
          ))}
        </ul>
      )}
      {proofs.length > 0 && (
        <Notice kind="warn">
          <h2>{words.proofTitle}</h2>
          {proofs.map((proof) => (
            <p key={proof}>{sentence(proof)}</p>
          ))}
          {proofs.some(({ isMine }) => !isMine) && (
            <p>
              {words.signature} {words.notYou}
            </p>
          )}
        </Notice>
      )}
      <p>{isClaimed ? words.claimedAdvice : words.advice}</p>
      <p>
        <a href="/">{words.leave}</a>
      </p>
    </>
  )
}

function sentence({ atMs, isMine, isOpened }: Proof): string {
  const when = format.moment(atMs)
  if (isMine) return isOpened ? words.proofMine(when) : words.proofMineClaimed(when)
  return isOpened ? words.proofOpened(when) : words.proofClaimed(when)
}
