import type { VNode } from 'preact'
import { Button } from '../../kit/button.tsx'
import { Notice } from '../../kit/notice.tsx'
import { Question, type QuestionProps } from '../../kit/question.tsx'
import { Title } from '../../kit/title.tsx'
import { burn as words } from '../../copy/burning.ts'
import { sealed } from '../../copy/sealed.ts'

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
