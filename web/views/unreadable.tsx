import type { VNode } from 'preact'
import { Button } from '../parts/button.tsx'
import { Title } from '../parts/title.tsx'
import { page } from '../words/page.ts'
import { unreadable as words } from '../words/reading.ts'
import type { ViewProps } from './props.ts'

/** The bytes came and do not open. They can be saved, so that nothing depends on this page. */
export function Unreadable({ act }: ViewProps): VNode {
  return (
    <>
      <Title text={words.title} />
      <p class="lede">{words.lede}</p>
      <p>{words.kept}</p>
      <div class="buttons">
        <Button kind="seal" onPress={act.lookAgain}>
          {page.again}
        </Button>
        <Button onPress={act.keep.saveSealed}>{words.save}</Button>
      </div>
    </>
  )
}
