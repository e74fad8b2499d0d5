import type { VNode } from 'preact'
import { Button } from '../parts/button.tsx'
import { Notice } from '../parts/notice.tsx'
import { Question, type QuestionProps } from '../parts/question.tsx'
import { Title } from '../parts/title.tsx'
import { burn as words } from '../words/burning.ts'
import { sealed } from '../words/sealed.ts'

/** Asks before a drop is ended, wherever that is done. */
export function BurnQuestion(props: Pick<QuestionProps, 'onYes' | 'onNo'>): VNode {
  return (
    <Question title={words.question} warning={words.warning} yes={words.sure} no={words.keep} from="burn" {...props} />
  )
}

/** Why it may be there still, or had nothing to end. */
export function NotBurned({ why }: { why: 'failed' | 'ended' }): VNode {
  return (
    <Notice kind="warn" role="alert">
      <p>{words[why]}</p>
    </Notice>
  )
}

/** In place of the link that leads nowhere any more. */
export function Burned({ onAnother }: { onAnother: () => void }): VNode {
  return (
    <>
      <Title text={words.burnedTitle} />
      <p class="lede">{words.burned}</p>
      <div class="buttons">
        <Button kind="seal" onPress={onAnother}>
          {sealed.another}
        </Button>
      </div>
    </>
  )
}
