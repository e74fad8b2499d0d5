import type { VNode } from 'preact'
import { useRef } from 'preact/hooks'
import { chooseFile, sortFiles, type ChosenFile } from './draft.ts'
import { Button } from '../kit/button.tsx'

/** Two buttons that lead to the browser's own choosers: of files, and of a folder where it has such a chooser. */
export function ChooseFiles(props: {
  readonly files: string
  readonly folder: string
  readonly describedBy?: string
  readonly isBusy?: boolean
  readonly onChosen: (files: readonly ChosenFile[]) => unknown
}): VNode {
  const { describedBy, files, folder, isBusy = false, onChosen } = props
  const fileInput = useRef<HTMLInputElement>(null)
  const folderInput = useRef<HTMLInputElement>(null)
  const take = ({ currentTarget }: { currentTarget: HTMLInputElement }): void => {
    const chosen = Array.from(currentTarget.files ?? [], (file) => chooseFile(file))
    // So that the same file can be chosen again after it was removed.
    currentTarget.value = ''
    if (chosen.length > 0) onChosen(currentTarget === folderInput.current ? sortFiles(chosen) : chosen)
  }
  return (
    <div class="buttons">
      <Button isBusy={isBusy} describedBy={describedBy} onPress={() => fileInput.current?.click()}>
        {files}
      </Button>
      {HAS_FOLDERS && (
        <Button isBusy={isBusy} describedBy={describedBy} onPress={() => folderInput.current?.click()}>
          {folder}
        </Button>
      )}
      <input ref={fileInput} type="file" multiple hidden onChange={take} />
      {HAS_FOLDERS && <input ref={folderInput} type="file" {...{ webkitdirectory: true }} hidden onChange={take} />}
    </div>
  )
}

const HAS_FOLDERS = 'webkitdirectory' in HTMLInputElement.prototype
