export const how = {
  title: 'How it works',
  lede: 'Sealdrop carries a message to one person and keeps nothing that anybody else could read.',
  steps: [
    [
      'You seal',
      'Your browser makes a fresh key, encrypts text and files with it, and sends only the sealed bytes. The key is the part of the link after the #, which browsers never send.',
    ],
    [
      'The server holds',
      'It keeps the sealed bytes until they are opened or expire. It cannot read them, cannot add a reader, and hands them out only to somebody whose browser proves that it has the link.',
    ],
    [
      'They open',
      'Looking at the link uses nothing up. A press claims the message for one browser. Only when every byte has arrived and been verified does the server delete it, so a lost connection loses nothing.',
    ],
    [
      'You get a receipt',
      'The reader’s browser signs that it has opened everything. The server keeps the receipt for you and cannot forge one.',
    ],
  ],
  seesTitle: 'What the server sees',
  sees: [
    'When something was sealed, until when, how often it opens, and its size, rounded up so that a password and a page look the same.',
    'When it was claimed and opened. Not by whom: there are no accounts and no cookies, and its software keeps no record of network addresses.',
    'Never the text, the files, their names or number, the passphrase, or the key.',
  ],
  notTitle: 'What we do not promise',
  not: [
    'Whoever has the whole link can open it. For more, add a passphrase and send it another way.',
    'In a browser you trust this server for the page that does the sealing. The command line does not have to.',
    'The network sees who talks to the server. Tor hides that.',
    'What has been opened can be kept by whoever opened it.',
  ],
  ageTitle: 'Without our code',
  age: 'The sealed bytes are an ordinary age file around an ordinary tar archive. With the command line you can fetch them as they are, turn the link into an age key, and open it all with age (1.3 or later) and tar, which others have written. The server keeps its copy meanwhile:',
  ageCommands:
    'sealdrop open - --sealed drop.age < link.txt\nsealdrop key - < link.txt > key.txt\nage -d -i key.txt drop.age | tar x',
  depositTitle: 'Sending without our code',
  deposit:
    'What fits one request, about 8 MB, can be sealed where there is no network and sent from elsewhere by anybody who has curl. This makes the age file, the link, and the curl line to send the file with:',
  depositCommands: 'sealdrop send --age-only report.pdf',
  returnTitle: 'You wrote to a box?',
  return: 'Come back for answers with your return code',
  back: 'Back',
} as const
