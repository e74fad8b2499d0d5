import * as format from './format.ts'

export const sealed = {
  title: 'Sealed. Send this link.',
  lede: (reads: number, until: string): string =>
    reads === 1
      ? `Anyone with the whole link can open it, once, until ${until}.`
      : `Anyone with the whole link can open it, ${format.times(reads)} in all, until ${until}.`,
  ledePassphrase: (reads: number, until: string): string =>
    `Anyone with the whole link and the passphrase can open it, ${format.times(reads)}${reads === 1 ? '' : ' in all'}, until ${until}.`,
  link: 'Link',
  key: 'The green part, from the # on, is the key. Browsers never send it to a server.',
  copyLink: 'Copy link',
  linkCopied: 'Link copied.',
  share: 'Share…',
  showQr: 'Show QR code',
  hideQr: 'Hide QR code',
  qr: 'QR code of the link',
  doNotOpen: (reads: number): string =>
    reads === 1
      ? 'Do not open it yourself to try it: it opens once.'
      : `Do not open it yourself to try it: that counts as one of ${format.number(reads)}.`,
  next: 'What happens next',
  recipient: 'Looking at the link uses nothing up. It is opened when somebody presses “Open it now”.',
  receipt: 'When they have, the reader’s signed receipt is under',
  notKept:
    'This browser keeps nothing, so the message will not be listed under Sent. You can burn it only while this page is open.',
  passphrase: 'Passphrase',
  twoWays: 'Send the link one way and the passphrase another, so that whoever reads one of them cannot open it.',
  passphraseThen: 'The link needs the passphrase that you chose then. It is kept nowhere and cannot be shown again.',
  copyPassphrase: 'Copy passphrase',
  passphraseCopied: 'Passphrase copied.',
  burn: 'Burn it now',
  burning: 'Burning…',
  another: 'Seal another',
  notCopied: 'You have not copied the link yet. It cannot be shown again once you leave this page.',
  anotherAnyway: 'Leave it and seal another',
  stay: 'Stay here',
}
