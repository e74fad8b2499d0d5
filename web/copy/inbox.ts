import { between } from './between.ts'
import { composeFaults } from './compose.ts'
import type { InboxFault } from '../pages/box/inbox/state.ts'
import type { ClosedFault } from '../read/from-box.ts'
import type { ComposeFault } from '../send/send-state.ts'
import type { FailureCode } from '../platform/server.ts'
import * as format from './format.ts'

export const inbox = {
  title: 'Messages',
  totals: (count: number, bytes: string): string => `${messages(count)}, ${bytes}.`,
  sizes: 'Sizes are of the sealed bytes, rounded up so that they tell little.',
  empty: 'Nothing has arrived yet. What comes shows up here by itself.',
  emptyThread: 'None of the messages that are listed belongs to this thread.',
  arrived: (count: number): string => (count === 1 ? '1 new message' : `${format.number(count)} new messages`),
  deleted: (count: number): string => `${messages(count)} deleted.`,
  opened: 'Opened.',
  notNoted: 'Opened. This device could not note that it has been read.',
  drop: (day: string): string => `Message of ${day}`,
  arrivedOn: (day: string, ago: string): string => `${day}, ${ago}`,
  unread: 'Unread',
  read: 'Read',
  answered: 'Answered',
  drafted: 'Answer begun',
  gone: 'No longer in the box: it was deleted, or taken back by its sender, or has expired.',
  thread: (name: string): string => `Thread ${name}`,
  onlyThread: (name: string): string => `Show only thread ${name}`,
  showingThread: (name: string): string =>
    `Only thread ${name}. A message shows its thread once it has been opened on this device.`,
  allThreads: 'Show all messages',
  until: (when: string): string => `until ${when}`,
  select: (what: string): string => `Select ${what}`,
  selectAll: 'Select all that are listed',
  deleteSome: (count: number): string => `Delete ${format.number(count)}`,
  deleteQuestion: (count: number): string => (count === 1 ? 'Delete this message?' : `Delete ${messages(count)}?`),
  deleteWarning:
    'The server burns the sealed bytes, for all readers of this box: nobody who has not opened them can open them any more. You cannot undo it.',
  deleteSure: 'Yes, delete for all readers',
  deleting: 'Deleting…',
  deleteFailed:
    'The server gave no answer that this page can use. Some of them may be deleted: try again when you are connected.',
  keep: 'Keep',
  older: 'Show older',
  olderLoading: 'Asking for older messages…',
  listed: (listed: number, count: number): string => `${format.number(listed)} of ${format.number(count)} are listed.`,
  repeated: (count: number): string =>
    `The server lists ${count === 1 ? 'one message' : messages(count)} more than once. ${count === 1 ? 'It is' : 'Each is'} shown once. An honest server does not do that.`,
  repeatedMark: 'Listed more than once',
  loading: 'Asking what has arrived…',
  stale: (why: string): string =>
    `The list may be out of date: ${why} New messages are looked for again by themselves.`,
}

/** Why the list could not be had. */
export const listFaults: Readonly<Record<InboxFault, string>> = {
  offline: 'the server could not be reached.',
  try_later: 'the server is not ready.',
  lost: 'the server has lost it.',
  too_large: 'the server gave an answer that this page does not understand.',
  refused: 'the server gave an answer that this page does not understand.',
  not_ours: 'something between this page and the server answered in its place.',
  not_done: 'something answered that it was done, and the server says that it was not.',
  rate_limited: 'too many requests have come from your network.',
  body_refused: 'something between this page and the server does not let so much through.',
  damaged: 'the answers of the server arrive damaged.',
  wrong_origin: 'this server is not set up for the address that you opened.',
  broken: 'a part of this page could not be loaded or failed.',
  platform: 'this browser refused something that this page needs, or never did it.',
  insecure: 'this page was opened over http, without encryption: open it at its https:// address.',
  unsupported: 'this browser lacks what reading a box needs (Ed25519).',
  unlisted: 'the server does not count this device among the readers of this box.',
}

