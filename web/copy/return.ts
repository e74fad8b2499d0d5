import type { FailureCode } from '../platform/server.ts'
import { between } from './between.ts'
import * as format from './format.ts'

/** Why answers could not be had. */
export const returnFaults: Readonly<Record<FailureCode, string>> = {
  offline: 'The server could not be reached. Nothing is lost. Try again when you are connected.',
  try_later: 'The server is not ready. Nothing is lost. Try again in a moment.',
  lost: 'The server has lost it: the sealed bytes are gone there. Trying again does not help. Ask the sender to send it again.',
  too_large: 'The server gave an answer that this page does not understand. Nothing is lost. Reload the page.',
  refused: 'The server gave an answer that this page does not understand. Nothing is lost. Reload the page.',
  ...between('Nothing is lost.'),
  broken: 'A part of this page could not be loaded or failed. Nothing is lost. Try again when you are connected.',
  platform:
    'This browser refused something that opening needs, or never did it. Nothing is lost. Try again, or use another browser.',
  insecure:
    'This page was opened over http, without encryption, and browsers let no such page seal or open anything. Open it at its https:// address.',
  unsupported: 'This browser lacks what opening needs (Ed25519). Use a newer browser or the command line.',
}

/** Coming back with a return code. */
export const returning = {
  title: 'Come back for answers',
  lede: 'Type the twelve words that you wrote down. They stay on this page: no server ever gets them, and they are forgotten when you are done.',
  code: 'Return code',
  codeHint: 'Twelve words with spaces between them. Capital letters and line breaks do not matter.',
  open: 'Look for answers',
  opening: 'Looking…',
  faults: {
    missing: 'Type the twelve words first.',
    words: (count: number): string =>
      `A return code has twelve words; these are ${format.number(count)}. Nothing was looked up.`,
    checksum:
      'These are not the words of a return code: one is misspelt or in another’s place. Compare them with what you wrote down. Nothing was looked up.',
  },
  seen: 'The server learns the address that belongs to these words, and when you looked. Tor hides where from.',
}

/** The sender's side of a thread. */
export const answers = {
  title: 'Answers',
  lede: (count: number): string => {
    if (count === 0) return 'There is no answer yet. New ones appear here while this page is open.'
    return count === 1
      ? 'One answer. New ones appear here while this page is open.'
      : `${format.number(count)} answers. New ones appear here while this page is open.`
  },
  none: 'Whoever answers says how long the answer stays, 30 days at most. Come back before that.',
  list: 'Answers, newest first',
  arrived: (day: string): string => `Came on ${day}`,
  expires: (day: string): string => `Deleted on ${day}`,
  size: (size: string): string => `${size} sealed`,
  open: 'Open',
  openOf: (day: string, size: string): string => `Open the answer of ${day}, ${size}`,
  opened: 'Opened',
  older: 'Show older ones',
  gone: 'It is not there any more: it has expired, or whoever answered has taken it back.',
  repeated: 'The server listed the same answer twice. It is shown once.',
  came: (count: number): string =>
    count === 1 ? 'A new answer has come.' : `${format.number(count)} new answers have come.`,
  writeAgain: 'Write again',
  writeTitle: 'To which box?',
  writeLede: 'There is no answer yet that says which box you wrote to. Paste its address or link.',
  address: 'Address or link of the box',
  addressFault: 'That is no address of a box: a character is wrong or missing.',
  addressElsewhere: (origin: string): string =>
    `That box lives on another server. Open ${origin} and come back for answers there.`,
  addressGo: 'Go on',
  done: 'Done',
  doneHint:
    'Forgets the words, the answers and everything else on this page. They stay good: come back as often as you like.',
  doneQuestion: 'Forget everything on this page?',
  doneWarning: 'What you have written and not sent is lost, and so is a file that is still being saved.',
  doneSure: 'Yes, forget it',
  stay: 'Stay here',
  back: 'Back to the answers',
  failing: 'The server cannot be reached. What is here stays; it is asked again by itself.',
}

/** One answer, while it is opened and after. */
export const answer = {
  opening: 'Opening the answer…',
  openingLede: 'It is fetched and checked as a whole before anything of it is shown.',
  title: 'Answer',
  lede: (day: string): string => `It came on ${day}.`,
  empty: 'It is empty: no text and no files.',
  from: 'Answered by the box',
  fromNobody: 'It does not say which box it is from.',
  unreadable:
    'It did not open: it was changed on its way, or it is not sealed for this return code. Nothing of it is shown.',
  misplaced: 'The server handed out something that was sealed for another address. Nothing of it is shown.',
  again: 'Try again',
  open: 'Open it',
  receivingHint: 'It stays there meanwhile and afterwards: stopping loses nothing.',
  stopped: 'Stopped, and what had come in is removed from this page. The answer is still there.',
  elsewhere: 'Another tab of this browser is working on it. Go on there, or close that tab and try again here.',
} as const

/** Everything is forgotten. */
export const forgotten = {
  title: 'Done',
  lede: 'The words, the answers and the keys are gone from this page.',
  again: 'Come back another time with the same words.',
  another: 'Type the words again',
}
