import type { VNode } from 'preact'
import { Question } from '../../../kit/question.tsx'
import { inbox as words } from '../../../copy/inbox.ts'
import type { InboxActions } from './actions.ts'
import type { Deletion } from './state.ts'

/** Asks before drops are burned for all readers, and says how it goes. */
export function DeleteQuestion({ act, deletion }: { act: InboxActions; deletion: Deletion }): VNode {
  const { drops, stage } = deletion
  return (
    <>
      <Question
        title={words.deleteQuestion(drops.length)}
        warning={words.deleteWarning}
        yes={stage === 'working' ? words.deleting : words.deleteSure}
        no={words.keep}
        from="delete"
        onYes={act.deleteAsked}
        onNo={act.keepThem}
      />
      {stage === 'failed' && (
        <p class="error" role="alert">
          {words.deleteFailed}
        </p>
      )}
    </>
  )
}
