import type { VNode } from 'preact'
import { Title } from '../../kit/title.tsx'
import { damaged as words } from '../../copy/reading.ts'

/** The link tells by itself that it is not whole. */
export function Damaged(): VNode {
  return (
    <>
      <Title text={words.title} />
      <p class="lede">{words.lede}</p>
      <p>{words.advice}</p>
      <p>
        <a href="/">{words.start}</a>
      </p>
    </>
  )
}
