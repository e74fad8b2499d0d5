/** Everything that a person can do with a drop in parts that comes in. */
export interface ReceivingActions {
  readonly pause: () => Promise<void>
  readonly goOn: () => Promise<void>
  readonly cancel: () => Promise<void>
}

/** Takes what has been opened out of the page. */
export interface KeepActions {
  readonly copyText: () => Promise<boolean>
  /** The text was selected and copied by hand. */
  readonly noteCopied: () => Promise<void>
  readonly saveFile: (name: string) => Promise<void>
  readonly saveAll: () => Promise<void>
  readonly saveSealed: () => Promise<void>
  readonly stopSaving: () => void
}
