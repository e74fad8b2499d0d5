import type { FailureCode } from '../platform/server.ts'
import { between } from './between.ts'
import * as format from './format.ts'

/** Why a link could not be looked up. */
export const lookingFaults: Readonly<Record<FailureCode, string>> = {
  offline: 'The server could not be reached. Looking has used nothing up. Try again when you are connected.',
  try_later: 'The server is not ready. Looking has used nothing up. Try again in a moment.',
  lost: 'The server has lost it: the sealed bytes are gone there. Trying again does not help. Ask the sender to send it again.',
  too_large: 'The server gave an answer that this page does not understand. Nothing has been used up. Reload the page.',
  refused: 'The server gave an answer that this page does not understand. Nothing has been used up. Reload the page.',
  ...between('Looking has used nothing up.'),
  broken: 'A part of this page could not be loaded. Looking has used nothing up. Try again when you are connected.',
  platform:
    'This browser refused something that opening needs, or never did it. Looking has used nothing up. Try again, or open the link in another browser.',
  insecure:
    'This page was opened over http, without encryption, and browsers let no such page seal or open anything. Looking has used nothing up. Open the link with https:// in front.',
  unsupported:
    'This browser lacks what opening needs (Ed25519). Looking has used nothing up. Open it in a newer browser or with the command line.',
}

export const looking = {
  title: 'Looking up the link…',
  lede: 'The server is asked whether something is there. That uses nothing up.',
  failed: 'It cannot be looked up now',
  elsewhere:
    'Another tab of this browser is working on it. Nothing is lost. Go on there, or close that tab and try again here.',
}

/** Why it could not be opened, or fetched to its end. */
export const openFaults: Readonly<Record<FailureCode, string>> = {
  offline:
    'The server could not be reached. Nothing is lost: if it was claimed, it is kept for this browser. Try again when you are connected.',
  try_later: 'The server has not caught up yet. Nothing is lost: it is kept for this browser. Try again in a moment.',
  lost: 'The server has lost it: the sealed bytes are gone there. Trying again does not help. Ask the sender to send it again.',
  too_large: 'The server gave an answer that this page does not understand. Nothing is lost. Reload the page.',
  refused: 'The server gave an answer that this page does not understand. Nothing is lost. Reload the page.',
  ...between('Nothing is lost: if it was claimed, it is kept for this browser.'),
  broken:
    'A part of this page could not be loaded or failed. Nothing is lost: if it was claimed, it is kept for this browser. Try again when you are connected.',
  platform:
    'This browser refused something that opening needs, or never did it. Nothing is lost: if it was claimed, it is kept for this browser. Try again here.',
  insecure:
    'This page was opened over http, without encryption, and browsers let no such page seal or open anything. Nothing is lost. Open the link with https:// in front.',
  unsupported:
    'This browser lacks what opening needs (Ed25519). Nothing is lost. Open it in a newer browser or with the command line.',
}

