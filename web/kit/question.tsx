import type { ComponentChildren, VNode } from 'preact'
import { Button } from './button.tsx'
import { useQuestionFocus } from './question-focus.ts'

export interface QuestionProps {
  readonly title: ComponentChildren
  /** The consequence, before it happens. */
  readonly warning: string
  readonly yes: string
  readonly no: string
  readonly isBurn?: boolean
  /** The button that led here, by its `asks`. */
  readonly from: string
  readonly onYes: () => unknown
  readonly onNo: () => unknown
}

/** Asks in the page before something that cannot be undone, one thing at a time. Escape is no. */
export function Question({ title, warning, yes, no, isBurn = true, from, onYes, onNo }: QuestionProps): VNode {
  const box = useQuestionFocus(from)
  return (
    <div
      class={isBurn ? 'question burn' : 'question'}
      role="group"
      aria-labelledby="question-title"
      aria-describedby="question-warning"
      tabIndex={-1}
      ref={box}
      onKeyDown={({ key }) => key === 'Escape' && void onNo()}
    >
      <p class="strong" id="question-title">
        {title}
      </p>
      <p id="question-warning">{warning}</p>
      <div class="buttons">
        <Button kind={isBurn ? 'burn' : 'seal'} onPress={onYes}>
          {yes}
        </Button>
        <Button onPress={onNo}>{no}</Button>
      </div>
    </div>
  )
}
