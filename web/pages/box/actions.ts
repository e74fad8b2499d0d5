import type { InvitationOrder } from '#client/box/invitations.ts'
import type { BoxAddress } from '#protocol/address.ts'
import type { PublicKey } from '#protocol/public-key.ts'
import type { ListedBox, BoxQuestion, Screen, Section } from './state.ts'

/**
 * Everything that a person can do with the boxes of this device. Whatever takes time resolves with whether it was done; if not, the
 * state says why.
 */
export interface BoxesActions {
  /** Reads the boxes of this device. */
  readonly list: () => Promise<boolean>
  readonly go: (at: 'list' | 'create' | 'restore' | 'join') => void
  /** To a box that is locked. */
  readonly choose: (entry: ListedBox) => void
  readonly ask: (asking: BoxQuestion | undefined) => void
  readonly announce: (text: string) => void
  readonly copy: (text: string, done: string) => Promise<boolean>
  readonly suggest: () => Promise<string>

  readonly making: MakingActions
  readonly unlock: (entry: ListedBox, passphrase: string) => Promise<boolean>
  readonly unlockWithPasskey: (entry: ListedBox) => Promise<boolean>
  readonly forget: (box: BoxAddress) => Promise<boolean>
  readonly home: HomeActions
}

/** On the way to a box on this device. */
export interface MakingActions {
  /** A new box, or one whose phrase was typed. */
  readonly create: (plan: Plan) => Promise<boolean>
  /** From the words to the places that are asked for, and back. */
  readonly check: () => void
  readonly showWords: () => void
  /** @param typed - the words at the places of the screen, in their order */
  readonly answer: (typed: readonly string[]) => void
  readonly takePhrase: (text: string) => Promise<boolean>
  readonly openBackup: (file: File | undefined, passphrase: string) => Promise<boolean>
  /** @param address - or a link to write to the box */
  readonly join: (address: string, readerName: string) => Promise<boolean>
  /** Keeps it on this device, and opens it. */
  readonly protect: (passphrase: string, repeated: string, wantsPasskey: boolean) => Promise<boolean>
}

export interface Plan {
  readonly name: string
  readonly readerName: string
  /** Bytes of ciphertext. */
  readonly largest: number
  readonly invitation: boolean
}

/** In a box that is open. */
export interface HomeActions {
  readonly section: (section: Section) => void
  readonly lock: () => void
  /** Publishes the keys for the weeks to come. */
  readonly publish: () => Promise<boolean>
  readonly terms: (terms: Pick<Plan, 'largest' | 'invitation'>) => Promise<boolean>
  readonly addReader: (code: string) => Promise<boolean>
  readonly removeReader: (key: PublicKey) => Promise<boolean>
  /** A code with which the owner lets this device read. */
  readonly makeCode: () => Promise<boolean>
  /** The readers of the box, by its card. */
  readonly lookAtCard: () => Promise<boolean>
  readonly invite: (order: InvitationOrder) => Promise<boolean>
  readonly uninvite: (hash: string) => Promise<boolean>
  /** The rest of the invitations. */
  readonly lookAtInvitations: () => Promise<boolean>
  readonly backUp: (passphrase: string, repeated: string) => Promise<boolean>
  readonly changePassphrase: (passphrase: string, repeated: string) => Promise<boolean>
  readonly addPasskey: () => Promise<boolean>
  readonly removePasskey: (credential: string) => Promise<boolean>
  readonly autoLock: (minutes: number) => Promise<boolean>
}

/** The screen that a view of this page draws. */
export type ScreenOf<At extends Screen['at']> = Extract<Screen, { at: At }>
