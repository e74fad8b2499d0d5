export const settingsWords = {
  keysTitle: 'Keys',
  keys: (when: string): string => `Keys published until ${when}.`,
  keysHint: 'They are renewed by themselves whenever you unlock the box with a connection.',
  keysJoined: 'This device announces its keys by itself whenever you unlock the box with a connection.',
  renew: 'Renew now',
  renewing: 'Renewing…',

  termsTitle: 'What the box takes',
  save: 'Save and publish',
  saving: 'Publishing…',

  backupTitle: 'Backup file',
  backup:
    'It holds all of the box as it is now, sealed with a passphrase. With it you restore the box on any device; programs that open age files open it as well.',
  backupOld:
    'An old backup file opens everything that was sealed after it was made. When you have a new one, delete the old ones.',
  backedUp: (when: string): string => `Last saved ${when}.`,
  notBackedUp: 'There is none of the box as it is now.',
  backupPassphrase: 'Passphrase of the backup file',
  backupRepeated: 'The same passphrase of the backup file again',
  backupHint: 'It may be another one than on this device. Without it nobody opens the file.',
  backupButton: 'Save a backup file',
  backingUp: 'Sealing…',

  passphraseTitle: 'Passphrase on this device',
  newPassphrase: 'New passphrase',
  newRepeated: 'The new passphrase again',
  change: 'Change passphrase',
  changing: 'Changing…',
  passphraseHint: 'Copies that somebody made of this browser before still open with the old one.',

  lockTitle: 'Locking',
  autoLock: 'Lock without use after',
  never: 'Never',
  lockHint:
    'Closing or reloading the page locks it, too. What you have typed of an answer is kept on this device, sealed, and is there again when you unlock; its files have to be chosen again. It does not lock itself while an answer is on its way.',

  forgetTitle: 'Remove from this device',
}

export const passkeyWords = {
  title: 'Passkeys',
  lede: 'A passkey opens the box on this device besides the passphrase, which always works.',
  none: 'This browser has no passkeys.',
  name: (count: number): string => `Passkey ${count}`,
  add: 'Add a passkey',
  adding: 'Waiting for the passkey…',
  remove: 'Remove',
  removeOne: (count: number): string => `Remove passkey ${count}`,
  question: 'Remove this passkey?',
  warning: 'It opens the box on this device no more. The passphrase and other passkeys do.',
  sure: 'Yes, remove it',
  keep: 'Keep it',
  /** Its name where it is kept, from which others must learn nothing. */
  nameOf: (when: string): string => `Box, ${when}`,
}

export const forgetWords = {
  owner:
    'Everything that this device keeps of the box is deleted: keys, notes of what was read, the way back to it. The box itself stays on the server. You need a backup file to open what is in it, or the 24 words to get the address back. With neither, it is lost for good.',
  joined:
    'Everything that this device keeps of the box is deleted, its keys included. What is in the box it cannot open any more; to read it again, the owner has to add this device anew.',
  unknown:
    'Everything that this device keeps of the box is deleted: keys, notes of what was read, the way back to it. The box itself stays on the server. If it is yours, you need a backup file to open what is in it, or the 24 words to get the address back: with neither, it is lost for good. If it is somebody else’s, its owner has to add this device anew.',
  confirm: (word: string): string => `Type “${word}” to go on`,
  word: 'remove',
  unlike: (word: string): string => `Type “${word}” if that is what you want.`,
  button: 'Remove from this device',
  removing: 'Removing…',
}