export const open = {
  title: 'Something sealed waits for you',
  lede: (reads: number): string =>
    reads === 1
      ? 'It opens once. So far nobody has, and looking at this page uses nothing up.'
      : `It opens ${format.times(reads)} in all, and looking at this page uses nothing up.`,
  ledeMine: 'It is bound to this browser, and waits until you open it here.',
  facts: 'What the server knows of it',
  until: 'Until',
  opens: 'Opens',
  times: (reads: number): string =>
    reads === 1 ? 'Once, for whoever comes first' : `${format.times(reads)}, for whoever comes first`,
  size: 'Size',
  sizeHint: (size: string): string => `${size} sealed, padded so that the size tells little`,
  room: 'Room',
  roomHint: (size: string): string => `${size} on this device while it is received and saved. There is enough.`,
  obstacles: {
    disk: (needed: string, most: string): string =>
      `It needs ${needed} on this device, and this browser has ${most} left for it. Nothing has been used up. Free some space and look again, or open the link with another browser or with the command line.`,
    memory: (_: string, most: string): string =>
      `This browser keeps no files for a page, so it can open at most ${most}. Nothing has been used up. Open the link in another browser, not in a private window, or with the command line.`,
  },
  lookAgain: 'Look again',
  inMemory:
    'This browser holds what it receives in memory only: do not close or reload this page until you have saved what is in it.',
  ledeEarlier: 'You opened it in this browser before, and have not saved all of it. It is kept on this device, sealed.',
  passphrase: 'Passphrase',
  passphraseHint: 'The sender chose it and tells it to you another way than the link.',
  passphraseMissing: 'Type the passphrase first.',
  wrong: (triesLeft: number | undefined): string => {
    if (triesLeft === undefined) return 'That is not the passphrase. Nothing has been opened.'
    if (triesLeft === 0) return 'That is not the passphrase, and it was the last try: the message has destroyed itself.'
    return `That is not the passphrase. ${format.tries(triesLeft)} left, then the message destroys itself.`
  },
  button: 'Open it now',
  opening: 'Opening…',
  consequence:
    'Opening binds it to this browser. Once it has arrived here whole, the sender is told that it was opened.',
  consequenceMine: 'Once it has arrived here whole, the server deletes it, and the sender is told that it was opened.',
  consequenceOnce:
    'Opening binds it to this browser. Once it has arrived here whole, the server deletes it, and the sender is told that it was opened.',
  consequenceEarlier: 'The server is asked for nothing: everything is here.',
  notes: {
    dismissed:
      'The sender has taken back what you started to open earlier, and opened it for a new claim. You can open it again.',
    resumed: 'You started to open it in this browser earlier. Type the passphrase to go on.',
    cancelled:
      'Stopped, and what had come in is removed from this device. This browser can open the link again until it expires; nobody else can, unless the sender opens it for them.',
  },
  elsewhere:
    'Another tab of this browser is working on it. Nothing is lost. Go on there, or close that tab and try again here.',
  notLasting: 'This browser keeps nothing: do not close or reload this page until you have read what is in it.',
}

export const receiving = {
  title: 'It is coming in',
  lede: 'It is kept on this device, sealed, until all of it is here and has been checked. If this page is closed, open the link again in this browser, and it goes on.',
  ledeMemory:
    'It is held in memory, sealed, until all of it is here and has been checked. If this page is closed, open the link again in this browser, and it begins anew.',
  cancel: 'Stop and remove',
  question: 'Stop receiving?',
  warning: (until: string): string =>
    `What has come in is removed from this device. This browser can open the link again until ${until}; nobody else can, unless the sender opens it for them.`,
  sure: 'Yes, stop and remove it',
  keep: 'Keep it',
  faults: {
    full: 'There is no room left on this device. What has come in is kept. Free some space, then go on.',
  },
}

/** Why something that lies on the server, and stays there, does not fit this device. */
export const obstacles = {
  disk: (needed: string, most: string): string =>
    `It needs ${needed} on this device, and this browser has ${most} left for it. Free some space and try again, or open it with another browser or with the command line.`,
  memory: (_: string, most: string): string =>
    `This browser keeps no files for a page, so it can open at most ${most}. Open it in another browser, not in a private window, or with the command line.`,
}

export const saving = {
  label: 'Saving',
  one: 'Saving',
  all: 'Saving everything,',
  amount: (bytes: string, total: string): string => `${bytes} of ${total}`,
  stop: 'Stop',
  faults: {
    full: 'It could not be saved: there is no room left there. Nothing is lost. Free some space or choose another place, and save it again.',
    denied: 'It could not be saved: the browser may not write there. Nothing is lost. Choose another place.',
    changed:
      'It could not be saved: what this device kept of it was changed or removed meanwhile. What has been saved before is whole.',
    offline: 'It could not be saved: the rest could not be fetched. Nothing is lost. Try again when you are connected.',
    names: 'Everything else is saved. Files of these names could not be written into the folder; save them one by one:',
    failed: 'It could not be saved. Nothing is lost. Try again, or choose another place.',
  },
}

