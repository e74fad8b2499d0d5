import type { VNode } from 'preact'
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import { cleanNames } from '#client/layout.ts'
import type { Act } from '../act.ts'
import { chooseFile, contentBytes, type ChosenFile, type Draft } from '../draft.ts'
import { roomFor } from '../fit.ts'
import { readEntries, takeEntries } from '../folders.ts'
import { Button } from '../parts/button.tsx'
import { ChooseFiles } from '../parts/choose-files.tsx'
import { Name } from '../parts/verbatim.tsx'
import type { Limits } from '../state.ts'
import { compose as words } from '../words/compose.ts'
import * as format from '../words/format.ts'

export interface FilePickerProps {
  readonly act: Pick<Act, 'addFiles' | 'prepare'> & { readonly draft: (change: Pick<Draft, 'files'>) => void }
  readonly draft: Pick<Draft, 'files' | 'text'>
  readonly limits: Limits | undefined
}

/** The files of a draft, and the buttons that add more. */
export function FilePicker({ act, draft, limits }: FilePickerProps): VNode {
  const add = useRef<HTMLDivElement>(null)
  const { files } = draft
  const room = limits && roomFor(draft, limits)
  const keep = (kept: readonly ChosenFile[]): void => {
    act.draft({ files: kept })
    // The button that had the focus is gone with its row.
    add.current?.querySelector('button')?.focus()
  }
  return (
    <div class="field">
      {files.length > 0 && <FileList files={files} hasText={draft.text !== ''} onKeep={keep} />}
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
        {files.length > 0 && `${words.sum(files.length, format.beside(contentBytes(draft), room ?? Infinity))} `}
        {files.length > 0 && room !== undefined && `${words.room(format.atMost(room))} `}
        {words.dropHint}
      </p>
    </div>
  )
}

function FileList({
  files,
  hasText,
  onKeep,
}: {
  files: readonly ChosenFile[]
  hasText: boolean
  onKeep: (kept: readonly ChosenFile[]) => void
}): VNode {
  const [isWhole, setWhole] = useState(false)
  const names = useMemo(() => cleanNames(files, hasText), [files, hasText])
  const shown = isWhole ? files : files.slice(0, SHOWN)
  const more = files.length - shown.length
  return (
    <>
      <ul class={files.length > FEW ? 'rows long' : 'rows'} aria-label={words.files}>
        {shown.map((file, index) => (
          <li key={file}>
            <span class="row-name">
              <Name>{file.name}</Name>
              <span class="quiet small-text">{format.bytes(file.size)}</span>
              {names[index] !== file.name && (
                <span class="quiet small-text">
                  {words.goesAs} <Name>{names[index]}</Name>
                </span>
              )}
            </span>
            <Button
              kind="small"
              label={words.removeFile(file.name)}
              onPress={() => onKeep(files.filter((each) => each !== file))}
            >
              {words.remove}
            </Button>
          </li>
        ))}
      </ul>
      {files.length > FEW && (
        <div class="buttons under-rows">
          {more > 0 && (
            <Button kind="small" onPress={() => setWhole(true)}>
              {words.showMore(more)}
            </Button>
          )}
          <Button kind="small" onPress={() => onKeep([])}>
            {words.removeAll(files.length)}
          </Button>
        </div>
      )}
    </>
  )
}

/**
 * Adds what is dropped or pasted anywhere on the page, while there is somebody to take it.
 * @returns whether files are being dragged over the page.
 */
export function useDroppedFiles(act: Pick<Act, 'addFiles' | 'missFiles'> | undefined): boolean {
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

/** More files than this scroll in a box of their own. */
const FEW = 6

/** Rows that are drawn before somebody asks for the rest. */
const SHOWN = 100
