import type { VNode } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { Progress } from '#client/server.ts'
import * as format from '../copy/format.ts'
import { work as words } from '../copy/page.ts'

/** Work that is waited for. `starting` has nothing to tell yet. */
export type Work = Progress | { readonly stage: 'starting' }

/** Says what is being waited for: nothing at first, then words, then bytes if it takes long. */
export function WorkNotice({ work }: { work: Work }): VNode | null {
  const isSlow = useDelayed(SLOW_MS)
  const isLong = useDelayed(LONG_MS)
  if (!isSlow) return null
  const part = partOf(work)
  return (
    <div class="work" aria-busy="true">
      <p>{sentence(work, isLong)}</p>
      {part !== undefined && <progress value={part} aria-label={words.label} />}
    </div>
  )
}

function sentence(work: Work, isLong: boolean): string {
  switch (work.stage) {
    case 'starting':
      return words.starting
    case 'stretching':
      return words.stretching(format.percent(work.done))
    case 'sealing':
    case 'opening':
      return words[work.stage]
    case 'sending':
    case 'receiving':
    case 'checking':
      return isLong ? words[work.stage](format.bytes(work.bytes), format.bytes(work.total)) : words.starting
    case 'waiting':
      return words.waiting
  }
}

function partOf(work: Work): number | undefined {
  if (work.stage === 'stretching') return work.done
  return 'total' in work && work.total > 0 ? work.bytes / work.total : undefined
}

/** Whether this much time has passed since it was first drawn. */
export function useDelayed(ms: number): boolean {
  const [isLater, setLater] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setLater(true), ms)
    return () => clearTimeout(timer)
  }, [ms])
  return isLater
}

/** From when on waiting is worth a word, and from when on a number. */
const SLOW_MS = 400
const LONG_MS = 1_000
