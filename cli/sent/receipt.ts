import type { Receipt } from '#protocol/api.ts'
import { stretch } from '#client/crypto/argon2.ts'
import { deriveOpener } from '#client/link.ts'
import { checkProof, formatProof, makeProof, matchProof, provedReceipts, type Expected } from '#client/proof-file.ts'
import { checkDrop } from '#client/sender.ts'
import { describeSystemError, EXIT, explain, Failure, type ExitCode } from '../failure.ts'
import { makeProgress } from '../terminal/progress.ts'
import { describeProof, proofToJson, provedReaders, refuseProof } from './proof.ts'
import { readNamed } from '../terminal/streams.ts'
import { askLink, passphraseFor, readPasted, wholeLink } from '../terminal/secrets.ts'
import { askAsSender } from './ask-as-sender.ts'
import { print, printJson, say, visible } from '../terminal/terminal.ts'
import { findTicket, readTicket } from './tickets.ts'
import { createNamedFile } from '../state/writing.ts'
import { command, type CommandGroup, flag, layOut, misused, type ParsedArgs, row, value } from '../command.ts'

const JSON_OPTION = {
  json: {
    ...flag(
      'print {"ticket", "proof", "readers"}, or of verify',
      '{"holds", "compared": {"with", "result"}, "server", "drop", "claim",',
      '"readers", "proves", "not"}',
    ),
    column: 9,
  },
} as const

const VERIFY_OPTIONS = {
  ticket: value(
    'TICKET',
    'compare server, drop, claim key, and what was opened',
    'with the ticket of a drop that was sent from here',
  ),
  link: flag('ask for a link, which is not shown, and compare server,', 'drop and claim key with it'),
  'link-file': value('FILE', 'read the link from the only line of FILE (- is standard', 'input)'),
  'passphrase-file': value(
    'FILE',
    'if the link needs a passphrase: read it from the only',
    'line of FILE instead of asking',
  ),
  ...JSON_OPTION,
} as const

/** Keeps what proves that a drop was opened, and checks what somebody kept. */
export const receiptCommands: CommandGroup = {
  get usage() {
    return layOut(
      [
        `Usage: sealdrop receipt save TICKET [FILE] [--json]
       sealdrop receipt verify FILE [--ticket TICKET | --link | --link-file FILE]
                               [--passphrase-file FILE] [--json]

save writes what proves that a drop was claimed and opened into a file, which
holds no secret and opens nothing. What was proved once is kept with the ticket,
also when the server has it no more.

verify checks such a file, asks no server, and says what it proves and what not:
that somebody who held the claim key in it signed; not who that was. Whether that
is the key of your drop it says if it is given the ticket or the link to compare
with. You could have made it yourself, so it convinces nobody who does not trust
you. Exit code 1 if it does not hold, 6 if it is for another drop.`,
        [
          { ...row('TICKET', 'the name that send printed, or the beginning of it'), column: 9 },
          { ...row('FILE', 'default sealdrop-proof-TICKET.json; - is standard output, or input'), column: 9 },
          'ticket',
          'link',
          'link-file',
          'passphrase-file',
          'json',
        ],
      ],
      VERIFY_OPTIONS,
    )
  },
  commands: {
    save: command({ options: JSON_OPTION, most: 2, run: save }),
    verify: command({ options: VERIFY_OPTIONS, most: 1, run: verify }),
  },
  misuse: {
    missing: 'receipt takes save or verify',
    unknown: 'receipt takes save or verify',
    hint: 'sealdrop help receipt shows how it is used',
  },
}

type VerifyValues = ParsedArgs<typeof VERIFY_OPTIONS>['values']

/** Writes the proof of a drop that was sent from here. */
async function save({ values, positionals }: ParsedArgs<typeof JSON_OPTION>): Promise<ExitCode> {
  const [start, path] = positionals
  if (start === undefined) throw misused('a ticket is missing')
  if (path === '-' && values.json) throw misused('standard output cannot be both the proof and a result')
  const name = findTicket(start)
  const { ticket } = readTicket(name)
  if (ticket.claim === undefined) throw new Failure(NO_RECEIPTS)
  const proof = makeProof(ticket, await learn(name))
  if (proof === undefined) throw new Failure('nobody has proved anything of this drop yet', { exitCode: EXIT.gone })
  const text = formatProof(proof)
  // The receipts come from this disk: a proof that does not hold is not handed on.
  if ((await checkProof(text)).state !== 'holds') throw new Failure('what was kept of this drop proves nothing')
  if (path === '-') {
    await print(text)
    return EXIT.done
  }
  const file = path ?? `sealdrop-proof-${name}.json`
  write(file, text)
  if (values.json) await printJson({ ticket: name, proof: file, readers: provedReaders(proof) })
  say(`saved the proof in ${file}; sealdrop receipt verify checks it, with no server`)
  if (ticket.needsPassphrase) say(GUESSABLE)
  return EXIT.done
}

