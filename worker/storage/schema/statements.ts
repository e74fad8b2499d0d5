import type { Writer } from './types.ts'

/** The causes of a write, in words. */
export const WRITERS: Readonly<Record<Writer, string>> = {
  create: 'anybody who deposits a drop of one part; nobody signs',
  begin: 'anybody who announces a drop in parts; nobody signs',
  upload: 'the holder of the sender key of the drop',
  commit: 'the holder of the sender key of the drop',
  status: 'the holder of the link; it writes only when the passphrase was wrong',
  claim: 'the holder of the link, and of the passphrase if there is one; with a wrong one the try is written',
  ack: 'a reader who has claimed the drop, with the key of that claim',
  revoke: 'the holder of the sender key of the drop',
  reopen: 'the holder of the sender key of the drop',
  publish: 'the owner of the box, with its root key',
  keys: 'a reader on the present card of the box, or its owner',
  invite: 'the owner of the box',
  delete: 'the owner of the box',
  collect: 'a reader of the box; it writes only when the drop turns out to be gone, and takes it off the list',
  alarm: 'the server itself, when something is due',
}

/** Things in no table and no store, so that nobody can be made to hand them over. Tests look for most of these. */
export const NOT_HELD: readonly string[] = [
  'texts, files, their names, types, number or dates: they are inside the ciphertext',
  'links, passphrases, phrases of boxes, return codes and secrets of invitations, and anything that the key of a drop could be derived from',
  'private keys of senders, readers and owners; the server keeps public ones and hashes',
  'network addresses, cookies, user agents, languages, accounts, e-mail addresses or telephone numbers: no code of the worker reads them',
  'a log of requests, or a count of visits',
  'who sent a drop to a box, or who opened a drop behind a link',
]

/** Things that others have or may have after the server has deleted them, or that the server never had. */
export const REMAINS: readonly string[] = [
  'Cloudflare keeps 30 days of history of every SQLite database of a Durable Object (point-in-time recovery); it cannot be switched off. Anybody who can deploy code to the account can bring a row of the last 30 days back: that of a drop up to 62 days after it was begun. There is no ciphertext and no plaintext in it, and no key that opens anything.',
  'Workers KV: a deletion takes a while to reach all places, and an edge that has cached a value may hold it for 30 seconds. There is no history to recover from. When deleted bytes leave the disks of KV and R2 is documented by nobody.',
  'Logs: the worker writes none, and observability is off in `wrangler.toml`. The owner of the account can switch on logs of requests, tail them live, or send them elsewhere; from then on, not for the past.',
  'Cloudflare is a second party, that can be compelled like the operator, without the operator being told. It ends TLS: it sees the network address, time, length and path of each request, and could read its fields and bodies, ciphertext and drop ids among them. It decides by itself which of that it keeps. It never sees the part of a link behind the #.',
  'A server run with `npm start` has none of these; freed pages of SQLite files and of the disk may keep old bytes, and backups keep their old content.',
]

/** Things that an operator, or Cloudflare, can be ordered to do from some day on. */
export const FORCED: readonly string[] = [
  'Serve a changed page: one that keeps what is typed or opened in the browser. That is the strongest thing that can be done to people who use the page. It changes the bytes that are served, which anybody can compare with the published ones; the command line and the page that is kept as a file are not fetched from the server.',
  'Log what passes: addresses, times, ids, sizes, and ciphertext before it is deleted. Of drops made from then on, not of those that are gone.',
  'Keep what was to be deleted: ciphertext after its burning, rows after their expiry. It still does not open without a link or a box’s keys; but anybody who gets hold of those later can open it.',
  'Refuse or delay: not take a drop, not hand one out, not show a receipt, for everybody or for one id or box.',
  'Show old cards of a box, or an old list. A card is believed until its week and a day are over, though the owner has replaced it; and anybody who kept the cards that were published ahead has one for each of up to 13 weeks to come. For so long a reader whom the owner has removed may be sealed to, by senders who remember no newer card. A drop can be left out of a list.',
  'Keep silent about all this, and leave a statement on its page as it was.',
]

/** Things that no order can achieve, as long as the sender's and the reader's programs are the published ones. */
export const IMPOSSIBLE: readonly string[] = [
  'Read what is stored, now or later, with every secret that the server has: it has none that opens anything.',
  'Bring back the ciphertext of a drop that was burned before the order came, by anything that the platform offers: KV and R2 have no history here. Deleted bytes that remain on its disks open with nothing that the server has.',
  'Add a reader to a drop, or to a box: cards are signed by the owner’s root key, and senders check it.',
  'Forge a receipt, or claim a drop in a reader’s name: both are signed by keys that the server never has.',
  'Say from what is stored who sent or opened something, or which of the drops behind links come from one person.',
  'Try passphrases against a drop without its link.',
]

/** Things that are in memory only. */
export const MEMORY: readonly { readonly what: string; readonly where: string; readonly until: string }[] = [
  {
    what: 'key that makes and knows nonces, 32 random bytes',
    where: 'each shelf, each rack',
    until: 'the platform evicts the object; a new one is made',
  },
  { what: 'body of a create, at most 8 MiB', where: 'worker', until: 'the request ends' },
  { what: 'a part: only what is on its way through, never all of it', where: 'worker', until: 'the request ends' },
  { what: 'fields and answer of a request', where: 'worker', until: 'the request ends' },
]
