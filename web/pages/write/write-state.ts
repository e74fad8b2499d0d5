import { readWriteTarget, type WriteTarget } from '#client/box/address-link.ts'
import type { Bytes } from '#protocol/bytes.ts'
import { isEmpty } from '../../send/draft.ts'
import { EMPTY_LETTER, type FoundBox, type SentLetter } from '../../send/to-box.ts'
import type { FailureCode } from '../../platform/server.ts'
import { firstSendState, sendReduce, type Limits, type SendEvent, type SendState } from '../../send/send-state.ts'
import type { CardRefusal } from './card-refusal.ts'

/** Everything that is drawn of writing to a box. Keys and an unsaid return code are not in here: effects hold them. */
export interface WriteState {
  /** With the invitation that came with the address, or that has been taken from the field. */
  readonly target: WriteTarget
  /** The field for an invitation, of a box that asks for one. `undefined`: the address brought one that has not been refused. */
  readonly invitation: InvitationEntry | undefined
  readonly main: WriteMain
  /** The form and the upload: the same as those of a drop for a link, with terms of their own. */
  readonly desk: SendState
  /** As soon as its keys have been found to be good. It stays while they are asked for again. */
  readonly box: FoundBox | undefined
  /** Whether a return code is to be made. */
  readonly wantsCode: boolean
  /** Whether this device has been asked to remember the box. */
  readonly isRemembered: boolean
  /** Whether it is written with a return code that the sender has. */
  readonly isAgain: boolean
}

/** The screens, one at a time. */
export type WriteMain =
  | { readonly at: 'looking'; readonly fault?: FailureCode | undefined }
  | { readonly at: 'refused'; readonly refusal: CardRefusal }
  /** `isChanged`: the readers of the box are not those of the time when the page was opened. */
  | { readonly at: 'writing'; readonly isChanged: boolean }
  | ({ readonly at: 'sent' } & SentLetter)

/** An invitation link as it has been typed. */
export interface InvitationEntry {
  readonly text: string
  readonly fault?: InvitationFault | undefined
}

/** `other`: it is for another box. */
export type InvitationFault =
  | { readonly at: 'missing' | 'damaged' | 'none' | 'other' }
  | { readonly at: 'elsewhere'; readonly origin: string }

export type WriteEvent =
  | { readonly type: 'looked' }
  | { readonly type: 'found'; readonly box: FoundBox; readonly limits: Limits; readonly isChanged: boolean }
  | { readonly type: 'recalled'; readonly isRemembered: boolean }
  | { readonly type: 'card-refused'; readonly refusal: CardRefusal }
  | { readonly type: 'missed'; readonly fault: FailureCode }
  | { readonly type: 'code-wanted'; readonly wantsCode: boolean }
  | { readonly type: 'invitation-typed'; readonly text: string }
  /** The input is an invitation, and used; or it is none, for a reason. */
  | { readonly type: 'invited'; readonly secret: Bytes }
  | { readonly type: 'uninvited'; readonly fault: InvitationFault }
  /** `keepsDraft`: what was sent was chosen before a reload, and the draft is another letter. */
  | { readonly type: 'letter-sent'; readonly letter: SentLetter; readonly keepsDraft: boolean }
  | { readonly type: 'code-noted' }
  | { readonly type: 'another' }
  /** An event of the form or the upload. */
  | { readonly type: 'desk'; readonly event: SendEvent }

/** @param isAgain - it is written with a return code that the sender has */
export function firstWriteState(target: WriteTarget, isAgain = false): WriteState {
  return {
    target,
    invitation: target.invitation === undefined ? { text: '' } : undefined,
    main: { at: 'looking' },
    desk: firstSendState(EMPTY_LETTER),
    box: undefined,
    wantsCode: false,
    isRemembered: false,
    isAgain,
  }
}

/** The next state. An event that does not belong to the screen changes nothing: it came late. */
export function reduceWrite(state: WriteState, event: WriteEvent): WriteState {
  const { desk, main } = state
  switch (event.type) {
    case 'looked':
      return main.at === 'sent' ? state : { ...state, main: { at: 'looking' } }
    case 'found':
      return main.at === 'looking' || main.at === 'writing'
        ? {
            ...state,
            box: event.box,
            // A letter that was sealed with the same keys and not sent yet is still good.
            desk: {
              ...(state.box?.card.serial === event.box.card.serial ? desk : otherLetter(desk)),
              limits: event.limits,
            },
            main: { at: 'writing', isChanged: event.isChanged },
          }
        : state
    case 'recalled':
      return { ...state, isRemembered: event.isRemembered }
    case 'card-refused':
      return main.at === 'sent'
        ? state
        : { ...state, main: { at: 'refused', refusal: event.refusal }, desk: atRest(desk) }
    case 'missed':
      return main.at === 'looking' ? { ...state, main: { at: 'looking', fault: event.fault } } : state
    case 'code-wanted':
      return { ...state, wantsCode: event.wantsCode, desk: otherLetter(desk) }
    case 'invitation-typed':
      return { ...state, invitation: { text: event.text } }
    case 'invited':
      // A letter that was sealed by another one is sealed again.
      return { ...state, target: { ...state.target, invitation: event.secret }, desk: otherLetter(desk) }
    case 'uninvited':
      return { ...state, invitation: { text: state.invitation?.text ?? '', fault: event.fault } }
    case 'letter-sent':
      return {
        ...state,
        main: { at: 'sent', ...event.letter },
        desk: { ...desk, draft: event.keepsDraft ? desk.draft : EMPTY_LETTER, main: { at: 'compose' } },
        wantsCode: false,
      }
    case 'code-noted':
      return main.at === 'sent' ? { ...state, main: { ...main, words: undefined } } : state
    case 'another':
      return main.at === 'sent' ? { ...state, main: { at: 'looking' } } : state
    case 'desk': {
      const next = { ...state, desk: sendReduce(desk, event.event) }
      // By the one that came with the address nothing more goes: there is room for another.
      return isUninvited(next) ? { ...next, invitation: next.invitation ?? { text: '' } } : next
    }
  }
}

/** Whether an invitation has to be typed, or may be. */
export function asksInvitation({ box, invitation }: WriteState): boolean {
  return box?.card.terms.invitation === true && invitation !== undefined
}

/** The invitation in what somebody has typed or pasted. @param origin - of this server. */
export function readInvitation(text: string, { address }: WriteTarget, origin: string): Bytes | InvitationFault {
  if (text.trim() === '') return { at: 'missing' }
  const found = readWriteTarget(text)
  if (found === undefined) return { at: 'damaged' }
  if (found.address !== address) return { at: 'other' }
  if (found.origin !== undefined && found.origin !== origin) return { at: 'elsewhere', origin: found.origin }
  return found.invitation ?? { at: 'none' }
}

/** Whether leaving the page now would lose something for good. */
export function wouldLoseLetter({ desk, main }: WriteState): boolean {
  if (main.at === 'sent') return main.words !== undefined
  return !isEmpty(desk.draft) || desk.main.at === 'sending'
}

/** Whether the server has refused the invitation, or has no room for what comes by it. */
function isUninvited({ desk: { main } }: WriteState): boolean {
  return main.at === 'compose' && (main.fault?.at === 'invitation' || main.fault?.at === 'box-full')
}

/** Nothing is under way any more, and nothing that was typed is lost. */
function atRest(desk: SendState): SendState {
  return desk.main.at === 'compose' ? { ...desk, main: { at: 'compose' } } : desk
}

/** The same draft as another object: anything sealed before is sealed again. */
function otherLetter(desk: SendState): SendState {
  return { ...desk, draft: { ...desk.draft } }
}
