import type { InvitationState } from '#protocol/box-api.ts'
import type { BoxAddress } from '#protocol/address.ts'
import type { BoxTermsOfCard, CardReader } from '#protocol/card.ts'
import type { PublicKey } from '#protocol/public-key.ts'
import type { Work } from '../../kit/progress.tsx'
import type { FaultCode, FaultNotice } from './fault.ts'

/** The drawn state of this device's boxes. The contents of a box are not in it: its session has them, and loses them when it locks. */
export interface BoxesState {
  /** The boxes of this device; `undefined` until the store has been read. */
  readonly entries: readonly ListedBox[] | undefined
  readonly screen: Screen
  /** The job at work, so that nothing else begins. */
  readonly job?: Job | undefined
  /** The last fault, and the place that a person has to look at. */
  readonly fault?: Fault | undefined
  /** A question in the page that waits for an answer. */
  readonly asking?: BoxQuestion | undefined
  readonly announcement: string
  readonly announcements: number
  /** Grows with every change of the open box. */
  readonly revision: number
  /** Whether this browser keeps its data across a reload. */
  readonly isLasting: boolean
  /** Whether it has promised to clear nothing by itself; `undefined` until it was asked. */
  readonly isPersisted?: boolean | undefined
}

/** A box of this device, as it is known while it is locked. */
export interface ListedBox {
  readonly box: BoxAddress
  readonly name: string
  readonly hasPasskey: boolean
}

/** The screens, one at a time. */
export type Screen =
  /** `lost`: the name of a box that another tab has removed. */
  | { readonly at: 'list'; readonly lost?: string | undefined }
  /** `restoring`: all that is known of a box whose phrase was typed. */
  | { readonly at: 'create'; readonly restoring?: Restoring | undefined }
  | { readonly at: 'phrase'; readonly words: readonly string[] }
  /** Three places of the phrase, counted from 0, and those of them that were wrong. */
  | { readonly at: 'check'; readonly places: readonly number[]; readonly wrong: readonly number[] }
  | { readonly at: 'restore' }
  | { readonly at: 'join' }
  /** `isNew`: nothing else is made of its phrase yet. */
  | { readonly at: 'protect'; readonly name: string; readonly canPasskey: boolean; readonly isNew: boolean }
  | { readonly at: 'locked'; readonly entry: ListedBox; readonly why?: LockCause | undefined }
  | Home

export interface Restoring {
  readonly box: BoxAddress
  /** From its card, if the server had one. */
  readonly name?: string | undefined
  readonly terms?: BoxTermsOfCard | undefined
}

/** Why a box is locked that was open before. */
export type LockCause = 'pressed' | 'idle'

export interface Home {
  readonly at: 'home'
  readonly box: BoxAddress
  readonly section: Section
  /** A reader code that was made on this device, to be shown. */
  readonly code?: string | undefined
  /** The link of an invitation that was just made. */
  readonly invited?: { readonly label: string; readonly link: string } | undefined
  /** The rest of the invitations, by the server. */
  readonly left?: readonly LeftInvitation[] | undefined
  /** The readers as of the card, and which of them this device is: for a device that has joined. */
  readonly card?: { readonly readers: readonly CardReader[]; readonly own: PublicKey } | undefined
  /** The step that failed while the box was protected: it has no passkey. */
  readonly passkeyFault?: FaultCode | undefined
  /** The fault of the keys of this device, until they are published or the box is unlocked again. */
  readonly keysFault?: FaultNotice | undefined
}

/** News from the server or from a job about the box that is open. */
export type HomeNews = Partial<Pick<Home, 'code' | 'invited' | 'left' | 'card' | 'passkeyFault' | 'keysFault'>>

/** The rest of an invitation. Its secret stays in the box. */
export interface LeftInvitation extends Pick<InvitationState, 'hash' | 'items' | 'bytes'> {
  /** `''` if this device does not know it. */
  readonly label: string
  /** Milliseconds since 1970. */
  readonly expiresAtMs: number
}

export type Section = 'inbox' | 'share' | 'readers' | 'invitations' | 'settings'

