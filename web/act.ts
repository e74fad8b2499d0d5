import type { DropId } from '#protocol/id.ts'
import type { PublicKey } from '#protocol/public-key.ts'
import type { Draft } from './draft.ts'
import type { Asking } from './sent-list.ts'

/** Everything that a person can do. Views call these and nothing else; the code for each comes when it is needed. */
export interface Act {
  /** Follows the address: a link is looked at, the other pages are shown. */
  readonly follow: () => Promise<void>
  readonly back: () => void
  readonly draft: (change: Partial<Draft>) => void
  readonly addFiles: (files: readonly File[], hasFolder?: boolean) => void
  /** Fetches ahead what sealing needs, so that the press is instant. */
  readonly prepare: () => void
  readonly seal: () => Promise<void>
  readonly suggest: () => Promise<void>
  readonly anew: () => void
  readonly copy: (text: string, done: string) => Promise<boolean>
  readonly share: (link: string) => Promise<void>
  readonly handOver: () => void
  readonly askBurn: (isAsking: boolean) => void
  readonly burn: () => Promise<void>
  readonly lookAgain: () => Promise<void>
  readonly open: (passphrase: string) => Promise<void>
  /** What has been opened, out of the page. */
  readonly keep: {
    readonly copyText: () => Promise<boolean>
    /** The text was selected and copied by hand. */
    readonly noteCopied: () => void
    readonly saveFile: (name: string) => Promise<void>
    readonly saveAll: () => Promise<void>
    readonly saveSealed: () => Promise<void>
  }
  readonly sent: {
    readonly list: () => Promise<void>
    readonly ask: (asking: Asking | undefined) => void
    readonly check: (dropId: DropId) => Promise<void>
    readonly checkAll: () => Promise<void>
    readonly burn: (dropId: DropId) => Promise<void>
    readonly reopen: (dropId: DropId, reader: PublicKey) => Promise<void>
    readonly forget: (dropIds: readonly DropId[]) => Promise<void>
  }
}
