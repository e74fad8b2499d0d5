import type { VNode } from 'preact'
import type { OperatorNotice } from './state.ts'
import { operator as words } from '../../copy/operator.ts'
import { Name, verbatim } from '../../kit/verbatim.tsx'

/** The statements of the operator, as text: not even a text like a link is one. */
export function OperatorSays({ operator, holds }: OperatorNotice): VNode {
  if (operator === undefined) return <p>{words.missed}</p>
  const { statement } = operator
  const said = (['name', 'contact', 'jurisdiction', 'key'] as const).filter((member) => operator[member] !== undefined)
  if (said.length === 0 && statement === undefined) return <p>{words.nothing}</p>
  return (
    <>
      <p>{words.unchecked}</p>
      <ul class="causes">
        {said.map((member) => (
          <li key={member}>
            {words[member]}: <Name>{operator[member]}</Name>
          </li>
        ))}
      </ul>
      {statement !== undefined && (
        <>
          <h3>{words.statement}</h3>
          <p>{(holds ? words.holds : words.expired)(statement.issued, statement.expires)}</p>
          <p {...verbatim('text')}>{statement.text}</p>
          <p>{words.canary}</p>
        </>
      )}
    </>
  )
}
