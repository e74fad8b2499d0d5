import type { FailureCode } from '../platform/server.ts'
import { between } from './between.ts'
import * as format from './format.ts'

export const compose = {
  title: (reads: number | undefined): string =>
    `Leave a message only ${reads === undefined || reads === 1 ? 'one person' : `${format.number(reads)} people`} can open`,
  lede: 'It is sealed on this device. The link holds the key; the server never sees it.',
  message: 'Message',
  files: 'Files to be sealed with it',
  add: 'Add files',
  addFolder: 'Add a folder',
  dropHint: 'You can also drop files and folders anywhere on this page, or paste files.',
  sum: (count: number, sum: string): string => `${format.files(count)}, ${sum} with the text.`,
  room: (room: string): string => `This server takes up to ${room}.`,
  showMore: (more: number): string => `Show ${format.number(more)} more`,
  removeAll: (count: number): string => `Remove all ${format.number(count)}`,
  remove: 'Remove',
  goesAs: 'goes as',
  removeFile: (name: string): string => `Remove ${name}`,
  dropHere: 'Let go to add the files',
  expiry: 'Gone after',
  reads: 'Opens',
  custom: 'Another time…',
  customReads: 'Another number…',
  amount: 'How long',
  unit: 'Unit',
  units: { minutes: 'minutes', hours: 'hours', days: 'days' },
  howMany: 'How many times',
  once: 'Once',
  readsOption: (reads: number): string => `${format.number(reads)} times`,
  addPassphrase: 'Ask for a passphrase too',
  passphrase: 'Passphrase',
  passphraseHint:
    'Whoever opens the message needs it besides the link. It cannot be recovered, and ten wrong tries destroy the message.',
  suggest: 'Suggest five words',
  withoutPassphrase: 'No passphrase',
  seal: 'Seal message',
  sealing: 'Sealing…',
  shortcut: 'to seal',
  summary: (span: string | undefined, reads: number | undefined, hasPassphrase: boolean): string =>
    [
      span === undefined ? '' : `Gone after ${span}.`,
      reads === undefined ? '' : `Opens ${format.times(reads)}.`,
      hasPassphrase ? 'Needs the passphrase.' : '',
    ]
      .filter((sentence) => sentence !== '')
      .join(' '),
}

/** Why the server has not taken it, as far as anybody here knows. */
export const sealFaults: Readonly<Record<FailureCode, string>> = {
  offline:
    'The server could not be reached. Everything is still here; nothing has been lost. Try again when you are connected.',
  try_later: 'The server is not ready. Everything is still here; nothing has been lost. Try again in a moment.',
  lost: 'The server has lost what was sent. Everything is still here: seal and send it again.',
  too_large:
    'The sealed message is larger than this server takes. Everything is still here; remove a file or shorten the text.',
  refused:
    'The server refused the sealed message. Everything is still here; reload the page in another tab to get its newest version.',
  ...between('Everything is still here; nothing has been lost.'),
  broken: 'A part of this page could not be loaded. Everything is still here; try again when you are connected.',
  platform:
    'This browser refused something that sealing needs. Everything is still here; try again, or copy it into another browser.',
  insecure:
    'This page was opened over http, and browsers let no such page seal anything. Everything is still here; copy it into this page at its https:// address.',
  unsupported:
    'This browser lacks what sealing needs (Ed25519). Everything is still here; copy it into a newer browser, or use the command line.',
}

/** Each fault, the state of the data, and the next step. */
export const composeFaults = {
  inDoubt:
    'It may have arrived all the same. Press again as it is: the same sealed message is sent, and nobody gets it twice.',
  message: 'There is nothing to seal yet. Type a message or add a file.',
  expiry: 'Choose between 5 minutes and 30 days, in whole numbers.',
  reads: 'Choose a whole number from 1 to 100.',
  passphrase: 'Type a passphrase, or take one that is suggested.',
  passphraseHopeless: 'Everybody would try that first. Choose a longer one, or take one that is suggested.',
  passphraseLong: 'That is too long for a passphrase: up to 4,096 bytes fit, about as many letters.',
  size: (room: string, sum: string, hasFiles: boolean): string =>
    `This server takes up to ${room}. ${hasFiles ? 'These files are' : 'This message is'} ${sum}. Everything is still here; ${hasFiles ? 'remove some' : 'shorten the text'}.`,
  count: (most: string): string =>
    `Those are too many files for one message: up to ${most} fit. None of them have been added; pack them into one file, and add that.`,
  text: (most: string): string =>
    `That is too long for a text: up to ${most} fit. Everything is still here; put it into a file, and add that.`,
  dropped: 'What was dropped could not be read. Everything else is still here; add it with one of the buttons.',
  empty: 'An empty folder was left out: only files can be sealed.',
  changed: (name: string): string =>
    `“${name}” was changed while it was being sent. What was sent of it is cancelled, and everything is in the form again; the file is sealed as it is now, under a new link.`,
  'upload-over':
    'The server has nothing of this upload any more: it was cancelled, or took longer than a day. What could be kept is in the form; seal it anew.',
  'upload-left':
    'Cancelled. The server could not be told; it removes what was sent by itself within a day. Nobody can open it.',
  elsewhere:
    'Another tab of this browser is sending this message. Everything is still here; look there before you send it again.',
  path: (name: string): string =>
    `“${name}”: with its folders this name is longer than a message can hold. Everything is still here; remove it, and add the folder that it lies in by itself.`,
  file: (name: string): string =>
    `“${name}” could not be read. It may have been moved or changed since you added it. Everything else is still here; remove it and add it again.`,
}
