import type { VNode } from 'preact'
import { useMemo, useState } from 'preact/hooks'
import { cleanNames } from '#client/layout.ts'
import { contentBytes, type ChosenFile, type Draft } from './draft.ts'
import { roomFor } from './limits.ts'
import { Button } from '../kit/button.tsx'
import { Name } from '../kit/verbatim.tsx'
import type { Limits } from './send-state.ts'
import { compose as words } from '../copy/compose.ts'
import * as format from '../copy/format.ts'

export interface ChosenFilesProps {
  readonly draft: Pick<Draft, 'files' | 'text'>
  readonly limits: Limits | undefined
  readonly onKeep: (kept: readonly ChosenFile[]) => void
}

/** The files of a draft, each with the name that it goes under if that is another, and what all of it comes to. */
export function ChosenFiles({ draft, limits, onKeep }: ChosenFilesProps): VNode {
  const { files, text } = draft
  const hasText = text !== ''
  const room = limits && roomFor(draft, limits)
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
              hasName
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
      <p class="hint">
        {words.sum(files.length, format.bytesAgainst(contentBytes(draft), room ?? Infinity))}
        {room !== undefined && ` ${words.room(format.atMost(room))}`}
      </p>
    </>
  )
}

/** More files than this scroll in a box of their own. */
const FEW = 6

/** Rows that are drawn before somebody asks for the rest. */
const SHOWN = 100
