import type { FailureCode } from '../platform/server.ts'
import { between } from './between.ts'
import * as format from './format.ts'

/** Why the keys of a box could not be had. Nothing has been sealed by then. */
export const lookupFaults: Readonly<Record<FailureCode, string>> = {
  offline: 'The server could not be reached. Nothing was sent. Try again when you are connected.',
  try_later: 'The server is not ready. Nothing was sent. Try again in a moment.',
  lost: 'The server has lost what was sent. Everything is still here: seal and send it again.',
  too_large: 'The server gave an answer that this page does not understand. Nothing was sent. Reload the page.',
  refused: 'The server gave an answer that this page does not understand. Nothing was sent. Reload the page.',
  ...between('Nothing was sent.'),
  broken: 'A part of this page could not be loaded. Nothing was sent. Try again when you are connected.',
  platform:
    'This browser refused something that sealing needs, or never did it. Nothing was sent. Try again, or use another browser.',
  insecure:
    'This page was opened over http, without encryption, and browsers let no such page seal or open anything. Nothing was sent. Open it at its https:// address.',
  unsupported:
    'This browser lacks what sealing needs (Ed25519). Nothing was sent. Use a newer browser or the command line.',
}

/** Writing to a box. */
export const write = {
  looking: 'Looking up the box…',
  lookingLede: 'The server is asked for the keys of this box. Nothing of yours is sent.',
  failed: 'The box cannot be looked up now',
  damagedTitle: 'This address is damaged',
  damagedLede: 'A character of it is wrong or missing. Nothing was looked up.',
  damagedAdvice: 'Copy the whole address again, or ask whoever gave it to you for the link.',
  title: (name: string): string => `Write to ${name}`,
  lede: 'What you write is sealed on this device. Only the readers named here can open it; the server cannot.',
  invited: 'You have an invitation to write to this box.',
  invitation: 'Invitation link',
  uninvited:
    'This box takes messages only from people with an invitation. Paste the link of yours, or ask the owner for one before you write. Each message that is sent counts against it.',
  uninvitedAgain: 'The one that you wrote with before is good again, as long as it is not used up.',
  invitationFaults: {
    missing: 'Paste the invitation link first. Nothing was sent.',
    damaged: 'That is no invitation link: a character is wrong or missing. Nothing was sent.',
    none: 'That is the address of the box, without an invitation to it. Nothing was sent.',
    other: 'That invitation is for another box. Nothing was sent.',
    elsewhere: (origin: string): string => `That invitation is for a box at ${origin}. Nothing was sent.`,
  },
  facts: 'About this box',
  address: 'Address',
  addressHint: 'Compare it with where you have it from. The name is what the owner chose, and anybody can choose any.',
  readers: 'Readers',
  readersCount: (count: number): string =>
    count === 1
      ? 'One person or device opens it:'
      : `${format.number(count)} people or devices, each of them opens it:`,
  keysUntil: 'Keys hold until',
  largest: 'Largest',
  largestHint: (room: string): string => `${room} of text and files`,
  changed:
    'The keys of this box have changed since you opened this page. Look at who reads it now; nothing was sent. Everything is still here: press again to seal for these readers.',
  published: 'Check where else this address is published',
  publishedHint:
    'Somebody who is known by a web site can publish the same address there. A new tab asks that site: this page talks to its own server only, so that nothing that you write can leave it for anywhere else.',
  message: 'Message',
  expiry: 'Gone after',
  expiryHint: 'Unread or read, the server deletes it then.',
  wantsCode: 'I want to come back for answers',
  wantsCodeHint:
    'You get a return code of twelve words when it is sent. Whoever has the words reads the answers; nobody can tell you them again.',
  usesCode: 'Answers to it come to the return code that you have.',
  remembers: 'Remember this box on this device',
  remembersHint:
    'Then this device notices if it is handed older keys another time. Whoever looks through the device sees that you know this box.',
  largeNote:
    'This is sent in several parts. Until all of it is there or you cancel, this browser keeps what it takes to go on: keys, the text, names of the files, and the return code if you want one. After that it keeps nothing.',
  seal: 'Seal and send',
  sealing: 'Sealing…',
  summary: (readers: number, span: string | undefined): string =>
    [
      `Sealed for ${readers === 1 ? 'one reader' : `${format.number(readers)} readers`}.`,
      span === undefined ? '' : `Gone after ${span}.`,
    ]
      .join(' ')
      .trim(),
  comeBack: 'You have a return code? Come back for answers',
  sendingLede: (cargo: string): string => `${cargo}: sealed on this device, part by part.`,
  sendingKept:
    'If this page is closed or the connection is lost, come back to this address within a day and go on. Until it is done, this browser keeps what it takes for that, and nothing after.',
  sendingKeptCode: 'The return code comes when all of it is there.',
}

