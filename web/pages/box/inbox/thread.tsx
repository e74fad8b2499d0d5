import type { VNode } from 'preact'
import type { BoxAddress } from '#protocol/address.ts'
import { Button } from '../../../kit/button.tsx'
import { Name, Said, verbatim } from '../../../kit/verbatim.tsx'
import { day } from '../../../copy/days.ts'
import * as format from '../../../copy/format.ts'
import { thread as words } from '../../../copy/inbox.ts'
import { threadName, threadEntries, type ThreadEntry } from '#client/box/notes.ts'
import type { OpenedViewProps } from './props.ts'

/** All that this device knows of a thread: earlier drops, and the answers. */
export function ThreadSection({ thread, ...props }: OpenedViewProps & { thread: BoxAddress }): VNode {
  return (
    <section class="block">
      <h2>
        <Said of={words.title} name={threadName(thread)} />
      </h2>
      <p class="hint under">{words.lede}</p>
      <ol class="thread">
        {threadEntries(props.box, thread).map((entry) => (
          <Entry key={entry.drop} entry={entry} {...props} />
        ))}
      </ol>
    </section>
  )
}

function Entry({ act, entry, shown, state }: OpenedViewProps & { entry: ThreadEntry }): VNode {
  const { drop, note } = entry
  const item = state.list.items.find((each) => each.drop === drop)
  const received = day(note.arrived ?? Math.floor(note.readAtMs / DAY_MS))
  const isThis = drop === shown.item.drop
  return (
    <li>
      <p>
        <span class="strong">{isThis ? words.this : words.received(received)}</span>{' '}
        {!isThis && (note.preview === '' ? <span class="quiet">{words.empty}</span> : <Name>{note.preview}</Name>)}
      </p>
      {!isThis && item !== undefined && !state.list.gone.has(drop) && (
        <Button kind="small" onPress={() => act.open(item)}>
          {words.open(received)}
        </Button>
      )}
      {note.answers?.map(({ atMs, text }) => (
        <div key={atMs} class="own-answer">
          <p class="quiet small-text">{words.answered(format.moment(atMs))}</p>
          {text === '' ? <p class="text">{words.answerEmpty}</p> : <p {...verbatim('text')}>{text}</p>}
        </div>
      ))}
    </li>
  )
}

const DAY_MS = 86_400_000
