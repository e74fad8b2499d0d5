import * as format from './format.ts'
import type { ListedStatus } from '../pages/link/sent-list.ts'

export const sent = {
  title: 'Sent from this browser',
  lede: 'This list is kept here and nowhere else. Neither links nor messages are in it. The server is asked only when you press.',
  empty:
    'Nothing yet. What you seal in this browser is listed here, so that you can see when it was opened and burn it.',
  notLasting: 'This browser keeps nothing across a reload, so the list ends with this page.',
  checkAll: 'Check all',
  checkAllHint: 'Asks the server about each. It could then tell that one browser sent them all.',
  sealedAt: (when: string): string => `Sealed ${when}`,
  until: 'Until',
  opens: 'Opens',
  times: (reads: number, hasPassphrase: boolean): string =>
    `${capital(format.times(reads))}${hasPassphrase ? ', with a passphrase' : ''}`,
  size: 'Size',
  sealedSize: (size: string): string => `${size} sealed`,
  state: 'State',
  asOf: (when: string): string => `as the server said ${when}`,
  receipts: 'Receipts',
  proved: (when: string): string => `Opened on ${when} by someone who holds the key, proved by signature.`,
  saveProof: 'Save the proof',
  proofHint:
    'The proof is a file that the sealdrop command checks with no server. It holds no secret. It shows that a key signed, not who had it; and since you could have made it yourself, it convinces only those who trust you.',
  proofPassphrase: 'Whoever has it and the link can try passphrases at home: do not give both away.',
  proofSaved: 'The proof is saved.',
  claimed: (when: string): string => `Claimed on ${when}, not finished. Proved by the reader’s signature.`,
  unproved: 'The server claims that somebody opened it, and its proof is wrong. Do not believe it.',
  unread:
    'The list could not be read or changed in this browser. What is in it may still be there: try again, or reload the page.',
  check: 'Check now',
  checking: 'Asking the server…',
  failed:
    'The server gave no answer that this page can use. What you asked for may or may not have happened: check again when you are connected.',
  reopen: 'Open it for somebody else',
  reopenQuestion: 'Take this claim back?',
  reopenWarning:
    'Whoever claimed it may have the message already, although they have not said so. Taking the claim back lets one more person open it.',
  reopenSure: 'Take it back',
  reopenKeep: 'Leave it as it is',
  forget: 'Forget',
  forgetQuestion: 'Forget this message?',
  forgetWarning:
    'It is removed from this list only. You cannot check or burn it any more; whoever has the link can still open it until it expires.',
  forgetSure: 'Yes, forget it',
  forgetAll: 'Forget everything',
  forgetAllQuestion: 'Forget everything that was sent from this browser?',
  forgetAllWarning:
    'The list is emptied. You cannot check or burn any of it any more; whoever has a link can still open it until it expires.',
  forgetAllSure: 'Yes, forget everything',
  forgotten: 'Forgotten.',
  keep: 'Keep it',
  seal: 'Seal a message',
}

export const listedStatuses: Readonly<Record<ListedStatus, string>> = {
  unknown: 'Not checked yet',
  uploading: 'Not all there yet',
  waiting: 'Waiting to be opened',
  claimed: 'Claimed, not finished',
  read: 'Opened',
  burned: 'Burned by you',
  lost: 'The server has lost it: send it again',
  locked: 'Destroyed after ten wrong passphrases',
  deleted: 'Deleted from its box',
  expired: 'Expired',
  gone: 'The server does not have it',
}

/** Some of its readers have opened it, and it waits for the others. */
export const openedPartly = (opened: number, reads: number): string =>
  `Opened by ${format.number(opened)} of ${format.number(reads)}`

/** Its time is over by the clock of this device; the server has not said so. */
export const expiredHere = 'Expired by the clock of this device'

export const expiredUnread = 'Expired; never seen opened'

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
