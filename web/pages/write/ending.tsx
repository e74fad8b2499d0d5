import type { ComponentChildren, VNode } from 'preact'
import { useState } from 'preact/hooks'
import { Button } from '../../kit/button.tsx'
import { Question } from '../../kit/question.tsx'
import { answers as words } from '../../copy/return.ts'
import type { ReturnProps } from './return-props.ts'
import { wouldLoseReturn } from './return-state.ts'

/** The last buttons of a screen: `children`, and the one that forgets everything. It asks first if something would be lost. */
export function Ending({ act, children, state }: ReturnProps & { children: ComponentChildren }): VNode {
  const [isAsking, setAsking] = useState(false)
  if (isAsking) {
    return (
      <Question
        title={words.doneQuestion}
        warning={words.doneWarning}
        yes={words.doneSure}
        no={words.stay}
        from="done"
        onYes={act.done}
        onNo={() => setAsking(false)}
      />
    )
  }
  return (
    <div class="buttons apart">
      {children}
      <Button asks="done" onPress={() => (wouldLoseReturn(state) ? setAsking(true) : act.done())}>
        {words.done}
      </Button>
    </div>
  )
}
