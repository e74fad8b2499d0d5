import type { VNode } from 'preact'
import type { Act } from '../act.ts'
import { Button } from '../parts/button.tsx'
import { SavingNotice } from '../parts/saving.tsx'
import { Name } from '../parts/verbatim.tsx'
import type { FileEntry, OpenedDrop, Saving } from '../reading-state.ts'
import * as format from '../words/format.ts'
import { opened as words } from '../words/reading.ts'

export interface OpenedFilesProps {
  readonly act: { readonly keep: Pick<Act['keep'], 'saveAll' | 'saveFile' | 'stopSaving'> }
  readonly main: Omit<OpenedDrop, 'reads'> & Saving & { readonly taken: readonly string[] }
}

/** The files of a message: one by one, or all of them. */
export function OpenedFiles({ act, main }: OpenedFilesProps): VNode {
  const { files, held, saveFault, saving, text } = main
  const taken = new Set(main.taken)
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
