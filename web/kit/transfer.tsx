import type { ComponentChildren, VNode } from 'preact'
import * as format from '../copy/format.ts'
import { transfer as words } from '../copy/transfer.ts'
import { Button } from './button.tsx'

/** The part of a drop that has been carried, and the speed. */
export interface TransferProgress {
  /** `checking`: what is here already is read again and compared. */
  readonly stage: 'sending' | 'receiving' | 'checking'
  /** Bytes of the whole drop's ciphertext, and how many of them are done. */
  readonly bytes: number
  readonly total: number
  /** As `makePace` tells it; `undefined` while nobody can say. */
  readonly pace?: { readonly bytesPerSecond: number; readonly secondsLeft: number } | undefined
}

/** `waiting`: the connection is lost, and it goes on by itself. `stopping`: the last request is being waited for. */
export type TransferState = 'going' | 'waiting' | 'paused' | 'stopping'

export interface TransferProps {
  readonly carried: TransferProgress
  readonly flow: TransferState
  readonly onPause: () => unknown
  readonly onGoOn: () => unknown
  /** Left out where there is nothing to cancel. The caller asks before anything is lost. */
  readonly onCancel?: (() => unknown) | undefined
  /** The text of the button that cancels. */
  readonly cancel?: string
  /** Stands in place of the buttons, while something is asked. */
  readonly children?: ComponentChildren
}

/**
 * A drop in parts under way: bytes of bytes, percent, speed, time left, and the buttons that pause it and go on. It tells
 * a screen reader every quarter. The screen around it gives `tabTitle` to its heading as `tab`.
 */
export function Transfer(props: TransferProps): VNode {
  const { carried, cancel = words.cancel, children, flow, onCancel, onGoOn, onPause } = props
  const { bytes, stage, total } = carried
  const isHeld = flow === 'paused'
  return (
    <div class={`transfer ${flow}`}>
      <p class="transfer-line">
        <span class="transfer-percent">{format.percent(partOf(carried))}</span>
        <span>{words.amount[stage](format.bytes(bytes), format.bytes(total))}</span>
      </p>
      <progress
        value={partOf(carried)}
        aria-label={words.label[stage]}
        aria-valuetext={words.amount[stage](format.bytes(bytes), format.bytes(total))}
      />
      <p class="hint">{flow === 'going' ? paceText(carried) : words.flow[flow]}</p>
      <p class="unseen" role="status">
        {spoken(carried, flow)}
      </p>
      {children ?? (
        <div class="buttons">
          <Button kind={isHeld ? 'seal' : 'plain'} isBusy={flow === 'stopping'} onPress={isHeld ? onGoOn : onPause}>
            {isHeld ? words.goOn : words.pause}
          </Button>
          {onCancel !== undefined && (
            <Button asks="cancel" isBusy={flow === 'stopping'} onPress={onCancel}>
              {cancel}
            </Button>
          )}
        </div>
      )}
    </div>
  )
}

/** The title of the tab while nobody looks at it: `42 % sent`, `Paused, 42 % sent`. */
export function tabTitle(carried: TransferProgress, flow: TransferState): string {
  const done = words.done[carried.stage](format.percent(partOf(carried)))
  return flow === 'paused' || flow === 'waiting' ? words.tab[flow](done) : done
}

/** From 0 to 1. Not 1 before the last byte, and whole percents only: that is what is shown. */
function partOf({ bytes, total }: TransferProgress): number {
  return total === 0 ? 0 : Math.floor((100 * bytes) / total) / 100
}

function paceText({ bytes, pace, stage, total }: TransferProgress): string {
  if (bytes >= total) return words.last[stage]
  if (pace === undefined || stage === 'checking') return words.flow.going
  return words.pace(format.rate(pace.bytesPerSecond), format.roughly(pace.secondsLeft))
}

/** Changes every quarter and with the flow, and not in between: it is read out each time. */
function spoken(carried: TransferProgress, flow: TransferState): string {
  if (flow !== 'going') return words.flow[flow]
  const quarter = Math.floor(4 * partOf(carried)) / 4
  return quarter === 0 ? words.label[carried.stage] : words.done[carried.stage](format.percent(quarter))
}