export const item = {
  back: 'Back to the list',
  arrived: 'Arrived',
  size: 'Size',
  sealed: (size: string): string => `${size} sealed`,
  until: 'Until',
  open: 'Open it',
  again: 'Try again',
  coming: 'One moment…',
  comingHint: 'It stays in the box meanwhile and afterwards: stopping loses nothing.',
  goneTitle: 'It is not in the box any more',
  gone: 'It was deleted by an owner of the box, taken back by its sender, or has expired. The server says no more than that.',
  unreadableTitle: 'It cannot be opened',
  unreadable: {
    no_keys:
      'This device does not have the keys of that time any more, or never had them: they are deleted once no message should need them, and a box that comes back from its phrase begins with new ones. It has not been fetched. Another reader of the box may still open it.',
    open_failed:
      'No key of this device opens it. It was sealed for keys that have been deleted, for other readers or for somebody else, or it was changed on the way. Nobody can tell which.',
    misplaced:
      'It opens, and says inside that it was meant for another box or under another name: somebody, perhaps the server, has put it here. What is in it is not shown.',
  },
  saveSealed: 'Save the sealed file',
  markUnread: 'Mark as unread',
  delete: 'Delete',
}

/** Why an item is not open. */
export const closedFaults: Readonly<Record<ClosedFault<InboxFault>, string>> = {
  offline: 'The server could not be reached. Nothing is lost; try again when you are connected.',
  try_later: 'The server is not ready. Nothing is lost; try again in a moment.',
  lost: 'The server has lost it: the sealed bytes are gone there. Trying again does not help. Ask the sender to send it again.',
  too_large: 'The server gave an answer that this page does not understand. Nothing is lost. Reload the page.',
  refused: 'The server gave an answer that this page does not understand. Nothing is lost. Reload the page.',
  ...between('Nothing is lost.'),
  broken: 'A part of this page could not be loaded or failed. Nothing is lost; try again when you are connected.',
  platform:
    'This browser refused something that opening needs, or never did it. It is still in the box; try again, or use another browser.',
  insecure:
    'This page was opened over http, without encryption, and browsers let no such page seal or open anything. Open it at its https:// address.',
  unsupported: 'This browser lacks what opening needs (Ed25519). Use a newer one, or the command line.',
  unlisted: 'The server does not count this device among the readers of this box, and gives it nothing.',
  elsewhere: 'Another tab of this browser is working on it. Go on there, or close that tab and try again here.',
  stopped: 'Stopped, and what had come in is removed from this device. It is still in the box.',
}

export const readers = {
  title: 'Who can read it',
  known: (names: string): string => `Its sender sealed it for ${names}.`,
  strangers: 'Also sealed for readers that you do not list:',
  strangersWhy:
    'They may be readers that have been removed since, or somebody gave the sender keys that are not yours. Compare with whoever wrote it, if you can.',
  left: (names: string): string => `Not sealed for ${names}: added later, or left out.`,
  unchecked: 'The readers of this box could not be looked up now. By their keys, it is sealed for:',
}

export const thread = {
  title: (name: string): string => `Thread ${name}`,
  lede: 'What this device has read and answered of it. Only the return code of its sender makes such a thread.',
  this: 'This message',
  received: (day: string): string => `Received ${day}`,
  empty: 'no text',
  open: (day: string): string => `Open the message of ${day}`,
  answered: (when: string): string => `You answered ${when}`,
  answerEmpty: 'files only',
}

