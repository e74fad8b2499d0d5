import type { VNode } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { Act } from '../act.ts'
import { isEmpty, type Draft } from '../draft.ts'
import { draftSize, roomBytes } from '../fit.ts'
import { Button } from '../parts/button.tsx'
import { compose as words } from '../words/compose.ts'
import * as format from '../words/format.ts'

/** The files of a draft, and the button that adds more. */
export function FilePicker({ act, draft }: { act: Act; draft: Draft }): VNode {
  const input = useRef<HTMLInputElement>(null)
  const add = useRef<HTMLDivElement>(null)
  const room = roomBytes()
  const remove = (file: File): void => {
    act.draft({ files: draft.files.filter((each) => each !== file) })
    // The button that had the focus is gone with its row.
    add.current?.querySelector('button')?.focus()
  }
  return (
    <div class="field">
      {draft.files.length > 0 && (
        <ul class="rows" aria-label={words.files}>
          {draft.files.map((file) => (
            <li key={file}>
              <span class="row-name">
                <bdi>{file.name}</bdi>
                <span class="quiet small-text">{format.bytes(file.size)}</span>
              </span>
              <Button kind="small" label={words.removeFile(file.name)} onPress={() => remove(file)}>
                {words.remove}
              </Button>
            </li>
          ))}
        </ul>
      )}
      <div ref={add}>
        <Button describedBy="files-hint" onPress={() => input.current?.click()}>
          {words.add}
        </Button>
      </div>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        onChange={({ currentTarget }) => {
          act.prepare()
          act.addFiles(Array.from(currentTarget.files ?? []))
          // So that the same file can be chosen again after it was removed.
          currentTarget.value = ''
        }}
      />
      <p class="hint" id="files-hint">
        {words.room(format.bytes(room))}{' '}
        {!isEmpty(draft) &&
          draftSize(draft) > room / 10 &&
          words.used(format.bytes(Math.max(0, contentBytes(draft))), format.bytes(room))}
      </p>
    </div>
  )
}

/**
 * Adds what is dropped or pasted anywhere on the page, while there is somebody to take it.
 * @returns whether files are being dragged over the page.
 */
export function useDroppedFiles(add: Act['addFiles'] | undefined): boolean {
  const [isDragged, setDragged] = useState(false)
  useEffect(() => {
    const onDrag = (event: DragEvent): void => {
      if (event.dataTransfer?.types.includes('Files') !== true) return
      setDragged(add !== undefined && event.type === 'dragover')
    }
    const onDrop = (event: DragEvent): void => {
      const { files, items } = event.dataTransfer ?? {}
      if (files === undefined || files.length === 0) return
      setDragged(false)
      const folders = new Set(
        Array.from(items ?? []).flatMap((item) =>
          item.webkitGetAsEntry?.()?.isDirectory ? [item.webkitGetAsEntry()?.name] : [],
        ),
      )
      add?.(
        Array.from(files).filter(({ name }) => !folders.has(name)),
        folders.size > 0,
      )
    }
    const onPaste = ({ clipboardData }: ClipboardEvent): void => {
      const files = Array.from(clipboardData?.files ?? [])
      if (files.length > 0 && clipboardData?.types.includes('text/plain') !== true) add?.(files)
    }
    const listeners = { dragover: onDrag, dragleave: onDrag, drop: onDrop, paste: onPaste } as const
    for (const [name, listen] of Object.entries(listeners)) addEventListener(name, listen as EventListener)
    return () => {
      for (const [name, listen] of Object.entries(listeners)) removeEventListener(name, listen as EventListener)
    }
  }, [add])
  return isDragged && add !== undefined
}

function contentBytes({ text, files }: Draft): number {
  return files.reduce((sum, { size }) => sum + size, new TextEncoder().encode(text).length)
}
