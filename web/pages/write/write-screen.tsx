import type { VNode } from 'preact'
import { isEmpty } from '../../send/draft.ts'
import { Button } from '../../kit/button.tsx'
import { Notice } from '../../kit/notice.tsx'
import { Title } from '../../kit/title.tsx'
import { Interrupted } from '../../send/interrupted.tsx'
import { Sending } from '../../send/sending.tsx'
import * as format from '../../copy/format.ts'
import { page } from '../../copy/page.ts'
import { lookupFaults, refusals, write as words } from '../../copy/write.ts'
import type { CardRefusal } from './card-refusal.ts'
import { LetterSent } from './letter-sent.tsx'
import { faultText, Letter, type LetterProps } from './letter.tsx'

/** The screens of writing to a box. */
export function WriteScreen(props: LetterProps): VNode {
  const { act, state } = props
  const { box, desk, main, wantsCode } = state
  switch (main.at) {
    case 'looking':
      return <Looking {...props} />
    case 'refused':
      return <RefusedCard {...props} refusal={main.refusal} />
    case 'sent':
      return <LetterSent {...props} letter={main} name={box?.card.name ?? ''} />
    case 'writing':
      if (desk.main.at === 'sending') {
        const kept = wantsCode ? `${words.sendingKept} ${words.sendingKeptCode}` : words.sendingKept
        return <Sending act={act} main={desk.main} own={{ lede: words.sendingLede, kept }} />
      }
      if (desk.main.at !== 'compose' || box === undefined) return <Looking {...props} />
      return <Letter {...props} box={box} main={desk.main} />
  }
}

/** The address tells by itself that it is not whole. Nothing is looked up. */
export function DamagedAddress(): VNode {
  return (
    <>
      <Title text={words.damagedTitle} />
      <p class="lede">{words.damagedLede}</p>
      <p>{words.damagedAdvice}</p>
    </>
  )
}

function Looking(props: LetterProps): VNode {
  const { act, state } = props
  const { main } = state
  const fault = main.at === 'looking' ? main.fault : undefined
  if (fault === undefined)
    return (
      <>
        <Title text={words.looking} screen="box" />
        <p class="lede">{words.lookingLede}</p>
      </>
    )
  return (
    <>
      <Title text={words.failed} screen="box-failed" />
      <Notice kind="burn" role="alert">
        <p>{lookupFaults[fault]}</p>
      </Notice>
      <div class="buttons">
        <Button kind="seal" onPress={act.look}>
          {page.again}
        </Button>
      </div>
      <Unfinished {...props} />
    </>
  )
}

/** The parts of an earlier letter can be taken back, whatever the box shows now. */
function Unfinished({ act, device, state }: LetterProps): VNode {
  const { desk } = state
  const fault = desk.main.at === 'compose' ? desk.main.fault : undefined
  const text = fault?.at === 'upload-left' || fault?.at === 'upload-over' ? faultText(fault, state) : undefined
  return (
    <>
      {text !== undefined && (
        <Notice kind="warn" role="alert">
          <p>{text}</p>
        </Notice>
      )}
      <Interrupted act={act} device={device} state={desk} canGoOn={false} />
      {desk.uploads.interrupted.length > 0 && <p class="hint">{refusals.interrupted}</p>}
    </>
  )
}

function RefusedCard({ refusal, ...props }: LetterProps & { refusal: CardRefusal }): VNode {
  const { act, state } = props
  const { why } = refusal
  return (
    <>
      <Title text={refusals.title} />
      <Notice kind="burn" role="alert">
        <p>{refusalText(refusal)}</p>
        <p>{refusals[`${why}Advice`]}</p>
      </Notice>
      {!isEmpty(state.desk.draft) && <p>{refusals.kept}</p>}
      <div class="buttons">
        <Button onPress={act.look}>{refusals.again}</Button>
      </div>
      <Unfinished {...props} />
    </>
  )
}

function refusalText(refusal: CardRefusal): string {
  switch (refusal.why) {
    case 'stale':
      return refusals.stale(refusal.sinceMs === undefined ? undefined : format.moment(refusal.sinceMs))
    case 'clock':
      return refusals.clock(format.moment(refusal.ownMs), format.moment(refusal.serverMs))
    default:
      return refusals[refusal.why]
  }
}
