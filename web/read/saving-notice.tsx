import type { VNode } from 'preact'
import * as format from '../copy/format.ts'
import { saving as words } from '../copy/reading.ts'
import { Button } from '../kit/button.tsx'
import { Notice } from '../kit/notice.tsx'
import { useDelayed } from '../kit/progress.tsx'
import { Name } from '../kit/verbatim.tsx'
import type { Saving } from './reading.ts'

/** A file on its way out of the page, or why it did not get there. Nothing for what takes a moment. */
export function SavingNotice({
  fault,
  onStop,
  saving,
}: {
  saving: Saving['saving']
  fault: Saving['saveFault']
  onStop: () => void
}): VNode | null {
  if (saving !== undefined) return <Going saving={saving} onStop={onStop} />
  if (fault === undefined) return null
  return (
    <Notice kind="burn" role="alert">
      <p>{words.faults[fault.code]}</p>
      {fault.names.length > 0 && (
        <ul>
          {fault.names.map((name) => (
            <li key={name}>
              <Name>{name}</Name>
            </li>
          ))}
        </ul>
      )}
    </Notice>
  )
}

function Going({ onStop, saving }: { saving: NonNullable<Saving['saving']>; onStop: () => void }): VNode | null {
  const isSlow = useDelayed(SLOW_MS)
  if (!isSlow) return null
  const { bytes, name, total } = saving
  return (
    <div class="saving" aria-busy="true">
      <p>
        {name === undefined ? words.all : words.one} {name !== undefined && <Name>{name}</Name>}{' '}
        <span class="quiet">{words.amount(format.bytes(bytes), format.bytes(total))}</span>
      </p>
      <progress value={total === 0 ? 0 : bytes / total} aria-label={words.label} />
      <Button kind="small" onPress={onStop}>
        {words.stop}
      </Button>
    </div>
  )
}

/** From when on waiting is worth a word, in milliseconds. */
const SLOW_MS = 400
