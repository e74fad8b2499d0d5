import type { VNode } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { FormActions } from './actions.ts'
import { chooseFile, type ChosenFile, type Draft } from './draft.ts'
import { readEntries, takeEntries } from './folders.ts'
import { ChooseFiles } from './choose-files.tsx'
import { lazy } from '../kit/lazy.tsx'
import type { Limits } from './send-state.ts'
import { compose as words } from '../copy/compose.ts'

export interface FilePickerProps {
  readonly act: Pick<FormActions, 'addFiles' | 'prepare'> & { readonly draft: (change: Pick<Draft, 'files'>) => void }
  readonly draft: Pick<Draft, 'files' | 'text'>
  readonly limits: Limits | undefined
}

/** The files of a draft, and the buttons that add more. */
export function FilePicker({ act, draft, limits }: FilePickerProps): VNode {
  const add = useRef<HTMLDivElement>(null)
  const { files } = draft
  const keep = (kept: readonly ChosenFile[]): void => {
    act.draft({ files: kept })
    // The button that had the focus is gone with its row.
    add.current?.querySelector('button')?.focus()
  }
  return (
    <div class="field">
      {files.length > 0 && <ChosenFiles draft={draft} limits={limits} onKeep={keep} />}
      <div ref={add}>
        <ChooseFiles
          files={words.add}
          folder={words.addFolder}
          describedBy="files-hint"
          onChosen={(chosen) => {
            act.prepare()
            act.addFiles(chosen)
          }}
        />
      </div>
      <p class="hint" id="files-hint">
        {words.dropHint}
      </p>
    </div>
  )
}

/**
 * Adds what is dropped or pasted anywhere on the page, while there is somebody to take it.
 * @returns whether files are being dragged over the page.
 */
export function useDroppedFiles(act: Pick<FormActions, 'addFiles' | 'missFiles'> | undefined): boolean {
  const [isDragged, setDragged] = useState(false)
  useEffect(() => {
    const onDrag = (event: DragEvent): void => {
      if (event.dataTransfer?.types.includes('Files') !== true) return
      setDragged(act !== undefined && event.type === 'dragover')
    }
    const onDrop = ({ dataTransfer }: DragEvent): void => {
      setDragged(false)
      if (dataTransfer === null || act === undefined) return
      const entries = takeEntries(dataTransfer)
      if (entries.length === 0) return
      readEntries(entries).then(
        ({ files, hasEmpty }) => {
          if (files.length > 0) act.addFiles(files)
          if (hasEmpty) act.missFiles('empty')
        },
        () => act.missFiles('dropped'),
      )
    }
    const onPaste = ({ clipboardData }: ClipboardEvent): void => {
      const files = Array.from(clipboardData?.files ?? [], (file) => chooseFile(file))
      if (files.length > 0 && clipboardData?.types.includes('text/plain') !== true) act?.addFiles(files)
    }
    const listeners = { dragover: onDrag, dragleave: onDrag, drop: onDrop, paste: onPaste } as const
    for (const [name, listen] of Object.entries(listeners)) addEventListener(name, listen as EventListener)
    return () => {
      for (const [name, listen] of Object.entries(listeners)) removeEventListener(name, listen as EventListener)
    }
  }, [act])
  return isDragged && act !== undefined
}

/** Fetched with the first file: it works out the names that files go under, and how much room is left. */
const ChosenFiles = lazy(async () => (await import('./chosen-files.tsx')).ChosenFiles)
