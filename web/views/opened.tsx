import type { VNode } from 'preact'
import { Button } from '../parts/button.tsx'
import { CopyButton } from '../parts/copy-button.tsx'
import { Title } from '../parts/title.tsx'
import { untaken, type FileEntry, type Main } from '../state.ts'
import * as format from '../words/format.ts'
import { opened as words } from '../words/reading.ts'
import type { ViewProps } from './props.ts'

type Props = ViewProps & { main: Extract<Main, { at: 'opened' }> }

/** What was sealed: text to read and copy, files to save. Nothing of it is ever rendered as anything but text. */
export function Opened(props: Props): VNode {
  const { act, main } = props
  const { ack, files, text } = main
  return (
    <>
      <Title text={words.title} />
      <p class={ack === 'late' ? 'lede warn-text' : 'lede'} role="status">
        {words.ack[ack]}
      </p>
      {text !== '' && (
        <section>
          <h2 id="opened-text">{words.text}</h2>
          <div
            class="text"
            role="region"
            aria-labelledby="opened-text"
            tabIndex={0}
            onCopy={() => act.keep.noteCopied()}
          >
            {text}
          </div>
          <div class="buttons">
            <CopyButton kind="seal" text={words.copy} copy={act.keep.copyText} />
          </div>
        </section>
      )}
      {files.length > 0 && <Files {...props} />}
      {text === '' && files.length === 0 && <p>{words.empty}</p>}
      <section class="block">
        <p>{untaken(main).length === 0 ? words.allTaken : words.keep}</p>
        <p>
          <a href="/">{words.reply}</a>
        </p>
      </section>
    </>
  )
}

function Files({ act, main }: Props): VNode {
  const { files, taken, text } = main
  return (
    <section>
      <h2 id="opened-files">{words.files}</h2>
      <p class="hint under">{words.filesHint}</p>
      <ul class="rows" aria-labelledby="opened-files">
        {files.map((file) => (
          <li key={file.name}>
            <span class="row-name">
              <bdi>{file.name}</bdi>
              <span class="quiet small-text">{describe(file)}</span>
            </span>
            <Button kind="small" label={words.saveFile(file.name)} onPress={() => act.keep.saveFile(file.name)}>
              {taken.includes(file.name) ? `✓ ${words.savedMark}` : words.save}
            </Button>
          </li>
        ))}
      </ul>
      {(files.length > 1 || text !== '') && (
        <div class="buttons">
          <Button onPress={act.keep.saveAll}>{words.saveAll}</Button>
        </div>
      )}
    </section>
  )
}

function describe({ type, sizeBytes, modifiedAtMs }: FileEntry): string {
  const parts = [format.bytes(sizeBytes), type === '' ? words.unknownType : type]
  return [...parts, ...(modifiedAtMs === 0 ? [] : [format.moment(modifiedAtMs)])].join(' · ')
}
