import type { FailureCode } from '../platform/server.ts'
import { between } from './between.ts'
/** Why an upload is paused. */
export const sendingFaults: Readonly<Record<FailureCode, string>> = {
  offline: 'The server could not be reached. Nothing is lost; go on when you are connected.',
  try_later: 'The server is not ready. Nothing is lost; go on in a moment.',
  lost: 'The server has lost what was sent. Everything is still here: seal and send it again.',
  too_large: 'The server takes less than this. Nothing is lost; cancel, and send less at a time.',
  refused:
    'The server gave an answer that this page does not understand. What was sent is kept for a day; go on, or cancel and reload the page.',
  ...between('What was sent is kept for a day.'),
  broken: 'A part of this page could not be loaded or failed. Nothing is lost; go on when you are connected.',
  platform:
    'This browser refused something that sealing needs, or never did it. Nothing is lost; go on, or cancel and use another browser.',
  insecure:
    'This page was opened over http, without encryption, and browsers let no such page seal or open anything. Nothing is lost; open it at its https:// address.',
  unsupported: 'This browser lacks what sealing needs. Nothing is lost; use a newer one or the command line.',
}

/** A drop in parts on its way to the server. */
export const sending = {
  title: 'Sending',
  lede: (cargo: string): string =>
    `${cargo}: sealed on this device, part by part. The link comes when all of it is there.`,
  kept: 'If this page is closed or the connection is lost, nothing is lost with it: come back to this page within a day and go on. Until it is done, this browser keeps the link for that.',
  notKept: 'This browser keeps nothing: do not close or reload this page, or it has to be sent from the beginning.',
  cancelQuestion: 'Cancel this upload?',
  cancelWarning: 'The server removes what was sent. Your text and files are in the form again.',
  cancelSure: 'Yes, cancel it',
  keep: 'Keep it',
  file: (name: string): string =>
    `“${name}” cannot be read any more. If its drive was taken out, put it back and go on. If it was moved or changed, cancel, and add it again.`,
}

/** Uploads that came to no end. */
export const interrupted = {
  title: 'An upload was interrupted',
  facts: (cargo: string, part: string, until: string): string =>
    `${capital(cargo)}, ${part} sent. It can go on until ${until}.`,
  goOn: 'Go on',
  goOnWith: (cargo: string): string => `Go on with ${cargo}`,
  cancel: 'Cancel it',
  cancelOf: (cargo: string): string => `Cancel it: ${cargo}`,
  choose: 'Choose the same files again',
  chooseWhat: (names: string): string =>
    `Choose the same files again, unchanged: ${names}. A page cannot read them by itself after it was closed.`,
  chooseFiles: 'Choose files',
  chooseFolder: 'Choose a folder',
  busy: 'One moment…',
  missing: (names: string): string => `Still missing: ${names}.`,
  changed: (names: string, count: number): string =>
    `${names} ${count === 1 ? 'is' : 'are'} not what ${count === 1 ? 'it was' : 'they were'} then, so what was sent does not go with ${count === 1 ? 'it' : 'them'}. Choose the right one, or seal them anew: that cancels the old upload.`,
  anew: 'Seal them anew',
  later: 'Not now',
  cancelQuestion: 'Cancel this upload?',
  cancelWarning: 'The server removes what was sent. You can add the files again and seal them anew.',
  cancelWarningText:
    'The server removes what was sent. The text comes back into the form; you can add the files again and seal them anew.',
  cancelSure: 'Yes, cancel it',
  keep: 'Keep it',
  trouble: {
    elsewhere: 'Another tab of this browser is sending it.',
    failed: 'A part of this page could not be loaded or failed. Nothing is lost; try again.',
  },
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
