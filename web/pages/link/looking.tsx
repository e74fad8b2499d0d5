import type { VNode } from 'preact'
import { Button } from '../../kit/button.tsx'
import { WorkNotice } from '../../kit/progress.tsx'
import { Title } from '../../kit/title.tsx'
import type { Main } from './state.ts'
import { looking as words, lookingFaults } from '../../copy/reading.ts'
import { page } from '../../copy/page.ts'
import type { ViewProps } from './props.ts'

/** Between a link and what waits behind it: the server is being asked, or could not be. */
export function Looking({ act, main }: ViewProps & { main: Extract<Main, { at: 'looking' }> }): VNode {
  const { fault, work } = main
  if (fault !== undefined) {
    return (
      <>
        <Title text={words.failed} />
        <p class="lede">
          {fault.at === 'elsewhere' ? words.elsewhere : lookingFaults[fault.at === 'server' ? fault.code : 'refused']}
        </p>
        <div class="buttons">
          <Button kind="seal" onPress={act.lookAgain}>
            {page.again}
          </Button>
        </div>
      </>
    )
  }
  return (
    <>
      <Title text={words.title} />
      <p class="lede">{words.lede}</p>
      {work !== undefined && <WorkNotice work={work} />}
    </>
  )
}
