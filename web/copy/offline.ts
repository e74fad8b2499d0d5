/** Texts that only a page from disk has. */
export const offline = {
  title: 'Which server?',
  lede: 'You have opened Sealdrop from a file of your own. It seals and opens on this device, and talks to the server that you name.',
  server: 'Address of the server, or a link',
  hint: 'Such as drop.example. A link that somebody sent you opens here too, and names its server itself.',
  bad: 'This is neither the address of a server nor a link. Servers are reached by https, and on this computer as localhost.',
  open: 'Continue',
  limits:
    'Nothing is kept once you close this page: neither the list of what you sent, nor an upload that was interrupted, nor a box. Browsers let all files of a disk read what one of them keeps, so this one keeps nothing. A box that you create or restore here is lost with the page unless you save its backup file, and passkeys do not work. What is larger than 256 MB cannot be opened here; the command can.',
  foot: 'This file loads nothing else. It connects to the server that you name, and to a web site only if you ask it to compare an address there.',
  bar: 'Server',
  from: 'Opened from a file. Server:',
  another: 'Another server',
}