/** The work that takes time, one at a time. A fault is told where its job began. */
export type JobName =
  | 'create'
  | 'phrase'
  | 'backup-open'
  | 'join'
  | 'protect'
  | 'unlock'
  | 'passkey-unlock'
  | 'publish'
  | 'terms'
  | 'add-reader'
  | 'remove-reader'
  | 'code'
  | 'card'
  | 'invite'
  | 'uninvite'
  | 'left'
  | 'backup'
  | 'passphrase'
  | 'passkey'
  | 'auto-lock'
  | 'forget'
  | 'list'

export interface Job {
  readonly name: JobName
  readonly work: Work
}

export interface Fault extends FaultNotice {
  readonly at: JobName
}

export type BoxQuestion =
  | { readonly to: 'remove-reader'; readonly key: PublicKey }
  | { readonly to: 'uninvite'; readonly hash: string }
  | { readonly to: 'remove-passkey'; readonly credential: string }

/** How the state of this room moves on. */
type Change = (state: BoxesState) => BoxesState

export const FIRST_BOXES: BoxesState = {
  entries: undefined,
  screen: { at: 'list' },
  announcement: '',
  announcements: 0,
  revision: 0,
  isLasting: true,
}

/** Another screen, which begins without the messages of the last one. */
export function withScreen(screen: Screen): Change {
  return (state) => ({ ...state, job: undefined, fault: undefined, asking: undefined, announcement: '', screen })
}

/** Another part of the box that is open. Its job goes on. */
export function withSection(section: Section): Change {
  return (state) => {
    const { fault, screen } = state
    if (screen.at !== 'home') return state
    return {
      ...state,
      asking: undefined,
      announcement: '',
      // A failure while another part was shown was not seen yet.
      fault: screen.section !== section && sectionOf(fault) === section ? fault : undefined,
      screen: {
        ...screen,
        section,
        // Made while other parts were shown, it was not seen yet.
        invited: screen.section !== 'invitations' || section === 'invitations' ? screen.invited : undefined,
        passkeyFault: undefined,
      },
    }
  }
}

/** A job under way, or none. */
export function withJob(job: Job | undefined): Change {
  return (state) =>
    job === undefined
      ? { ...state, job: undefined }
      : { ...state, job, fault: undefined, asking: undefined, announcement: '' }
}

/** A job that failed. */
export function withFault(fault: Fault): Change {
  return (state) => ({ ...state, job: undefined, fault })
}

/** A question in the page, or none. */
export function withQuestion(asking: BoxQuestion | undefined): Change {
  return (state) => ({ ...state, asking, fault: undefined })
}

/** News of the box that is open. */
export function withNews(news: HomeNews): Change {
  return (state) => (state.screen.at === 'home' ? { ...state, screen: { ...state.screen, ...news } } : state)
}

/** A sentence for a screen reader. */
export function withAnnouncement(announcement: string): Change {
  return (state) => ({ ...state, announcement, announcements: state.announcements + 1 })
}

/** Whether leaving the page now would lose something for good. */
export function wouldLoseBox(state: BoxesState): boolean {
  const { entries = [], isLasting, screen } = state
  if (holdsWords(state)) return true
  // A browser that keeps nothing loses its boxes with the page.
  return !isLasting && (entries.length > 0 || screen.at === 'home' || screen.at === 'locked')
}

/** Whether the screen stands for a box that nothing else is made of yet. */
function holdsWords({ screen }: BoxesState): boolean {
  return screen.at === 'phrase' || screen.at === 'check' || (screen.at === 'protect' && screen.isNew)
}

/** The section in which a person began the job that failed. */
function sectionOf(fault: Fault | undefined): Section | undefined {
  switch (fault?.at) {
    case 'add-reader':
    case 'remove-reader':
    case 'code':
    case 'card':
      return 'readers'
    case 'invite':
    case 'uninvite':
    case 'left':
      return 'invitations'
    case 'terms':
    case 'backup':
    case 'passphrase':
    case 'passkey':
    case 'auto-lock':
    case 'forget':
      return 'settings'
    default:
      return undefined
  }
}
