import type { VNode } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { Button } from './button.tsx'

export interface QuestionProps {
  readonly title: string
  /** What will happen, before it does. */
  readonly warning: string
  readonly yes: string
  readonly no: string
  readonly isBurn?: boolean
  readonly onYes: () => unknown
  readonly onNo: () => unknown
}

/** Asks in the page before something that cannot be undone, one thing at a time. Escape is no. */
export function Question({ title, warning, yes, no, isBurn = true, onYes, onNo }: QuestionProps): VNode {
  const box = useRef<HTMLDivElement>(null)
  useEffect(() => box.current?.focus(), [])
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