/** Checks a proof file, with no server, and says what it proves and what not. */
async function verify({ values, positionals }: ParsedArgs<typeof VERIFY_OPTIONS>): Promise<ExitCode> {
  const [path] = positionals
  if (path === undefined) throw misused('a file is missing: name one, or - for standard input')
  const drop = await expected(path, values)
  const bytes = await readNamed(path, MAX_PROOF_BYTES)
  const verdict = await checkProof(bytes?.toString('utf8') ?? '')
  switch (verdict.state) {
    case 'malformed':
      throw new Failure('this is no proof file, or it was changed', { hint: NOTHING })
    case 'forged':
      throw new Failure('a signature in it does not hold: it was changed, or made up', { hint: NOTHING })
    case 'holds': {
      const comparison = drop && { with: drop.with, result: matchProof(verdict.proof, drop) }
      if (values.json) await printJson(proofToJson(verdict.proof, comparison))
      if (drop !== undefined && comparison !== undefined && comparison.result !== 'same')
        throw refuseProof(comparison.result, drop)
      if (!values.json) await print(visible(describeProof(verdict.proof, comparison)))
      return EXIT.done
    }
  }
}

/** The drop that a proof should be for. */
type Wanted = Expected & { readonly with: 'ticket' | 'link'; readonly needsPassphrase?: boolean }

/** @param path - of the proof. @returns `undefined` if nobody said what it should be for */
async function expected(path: string, values: VerifyValues): Promise<Wanted | undefined> {
  const { ticket: start, link: isAsked, 'link-file': linkFile, 'passphrase-file': passphraseFile } = values
  const hasLink = isAsked || linkFile !== undefined
  if ([start !== undefined, isAsked, linkFile !== undefined].filter(Boolean).length > 1)
    throw misused('a proof is compared with one ticket, or one link')
  if (passphraseFile !== undefined && !hasLink) throw misused('--passphrase-file belongs to --link or --link-file')
  if ([path, linkFile, passphraseFile].filter((each) => each === '-').length > 1)
    throw misused('standard input cannot be two things at once')
  if (start !== undefined) {
    const { origin, dropId, claim, opened } = readTicket(findTicket(start)).ticket
    if (claim === undefined) throw new Failure(NO_RECEIPTS)
    return { with: 'ticket', origin, dropId, claim, opened }
  }
  if (!hasLink) return undefined
  const { origin, secret } = wholeLink(
    linkFile === undefined ? await askLink('use --link-file FILE') : await readPasted(linkFile, 'link'),
  )
  const passphrase = await passphraseFor(secret, passphraseFile)
  const progress = makeProgress()
  const { dropId, claim } = await deriveOpener(secret, passphrase, stretch, (done) =>
    progress({ stage: 'stretching', done }),
  )
  return { with: 'link', origin, dropId, claim: claim.publicKey, needsPassphrase: secret.needsPassphrase }
}

/** Asks the server once more. An earlier proof is kept, and is enough where the server does not answer. */
async function learn(name: string): Promise<readonly Receipt[]> {
  const kept = readTicket(name)
  let { receipts = [] } = kept
  try {
    // Not from the ticket, where it is kept as far as it can be: a disk may be full.
    await askAsSender(name, kept, async (...asked) => {
      const report = await checkDrop(...asked)
      receipts = provedReceipts(report.claims, kept.receipts) ?? receipts
      return report
    })
  } catch (error) {
    say(`${explain(error).message}; what it proved before is kept here`)
  }
  return receipts
}

function write(path: string, text: string): void {
  let isNew: boolean
  try {
    isNew = createNamedFile(path, Buffer.from(text))
  } catch (cause) {
    throw new Failure(`cannot write ${path}: ${describeSystemError(cause)}`, { cause })
  }
  if (!isNew) throw new Failure(`${path} is there already`, { hint: 'name another file after the ticket' })
}

const GUESSABLE = 'anyone with it and the link can try passphrases at home: do not give both away'

const NOTHING = 'it proves nothing'

const NO_RECEIPTS = 'a drop in a box has no receipts: its readers collect it, and sign nothing for you'

/** Longer than any proof is. */
const MAX_PROOF_BYTES = 262_144
