/** How an owner tells others where to write. */
export const share = {
  title: 'Share this box',
  lede: 'Whoever has the address can write to this box, and nobody can read it by it. Publish it where people look for you.',
  address: 'Address',
  link: 'Link to write',
  linkHint: 'It opens the page that seals a message for this box.',
  copyAddress: 'Copy address',
  addressCopied: 'Address copied.',
  copyLink: 'Copy link',
  linkCopied: 'Link copied.',
  showQr: 'Show QR code',
  hideQr: 'Hide QR code',
  qr: (name: string): string => `QR code of the link to write to ${name}`,
  invitationOnly:
    'This box takes messages only from people with an invitation. With the address alone somebody sees the box and cannot write.',
  posterTitle: 'A poster',
  poster: 'One page to print and put up: the name, the QR code, the address, and how to write safely.',
  print: 'Print poster',
  embedTitle: 'A link on your web site',
  embed: 'Plain HTML, no script. Put it where visitors look for a way to reach you.',
  embedLabel: 'HTML of the link',
  embedText: (name: string): string => `Write to ${name}, encrypted`,
  copyEmbed: 'Copy HTML',
  embedCopied: 'HTML copied.',
  proofTitle: 'The same address on your own domain',
  proof:
    'A server that hands out a wrong address is found out by whoever compares it with a second place. Save this file and publish it on your own site as /.well-known/sealdrop/box.json, over HTTPS, readable for everybody.',
  allow:
    'Your site also has to send a header with this file, so that a browser lets other pages read it. Set it for this file alone: everybody may read it anyway. Without it people have to compare by eye.',
  allowLabel: 'Header of box.json',
  allowExamples: 'How common servers set it',
  copyHeader: 'Copy header',
  headerCopied: 'Header copied.',
  proofCheck: (command: string): string =>
    `On the page on which people write, “Check where else this address is published” then asks your domain, if they type it. The command does it by itself: ${command}.`,
  proofCommand: 'sealdrop send --to ADDRESS --published-by YOUR-DOMAIN',
  proofLabel: 'Contents of box.json',
  save: 'Save box.json',
  saved: 'box.json saved.',
}

/** Texts of the printed page. */
export const poster: {
  readonly lead: string
  readonly scan: string
  readonly address: string
  readonly steps: readonly string[]
} = {
  lead: 'Write to us, encrypted',
  scan: 'Scan this code, or type this address:',
  address: 'Box address',
  steps: [
    'Write from a device and a network that are your own, not your employer’s. Tor Browser (torproject.org) also hides who you are from the network and from the server.',
    'Compare the address on the page with the one on this poster, letter by letter.',
    'If you want an answer, tick “I want to come back for answers” and write the twelve words down on paper.',
  ],
}

/** `sdbox1 q9x2k …`: in groups that an eye can follow and a hand can type. */
export function addressGroups(address: string): string[] {
  const split = address.indexOf('1') + 1
  return [address.slice(0, split), ...(address.slice(split).match(/.{1,5}/g) ?? [])]
}