export const opened = {
  title: 'Opened',
  ack: {
    pending: 'It is whole. The server is being told so, and the sender with it.',
    late: 'It is whole. The server could not be told yet, or its answer was lost, so it may still hold the sealed bytes; this page goes on trying while it is open.',
    burned: 'The server has deleted it, and the sender sees that you opened it. It is only on this device now.',
    shared:
      'The sender sees that you opened it. Others who have the link may still open it, so the server keeps the sealed bytes.',
    earlier: 'You opened it before in this browser. The server has been told, and the sender sees it.',
    ended:
      'It is whole. The server had let go of it before it could be told: its sender took it back or burned it, or it expired.',
  },
  text: 'Message',
  copy: 'Copy text',
  copied: 'Text copied.',
  files: 'Files',
  filesHint:
    'They are saved as they are, and never shown by this page. Open only what you expected from somebody you know.',
  save: 'Save',
  saveFile: (name: string): string => `Save ${name}`,
  saveAgain: (name: string): string => `Saved. Save ${name} again`,
  saved: (name: string): string => `Saved ${name}.`,
  savedMark: 'Saved',
  saveAll: 'Save all as one tar file',
  savedAll: 'Saved everything as one tar file.',
  saveAllFolder: 'Save all into a folder',
  savedFolder: 'Saved into the folder.',
  count: (files: number, size: string): string => `${format.number(files)} files, ${size}.`,
  unknownType: 'type not given',
  empty: 'There is nothing in it.',
  keep: 'Keep what you need before you leave: when you close this page, what is on it is gone for good.',
  keepHeld: (until: string): string =>
    `Until you have copied and saved everything, it stays on this device, sealed, and the link opens it here again; at the longest until ${until}.`,
  allTaken: 'You have copied or saved everything.',
  allTakenHeld: 'You have copied or saved everything. When you leave, nothing of it stays in this browser.',
  remove: 'Remove it from this device',
  removeQuestion: 'Remove it without saving everything?',
  removeWarning: 'Not everything has been copied or saved. What this browser keeps of it is gone for good then.',
  removeSure: 'Yes, remove it',
  removeKeep: 'Keep it',
  reply: 'Seal a message of your own',
}

export const gone = {
  title: 'There is nothing to open here',
  lede: 'The server holds nothing for this link and does not say why. It may be any of these:',
  causes: [
    'It was opened, as often as its sender allowed.',
    'It expired.',
    'Its sender burned it.',
    'Ten wrong passphrases destroyed it.',
    'It never was there.',
  ] as const,
  advice: 'Ask the sender, who can see what became of it, and can send a new link.',
  claimedTitle: 'Somebody came first',
  claimedLede:
    'It is bound to whoever asked for it first, and they have not said yet that they have it all. Nobody else can open it meanwhile.',
  claimedAdvice: 'Ask the sender, who sees this too and can open it for you again.',
  proofTitle: 'What is proved',
  proofOpened: (when: string): string => `Somebody who had the link opened it on ${when}.`,
  proofClaimed: (when: string): string => `Somebody who had the link claimed it on ${when}.`,
  proofMine: (when: string): string => `This browser opened it on ${when}.`,
  proofMineClaimed: (when: string): string =>
    `This browser claimed it on ${when}. The server has not heard that it was opened.`,
  signature: 'Their signature proves it; the server could not have made it up. The time is by their clock.',
  notYou: 'If that was not you, tell the sender: somebody else may know what was in it.',
  leave: 'Seal a message of your own',
}

export const damaged = {
  title: 'This link is damaged',
  lede: 'A character is missing or wrong. Nothing was asked of the server, and nothing has been used up.',
  advice: 'Copy the whole link again, up to its last character, or ask the sender to send it once more.',
  start: 'Seal a message of your own',
}

export const unreadable = {
  title: 'It arrived and cannot be opened',
  titleHere: 'It cannot be opened any more',
  lede: 'The bytes are not what the sender sealed: they were changed on the way or on the server, or something else made them.',
  kept: 'Nothing has been acknowledged. The server still holds them for this browser, and you can try again.',
  ledeHere:
    'You opened it here before, and it was whole then. What this device keeps of it has been changed or damaged since.',
  lost: 'The server was told that you have it, and may hold nothing any more. Ask the sender to send it again.',
  save: 'Save the sealed file',
  saved: 'Saved the sealed file.',
}
