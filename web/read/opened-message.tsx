import type { VNode } from 'preact'
import { Button, type ButtonProps } from '../kit/button.tsx'
import { CopyButton } from '../kit/copy-button.tsx'
import { Name, verbatim } from '../kit/verbatim.tsx'
import * as format from '../copy/format.ts'
import { opened as words } from '../copy/reading.ts'
import type { KeepActions } from './actions.ts'
import type { FileEntry, Open } from './reading.ts'
import { SavingNotice } from './saving-notice.tsx'

export interface OpenedMessageProps {
  readonly act: { readonly keep: Omit<KeepActions, 'saveSealed'> }
  readonly open: Open
  /** Of the button that copies the text. */
  readonly kind?: ButtonProps['kind'] & string
  /** The sentence about a message that holds nothing. */
  readonly empty?: string
}

/** The opened message: text to read and copy, files to save. Nothing of it is ever rendered as anything but text. */
export function OpenedMessage({ act, empty = words.empty, kind = 'plain', open }: OpenedMessageProps): VNode {
  const { files, text } = open
  return (
    <>
      {text !== '' && (
        <section>
          <h2 id="opened-text">{words.text}</h2>
          <div
            {...verbatim('text')}
            role="region"
            aria-labelledby="opened-text"
            tabIndex={0}
            onCopy={() => void act.keep.noteCopied()}
          >
            {text}
          </div>
          <div class="buttons">
            <CopyButton kind={kind} text={words.copy} copy={act.keep.copyText} />
          </div>
        </section>
      )}
      {files.length > 0 && <Files act={act} open={open} />}
      {text === '' && files.length === 0 && <p>{empty}</p>}
    </>
  )
}

/** The files of a message: one by one, or all of them. */
function Files({ act, open }: Pick<OpenedMessageProps, 'act' | 'open'>): VNode {
  const { files, held, saveFault, saving, text } = open
  const taken = new Set(open.taken)
  const isBusy = saving !== undefined
  const hasAll = files.length > 1 || text !== ''
  return (
    <section>
      <h2 id="opened-files">{words.files}</h2>
      <p class="hint under">
        {files.length > 1 && `${words.count(files.length, format.bytes(sizeOf(files)))} `}
        {words.filesHint}
      </p>
      {hasAll && (
        <div class="buttons above">
          <Button kind={text === '' ? 'seal' : 'plain'} isBusy={isBusy} onPress={act.keep.saveAll}>
            {held?.hasFolders === true ? words.saveAllFolder : words.saveAll}
          </Button>
        </div>
      )}
      <SavingNotice saving={saving} fault={saveFault} onStop={act.keep.stopSaving} />
      <ul class="rows files" aria-labelledby="opened-files">
        {files.map((file) => (
          <li key={file.name}>
            <span class="row-name">
              <Name>{file.name}</Name>
              <span class="quiet small-text">{describe(file)}</span>
            </span>
            <Button
              kind="small"
              label={taken.has(file.name) ? words.saveAgain(file.name) : words.saveFile(file.name)}
              hasName
              isBusy={isBusy}
              onPress={() => act.keep.saveFile(file.name)}
            >
              {taken.has(file.name) ? `✓ ${words.savedMark}` : words.save}
            </Button>
          </li>
        ))}
      </ul>
    </section>
  )
}

function sizeOf(files: readonly FileEntry[]): number {
  return files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
}

function describe({ type, sizeBytes, modifiedAtMs }: FileEntry): string {
  const parts = [format.bytes(sizeBytes), type === '' ? words.unknownType : type]
  return [...parts, ...(modifiedAtMs === 0 ? [] : [format.moment(modifiedAtMs)])].join(' · ')
}
