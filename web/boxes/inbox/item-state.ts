import { furthest } from '#client/pace.ts'
import type { BoxAddress } from '#protocol/address.ts'
import type { Item } from '#protocol/box-api.ts'
import type { DropId } from '#protocol/id.ts'
import type { Carried, Flow } from '../../parts/transfer.tsx'
import type { OpenedDrop, Room, SaveFault, Saving } from '../../reading-state.ts'
import type { InboxFault } from './state.ts'

/** The item on the screen. */
export interface Shown {
  readonly item: Item
  readonly phase: Phase
}

/** How far an item has come. */
export type Phase =
  /** Nothing is under way: it waits for a press. */
  | { readonly at: 'closed'; readonly room?: Room | undefined; readonly fault?: ClosedFault | undefined }
  | {
      readonly at: 'coming'
      /** `undefined` until there is something to tell. */
      readonly carried: Carried | undefined
      readonly flow: Flow
      /** Why it is paused, if not by a press: this device takes no more. */
      readonly fault?: 'full' | undefined
    }
  | ({ readonly at: 'opened'; readonly taken: readonly string[] } & Letter & Saving)
  /** The server does not have it. */
  | { readonly at: 'gone' }
  | ({ readonly at: 'unreadable'; readonly why: Unreadable } & Saving)

/**
 * `no_keys`: those of its time have been deleted here, so that it is not even fetched. `open_failed`: no key of this device opens
 * it. `misplaced`: it was sealed for another box or another place.
 */
export type Unreadable = 'no_keys' | 'open_failed' | 'misplaced'

/** `elsewhere`: another tab works on it. `stopped`: by a press. */
export type ClosedFault = InboxFault | 'elsewhere' | 'stopped'

/** What has been opened, and what it says of its sender and its readers. */
export interface Letter extends Omit<OpenedDrop, 'reads'> {
  readonly thread: BoxAddress | undefined
  /** `none`: its sender took no return code. `forged`: it names one that it does not prove to have. */
  readonly answering: 'open' | 'none' | 'forged'
  readonly readers: ReadersCheck
}

/** The readers that the drop says it is sealed for, held against those of the box. */
export interface ReadersCheck {
  /** Names, of those that are known; in the order of the drop. */
  readonly known: readonly string[]
  /** Keys that are not among the readers of the box. */
  readonly strangers: readonly string[]
  /** Names of readers of the box for whom it is not sealed. */
  readonly left: readonly string[]
  /** Whether the readers of the box could be found out at all. */
  readonly isChecked: boolean
}

export type ItemEvent = { readonly drop: DropId } & (
  | { readonly type: 'coming' | 'vanished-item' | 'filled' }
  | { readonly type: 'closed'; readonly fault?: ClosedFault | undefined; readonly room?: Room | undefined }
  | { readonly type: 'carried'; readonly carried: Carried }
  | { readonly type: 'flowed'; readonly flow: Flow }
  | { readonly type: 'opened'; readonly letter: Letter }
  | { readonly type: 'not-readable'; readonly why: Unreadable }
  | { readonly type: 'taken'; readonly names: readonly string[] }
  | { readonly type: 'saving'; readonly saving: Saving['saving'] }
  | { readonly type: 'not-saved'; readonly fault: SaveFault }
)

/** The next phase. An event that does not belong to the phase changes nothing: it came late. */
export function itemReduce(phase: Phase, event: ItemEvent): Phase {
  switch (event.type) {
    case 'coming':
      return phase.at === 'coming' ? { ...phase, flow: 'going', fault: undefined } : COMING
    case 'closed':
      return { at: 'closed', room: event.room, fault: event.fault }
    case 'carried':
      return phase.at === 'coming'
        ? { ...phase, carried: furthest(phase.carried, event.carried), flow: moved(phase.flow) }
        : phase
    case 'flowed':
      return phase.at === 'coming' ? { ...phase, flow: event.flow, fault: undefined } : phase
    case 'filled':
      return phase.at === 'coming' ? { ...phase, flow: 'paused', fault: 'full' } : phase
    case 'opened':
      return { at: 'opened', taken: [], ...event.letter }
    case 'vanished-item':
      return { at: 'gone' }
    case 'not-readable':
      return { at: 'unreadable', why: event.why }
    case 'taken':
      return phase.at === 'opened' ? { ...phase, taken: [...new Set([...phase.taken, ...event.names])] } : phase
    case 'saving':
      return canSave(phase) ? { ...phase, saving: event.saving, saveFault: undefined } : phase
    case 'not-saved':
      return canSave(phase) ? { ...phase, saving: undefined, saveFault: event.fault } : phase
  }
}

const COMING: Phase = { at: 'coming', carried: undefined, flow: 'going' }

/** What has moved waits no longer. */
function moved(flow: Flow): Flow {
  return flow === 'waiting' ? 'going' : flow
}

function canSave(phase: Phase): phase is Extract<Phase, { at: 'opened' | 'unreadable' }> {
  return phase.at === 'opened' || phase.at === 'unreadable'
}