export const answer = {
  title: 'Answer',
  none: 'Its sender took no return code, so it cannot be answered.',
  forged:
    'It names a return code without a proof of having it. The thread it claims is somebody else’s, or it was damaged: it is kept out of every thread, and cannot be answered.',
  lede: 'It is sealed for the holder of the return code alone, who looks for it with that code.',
  message: 'Your answer',
  life: 'Gone after',
  send: 'Seal answer',
  sending: 'Sealing…',
  sent: 'Answer sent.',
  sentUntil: (until: string): string => `Your answer is there. Its reader can fetch it until ${until}.`,
  another: 'Write another',
  uploading: 'Keep this page open until it is done. Your text and files stay in the form until then.',
  uploadingKept:
    'If this page is closed, or the box is locked, unlock it within a day and go on, with the same files. Until it is done, this browser keeps what it takes for that, sealed like the box.',
  restored:
    'You began this answer before the box was locked. It stays on this device, sealed, until it is sent or discarded.',
  wanted: (names: string, count: number): string =>
    `${count === 1 ? 'A file was' : 'Files were'} chosen for it: ${names}. A page cannot read ${count === 1 ? 'it' : 'them'} by itself any more: choose ${count === 1 ? 'it' : 'them'} again if ${count === 1 ? 'it is' : 'they are'} to go along.`,
  discard: 'Discard',
  discardQuestion: 'Discard this answer?',
  discardWarning: 'What you have typed is gone then. You cannot undo it.',
  discardSure: 'Yes, discard it',
  discarded: 'Discarded.',
  cancelQuestion: 'Cancel this answer?',
  cancelWarning: 'The server removes what was sent. Your text and files are in the form again.',
  cancelSure: 'Yes, cancel it',
  keep: 'Keep it',
}

/** Each fault, the state of the data, and the next step. */
export function answerFault(fault: ComposeFault, mostFiles: number, mostTextBytes: number): string {
  switch (fault.at) {
    case 'message':
      return 'There is nothing to seal yet. Type an answer or add a file.'
    case 'count':
      return `Those are too many files for one answer: up to ${format.number(mostFiles)} fit. None of them have been added.`
    case 'text':
      return `That is too long for a text: up to ${format.atMost(mostTextBytes)} fit. Everything is still here; put it into a file, and add that.`
    case 'empty':
      return composeFaults.empty
    case 'dropped':
      return 'What was dropped could not be read. Everything else is still here; add it with one of the buttons.'
    case 'box-full':
      return 'The place where this sender looks for answers is full. Everything is still here; there is room when earlier answers expire.'
    case 'upload-over':
      return 'The server has nothing of this answer any more: it was cancelled, or took longer than a day. Everything is still here; send it again.'
    case 'upload-left':
      return 'Cancelled. The server could not be told; it removes what was sent by itself within a day. Nobody can open it.'
    case 'elsewhere':
      return 'Another tab of this browser is sending an answer to this message, or has sent or cancelled this one. Everything is still here; look there before you send it again.'
    case 'size':
      return `This server takes up to ${format.atMost(fault.room)}. Everything is still here; remove a file or shorten the text.`
    case 'file':
      return `“${fault.name}” could not be read. It may have been moved or changed since you added it. Everything else is still here; remove it and add it again.`
    case 'path':
      return `“${fault.name}”: with its folders this name is longer than an answer can hold. Everything is still here; remove it, and add the folder that it lies in by itself.`
    case 'changed':
      return `“${fault.name}” was changed while it was being sent. Everything is still here; send it again as it is now.`
    // No field of an answer has these.
    case 'expiry':
    case 'reads':
    case 'passphrase':
    case 'invitation':
      return serverFaults.refused
    case 'server':
      return fault.isInDoubt === true
        ? `${serverFaults[fault.code]} ${composeFaults.inDoubt}`
        : serverFaults[fault.code]
  }
}

const serverFaults: Readonly<Record<FailureCode, string>> = {
  offline: 'The server could not be reached. Everything is still here; try again when you are connected.',
  try_later: 'The server is not ready. Everything is still here; try again in a moment.',
  lost: 'The server has lost what was sent. Everything is still here; seal and send it again.',
  too_large: 'It is larger than this server takes. Everything is still here; remove a file or shorten the text.',
  refused:
    'The server refused the answer. Everything is still here; reload the page in another tab to get its newest version.',
  ...between('Everything is still here.'),
  broken:
    'A part of this page could not be loaded or failed. Everything is still here; try again when you are connected.',
  platform:
    'This browser refused something that sealing needs, or never did it. Everything is still here; try again, or copy it into another browser.',
  insecure:
    'This page was opened over http, without encryption, and browsers let no such page seal or open anything. Everything is still here; copy it into this page at its https:// address.',
  unsupported: 'This browser lacks what sealing needs (Ed25519). Everything is still here; use a newer one.',
}

function messages(count: number): string {
  return count === 1 ? '1 message' : `${format.number(count)} messages`
}
