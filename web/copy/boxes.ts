/** The boxes of a device, and the sentence after each action on one. */
export const boxWords = {
  title: 'Boxes on this device',
  lede: 'A box has an address that you can publish. Anybody seals messages to it, without an account; only its readers can open them.',
  empty: 'There is no box on this device yet.',
  notLasting:
    'This browser keeps nothing across a reload, so a box that you create here ends with this page. Use another browser, or not a private window.',
  lost: (name: string): string => `“${name}” was removed from this device in another tab.`,
  listLabel: 'Boxes',
  unlock: 'Unlock',
  unlockBox: (name: string): string => `Unlock ${name}`,
  create: 'Create a box',
  restore: 'Restore a box',
  join: 'Join as a reader',
  joinHint: 'Join to read a box together with its owner. Restore a box of your own from a backup file or its 24 words.',
  back: 'Back to the boxes',
  returnCode: 'You have written to a box and want to see the answer?',
  returnLink: 'Use your return code',

  published: 'The keys have been published.',
  termsKept: 'Saved and published.',
  readerAdded: 'The reader has been added.',
  readerRemoved: 'The reader has been removed.',
  codeMade: 'Your reader code is ready.',
  invited: 'The invitation is ready.',
  uninvited: 'The invitation has been revoked.',
  backedUp: 'The backup file has been handed to your browser to save. See that it is where you keep it.',
  passphraseChanged: 'The passphrase has been changed.',
  passkeyAdded: 'The passkey opens this box now.',
  passkeyRemoved: 'The passkey opens this box no more.',
  autoLockKept: 'Saved.',
  /** A name for a file, with the day and without anything that a file system minds. */
  backupName: (name: string, now: number): string =>
    `sealdrop-${name.replaceAll(/[^\p{L}\p{N}]+/gu, '-')}-${new Date(now).toISOString().slice(0, 10)}.age`,
}

/** A box that is open. */
export const homeWords = {
  nav: 'Parts of this box',
  sections: {
    inbox: 'Inbox',
    share: 'Share',
    readers: 'Readers',
    invitations: 'Invitations',
    settings: 'Settings',
  },
  lock: 'Lock',
  nag: 'There is no backup file of this box as it is now. If this browser loses what it keeps, everything in the box is lost; the 24 words bring back only the address.',
  nagJoined:
    'There is no backup file of this box as it is now. If this browser loses what it keeps, you cannot open anything that is in the box.',
  nagPersisted: 'This browser has not promised to keep it: it may clear it when space runs short.',
  nagNotLasting: 'This browser keeps nothing across a reload: the box ends with this page.',
  nagButton: 'Save a backup file',
  unpublished: 'The box is not published yet, so nobody can write to it.',
  publishing: 'Publishing the keys of the box…',
  publishNow: 'Publish now',
  overdue: (when: string): string =>
    `The keys of this box ended on ${when}. Until they are renewed, nobody can write to it.`,
  renewFailed: (when: string): string => `The keys are published until ${when}, and could not be renewed now.`,
  short: (name: string): string => `${name}’s keys run short: ask ${name} to open the box.`,
}

/** The obstacles to a box, each in a sentence, with the next step. No typed text is lost by any of them. */
export const lockedWords = {
  title: (name: string): string => `“${name}” is locked`,
  idle: 'It locked itself, because nobody used it for a while.',
  lede: 'What this device keeps of it is sealed. Your passphrase opens it, here and on no server.',
  passphrase: 'Passphrase',
  unlock: 'Unlock',
  unlocking: 'Unlocking…',
  passkey: 'Unlock with a passkey',
  passkeyWaiting: 'Waiting for the passkey…',
  forgotten: 'Forgotten the passphrase?',
  forgottenText:
    'Nobody can recover it. Remove the box from this device; then restore it from a backup file or from its 24 words, or join it again if it is somebody else’s.',
}
