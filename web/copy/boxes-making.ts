/** On the way to a box: a new one, one that comes back, one that somebody else owns. */
export const createWords = {
  title: 'Create a box',
  lede: 'Nothing is sent before the box is protected. Names are shown to everybody who writes to it.',
  name: 'Name of the box',
  nameHint: 'For example “Newsroom tips”. Everybody who has the address sees it.',
  readerName: 'Name of this reader',
  readerNameHint: 'You on this device, for example “Ana, laptop”. Senders see who reads the box before they write.',
  terms: 'What it takes',
  largest: 'Largest message, with its files',
  invitation: 'Only by invitation',
  invitationHint: 'Then only those can write whom you send an invitation.',
  next: 'Continue',
  restoreTitle: 'Bring the box back',
  restoreLede:
    'The words are right, and the address is yours. Say how it is to be called; the address stays as it was.',
  restoreWarning:
    'Everything that was sealed before today cannot be opened any more on this device: its keys are not in the words. Only a backup file, or a device that still has the box, can open it.',
  restoreReaders: 'Other readers have to be added again. Invitations have to be sent again.',
}

export const phraseWords = {
  title: 'Write these 24 words on paper',
  lede: 'They are the key to the address of your box. Nobody else has them, and they are shown only now.',
  advice: [
    'Write them with a pen, in their order, and keep the paper where nobody finds it. No photo, no file, no message.',
    'Whoever has them can take over the address. Without them, nobody can give it back to you.',
    'They do not open old messages: a backup file does.',
  ] as const,
  list: 'The 24 words',
  next: 'I have written them down',
}

export const checkWords = {
  title: 'Check what you have written',
  lede: 'Type three of the words from your paper.',
  word: (place: number): string => `Word ${place + 1}`,
  wrong: (places: readonly number[]): string =>
    places.length === 1
      ? `Word ${nameOf(places)} is another one. Look at your paper, or at the words again.`
      : `Words ${nameOf(places)} are other ones. Look at your paper, or at the words again.`,
  next: 'Continue',
  again: 'Show the words again',
}

export const protectWords = {
  title: (name: string): string => `Protect “${name}” on this device`,
  lede: 'Everything that this browser keeps of the box is sealed with a passphrase. Nobody can recover it.',
  passphrase: 'Passphrase',
  repeated: 'The same passphrase again',
  hint: 'Five words that are drawn by chance are strong enough, and can be learnt.',
  suggest: 'Suggest five words',
  passkey: 'Open it with a passkey, too',
  passkeyHint:
    'A fingerprint, a face, a PIN or a security key, if it can seal. The passphrase stays the way that always works.',
  next: 'Protect and open the box',
  working: 'Protecting…',
}

export const restoreWords = {
  title: 'Restore a box',
  lede: 'A backup file brings back all of the box. The 24 words bring back its address.',
  fileTitle: 'From a backup file',
  file: 'Backup file',
  filePassphrase: 'Passphrase of the backup file',
  fileNext: 'Open the backup file',
  opening: 'Opening…',
  phraseTitle: 'From the 24 words',
  phraseWarning:
    'With the words alone, everything that was sealed before today cannot be opened any more on this device.',
  phrase: 'The 24 words',
  phraseHint: 'In their order, with spaces between them.',
  phraseNext: 'Use these words',
  looking: 'Asking the server for the box…',
}

export const joinWords = {
  title: 'Join as a reader',
  lede: 'The owner of a box can let you read it, with keys of your own that never leave this device.',
  address: 'Address of the box, or a link to it',
  readerName: 'Your name as a reader',
  readerNameHint: 'For example “Ben, office”. Everybody who writes to the box sees it.',
  next: 'Continue',
}

function nameOf(places: readonly number[]): string {
  const numbers = places.map((place) => `${place + 1}`)
  return numbers.length === 1 ? `${numbers[0]}` : `${numbers.slice(0, -1).join(', ')} and ${numbers.at(-1)}`
}
