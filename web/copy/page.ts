/** Texts of every page, and texts that any of them may need. */
export const page = {
  name: 'Sealdrop',
  how: 'How it works',
  sent: 'Sent',
  boxes: 'Boxes',
  nav: 'Pages',
  foot: 'Encrypted on your device: the server holds sealed bytes that it cannot read, and deletes them once they have been opened.',
  footBoxes:
    'Encrypted on your device: the server holds sealed bytes that it cannot read, until they expire or the owner of the box deletes them.',
  loading: 'One moment…',
  notLoaded: 'A part of this page could not be loaded. Nothing is lost; try again when you are connected.',
  show: 'Show',
  hide: 'Hide',
  showSecret: 'Show passphrase',
  hideSecret: 'Hide passphrase',
  back: 'Back',
  again: 'Try again',
  copied: 'Copied',
  removed: 'Removed from this device.',
  shareFailed: 'This browser could not hand the link over. Copy it instead.',
  notRemoved: 'It could not be removed from this device now. The next visit to this page removes it.',
  copyFailed: 'This browser did not let us copy. Select the text and copy it by hand.',
}

/** Work that takes time, in words. Bytes only for work that takes longer than a moment. */
export const work = {
  label: 'Progress',
  starting: 'One moment…',
  stretching: (done: string): string =>
    `Working on the passphrase, ${done}. This is slow on purpose: it makes guessing slow too.`,
  sealing: 'Sealing…',
  opening: 'Opening…',
  sending: (bytes: string, total: string): string => `Sending the sealed bytes, ${bytes} of ${total}`,
  receiving: (bytes: string, total: string): string => `Receiving the sealed bytes, ${bytes} of ${total}`,
  checking: (bytes: string, total: string): string => `Checking, ${bytes} of ${total}`,
  waiting: 'Waiting for the server. Nothing is lost; it will be asked again by itself.',
}

/** The same for the ear, without numbers. */
export const stages = {
  starting: 'One moment…',
  stretching: 'Working on the passphrase…',
  sealing: 'Sealing…',
  opening: 'Opening…',
  sending: 'Sending the sealed bytes…',
  receiving: 'Receiving the sealed bytes…',
  checking: 'Checking…',
  waiting: 'Waiting for the server. It will be asked again by itself.',
}
