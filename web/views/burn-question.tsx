import type { VNode } from 'preact'
import { Question, type QuestionProps } from '../parts/question.tsx'
import { burn as words } from '../words/compose.ts'

/** Asks before a drop is ended, wherever that is done. */
export function BurnQuestion(props: Pick<QuestionProps, 'onYes' | 'onNo'>): VNode {
  return (
    <Question title={words.question} warning={words.warning} yes={words.sure} no={words.keep} from="burn" {...props} />
  )
}