/** Why a box cannot be written to: the fault, that nothing was sealed, and the next step. */
export const refusals = {
  title: 'This box cannot be written to now',
  stale: (since: string | undefined): string =>
    since === undefined
      ? 'This box’s owner has not renewed its keys in time. Nothing was sealed.'
      : `This box’s owner has not renewed its keys since they ran out on ${since}. Nothing was sealed.`,
  staleAdvice:
    'Old keys may be in other hands by now, so nothing is sealed with them. Ask the owner another way, or look again later.',
  clock: (own: string, server: string): string =>
    `The clock of this device is wrong, or the server’s is: this device says ${own}, the server says ${server}. Nothing was sealed or sent.`,
  clockAdvice: 'Set the clock and the date of this device right, then try again.',
  future: 'The keys that the server handed out are for a time that has not come. Nothing was sealed.',
  futureAdvice: 'Check the clock and the date of this device, then try again.',
  foreign: 'The server handed out keys that do not belong to this address. Do not send. Nothing was sealed.',
  foreignAdvice:
    'A server that works does not do this. Tell the owner another way, and do not use this server before they have answered.',
  bad: 'The server handed out keys that are not signed by this address. Do not send. Nothing was sealed.',
  badAdvice:
    'A server that works does not do this. Tell the owner another way, and do not use this server before they have answered.',
  'rolled-back':
    'The server handed out keys older than those that this device has seen. Do not send. Nothing was sealed.',
  'rolled-backAdvice':
    'Somebody who was removed from the readers could open what is sealed with them. Tell the owner another way.',
  gone: 'There is no box at this address on this server. Nothing was sealed.',
  goneAdvice: 'It was never published here, or its owner has taken it away. Check the address and the server.',
  kept: 'What you have typed and chosen is still here.',
  again: 'Look again',
  cancelled: 'Cancelled.',
  interrupted: 'It can be cancelled as things are; to go on with it, the keys of the box must be good.',
}

/** Faults that keep one letter from being sent. No typed text is ever lost by them. */
export const letterFaults = {
  'box-full':
    'The box is full: it takes no more for now. Everything is still here. Try again tomorrow, send less, or tell the owner another way.',
  invitationNeeded:
    'This box takes messages only from people with an invitation. Everything is still here. Ask the owner for an invitation link; then press again.',
  invitationSpent:
    'This invitation does not hold any more: it has ended, or the owner has taken it back. Everything is still here. Ask the owner for another one.',
  invitationFull:
    'This invitation is used up, or the box is full: the server does not say which. Everything is still here. Send less, or ask the owner for another invitation.',
  size: (room: string, sum: string, hasFiles: boolean): string =>
    `This box takes up to ${room}. ${hasFiles ? 'These files are' : 'This message is'} ${sum}. Everything is still here; ${hasFiles ? 'remove some, or send them one after another' : 'shorten the text'}.`,
  changed: (name: string): string =>
    `“${name}” was changed while it was being sent. What was sent of it is cancelled, and everything is in the form again; press again to send the file as it is now.`,
}

/** It is there. */
export const letterSent = {
  title: 'Sent',
  lede: (name: string, until: string): string =>
    `It waits for the readers of ${name} until ${until}, then it is deleted.`,
  codeTitle: 'Your return code',
  codeOnce: 'Write it down: it is shown once, and nobody can give it to you again.',
  codeHow: (address: string): string =>
    `On paper, in this order. With it you come back for answers, on any device: open ${address} and type the words.`,
  codeLabel: 'The twelve words of the return code',
  codeNoted: 'I have written it down',
  codeDone: 'The words are gone from this page.',
  codeSame: 'Answers come to the return code that you have.',
  noCode: 'You took no return code, so no answer can reach you.',
  noTrace: 'No other trace of it stays on this device: no list, no link, no key, no draft.',
  traceRemembered: 'This device remembers the address of the box, as you asked, and nothing else of it.',
  traceNetwork: 'The network and your browser’s history may still show that you were here.',
  another: 'Write another message',
}
