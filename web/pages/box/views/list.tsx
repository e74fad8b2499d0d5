import type { VNode } from 'preact'
import { useEffect } from 'preact/hooks'
import { Button } from '../../../kit/button.tsx'
import { Notice } from '../../../kit/notice.tsx'
import { Title } from '../../../kit/title.tsx'
import { Name, Said, verbatim } from '../../../kit/verbatim.tsx'
import { boxWords as words } from '../../../copy/boxes.ts'
import { page } from '../../../copy/page.ts'
import type { ScreenOf } from '../actions.ts'
import { JobFault } from './job-form.tsx'
import type { BoxViewProps } from './props.ts'

/** The boxes of this device, and the ways to another one. */
export function BoxList({ act, screen, state }: BoxViewProps & { screen: ScreenOf<'list'> }): VNode {
  const { entries, isLasting, job } = state
  useEffect(() => void (entries === undefined && act.list()), [act, entries])
  return (
    <>
      <Title text={words.title} screen="list" />
      <p class="lede">{words.lede}</p>
      {screen.lost !== undefined && (
        <Notice kind="warn" role="alert">
          <p>
            <Said of={words.lost} name={screen.lost} />
          </p>
        </Notice>
      )}
      {!isLasting && <p class="warn-text">{words.notLasting}</p>}
      <JobFault state={state} name="list" onAgain={act.list} />
      {entries === undefined && job !== undefined && <p class="quiet">{page.loading}</p>}
      {entries?.length === 0 && <p>{words.empty}</p>}
      {entries !== undefined && entries.length > 0 && (
        <ul class="rows" aria-label={words.listLabel}>
          {entries.map((entry) => (
            <li key={entry.box}>
              <span class="row-name">
                <Name kind="strong">{entry.name}</Name>
                <span {...verbatim('quiet small-text mono')}>{`${entry.box.slice(0, 12)}…${entry.box.slice(-6)}`}</span>
              </span>
              <Button kind="small" label={words.unlockBox(entry.name)} hasName onPress={() => act.choose(entry)}>
                {words.unlock}
              </Button>
            </li>
          ))}
        </ul>
      )}
      <div class="buttons">
        <Button kind={entries?.length === 0 ? 'seal' : 'plain'} onPress={() => act.go('create')}>
          {words.create}
        </Button>
        <Button onPress={() => act.go('restore')}>{words.restore}</Button>
        <Button onPress={() => act.go('join')}>{words.join}</Button>
      </div>
      <p class="hint">{words.joinHint}</p>
      <p>
        {words.returnCode} <a href="#return">{words.returnLink}</a>
      </p>
    </>
  )
}
