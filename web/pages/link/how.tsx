import type { VNode } from 'preact'
import { useEffect } from 'preact/hooks'
import { Button } from '../../kit/button.tsx'
import { Title } from '../../kit/title.tsx'
import { verbatim } from '../../kit/verbatim.tsx'
import { how as words } from '../../copy/how.ts'
import { operator } from '../../copy/operator.ts'
import { OperatorSays } from './operator.tsx'
import type { ViewProps } from './props.ts'

/** One plain page: what happens, what the server sees, what is not promised, and how to do without us. */
export function How({ act, state }: ViewProps): VNode {
  useEffect(() => void act.askOperator(), [act])
  return (
    <>
      <Title text={words.title} />
      <p class="lede">{words.lede}</p>
      <ol class="steps">
        {words.steps.map(([title, text]) => (
          <li key={title}>
            <h2>{title}</h2>
            <p>{text}</p>
          </li>
        ))}
      </ol>
      <section class="block">
        <h2>{words.seesTitle}</h2>
        <List items={words.sees} />
      </section>
      <section class="block">
        <h2>{words.notTitle}</h2>
        <List items={words.not} />
      </section>
      <section class="block">
        <h2>{operator.title}</h2>
        {state.told !== undefined && <OperatorSays {...state.told} />}
        <p>
          <a href="/disclosure">{operator.disclosure}</a>
        </p>
      </section>
      <section class="block">
        <h2>{words.ageTitle}</h2>
        <p>{words.age}</p>
        <pre {...verbatim('link mono')} tabIndex={0}>
          {words.ageCommands}
        </pre>
      </section>
      <section class="block">
        <h2>{words.depositTitle}</h2>
        <p>{words.deposit}</p>
        <pre {...verbatim('link mono')} tabIndex={0}>
          {words.depositCommands}
        </pre>
      </section>
      <section class="block">
        <h2>{words.returnTitle}</h2>
        <p>
          <a href="#return">{words.return}</a>
        </p>
      </section>
      <div class="buttons">
        <Button onPress={act.back}>{words.back}</Button>
      </div>
    </>
  )
}

function List({ items }: { items: readonly string[] }): VNode {
  return (
    <ul class="causes">
      {items.map((text) => (
        <li key={text}>{text}</li>
      ))}
    </ul>
  )
}
