import { BOX_JSON_FIELD, type Publication } from '#client/box/well-known.ts'

/** Comparing an address with the one that a web site publishes. */
export const published = {
  title: 'Is this address published elsewhere?',
  lede: 'Whoever is known by a web site can publish the address of their box there, too. This page asks that site and compares.',
  address: 'Address',
  addressHint:
    'This page has it from the link that opened it. Compare it with the page on which you write, the whole of it: what is said below holds for this address alone.',
  none: 'There is no whole address in the link that opened this page. Open it from the page on which you write.',
  notApart:
    'The server handed out this page without the policy that keeps it apart from everything else, so it asks nobody. A server that works does not do this. Compare in another way.',
  domain: 'Their domain',
  domainHint: 'For example newsroom.example, from memory or from paper, not from where you have the address.',
  domainFault: 'Type the domain of a web site, such as newsroom.example, without a path.',
  check: 'Ask this site',
  trace:
    'That site learns that somebody at your network address looked for its boxes, and your network sees its name; Tor Browser hides who asks from both. Neither is told which address you compare, or that you write.',
  traceServer: 'The server of this page learns that somebody opened it, neither the address nor the domain.',
  asking: (domain: string): string => `Asking ${domain}…`,
  spelling:
    'The domain that you typed has letters beyond a to z, which networks spell with xn--. Letters of another alphabet can look the same and be another domain. If you know it with plain letters, type it by hand.',
  open: (domain: string): string => `Open the file on ${domain} in a new tab`,
  byEye: 'Under “boxes” it must hold exactly this address, and the address bar must still name that domain:',
}

/** The results: the sentence first, then its meaning. */
export const publications: Readonly<
  Record<Publication, { readonly title: (domain: string) => string; readonly text: readonly string[] }>
> = {
  published: {
    title: (domain) => `Also published by ${domain}`,
    text: ['The address above is among those in its file. Whoever runs that site says that the box is theirs.'],
  },
  another: {
    title: (domain) => `${domain} publishes another address. Do not send.`,
    text: ['What its file names is another box. Ask the owner another way before you write anything.'],
  },
  nothing: {
    title: (domain) => `${domain} publishes no address`,
    text: [
      'There is no file there that names a box. That speaks neither for this address nor against it: ask the owner another way before you rely on it.',
    ],
  },
  unread: {
    title: (domain) => `No answer from ${domain} that this page may read`,
    text: [
      'It cannot be reached, it leads to another site, there is no such file, or it does not let other pages read the file. A browser does not say which.',
      `For the last, its owner has to add a header to the file: ${BOX_JSON_FIELD}. You can look yourself.`,
    ],
  },
}
