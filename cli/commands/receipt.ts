import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs'
import { checkProof, formatProof, makeProof, type Proof } from '#client/proof-file.ts'
import { checkDrop } from '#client/sender.ts'
import { describeSystemError, EXIT, explain, Failure, type ExitCode } from '../failure.ts'
import { iso, readerName } from '../fate.ts'
import { createFile } from '../files.ts'
import { misused, parseOptions } from '../options.ts'
import { askAsSender } from '../sent.ts'
import { print, printJson, readInput, say, visible } from '../terminal.ts'
import { findTicket, readTicket } from '../tickets.ts'
import { formatTime } from '../words.ts'

/** Keeps what proves that a drop was opened, and checks what somebody kept. */
export async function receipt([name = '', ...args]: readonly string[]): Promise<ExitCode> {
  switch (name) {
    case 'save':
      return save(args)
    case 'verify':
      return verify(args)
    default:
      throw misused('receipt takes save or verify', undefined, 'sealdrop help receipt shows how it is used')
  }
}

/** Writes the proof of a drop that was sent from here. */
async function save(args: readonly string[]): Promise<ExitCode> {
  const { values, positionals } = parseOptions(args, OPTIONS, 2)
  const [start, path] = positionals
  if (start === undefined) throw misused('a ticket is missing')
  if (path === '-' && values.json) throw misused('standard output cannot be both the proof and a result')
  const name = findTicket(start)
  await learn(name)
  const { ticket, receipts = [] } = readTicket(name)
  if (ticket.claim === undefined)
    throw new Failure('a drop in a box has no receipts: its readers collect it, and sign nothing for you')
  const proof = makeProof(ticket, receipts)
  if (proof === undefined) throw new Failure('nobody has proved anything of this drop yet', { exitCode: EXIT.gone })
  const text = formatProof(proof)
  // Of what lay on this disk: a proof that does not hold is not handed on.
  if ((await checkProof(text)).state !== 'holds') throw new Failure('what was kept of this drop proves nothing')
  if (path === '-') {
    await print(text)
    return EXIT.done
  }
  const file = path ?? `sealdrop-proof-${name}.json`
  write(file, text)
  if (values.json) await printJson({ ticket: name, proof: file, readers: readersOf(proof) })
  say(`saved the proof in ${file}; sealdrop receipt verify checks it, with no server`)
  if (ticket.needsPassphrase) say(GUESSABLE)
  return EXIT.done
}

/** Checks a proof file, with no server, and says what it proves and what not. */
async function verify(args: readonly string[]): Promise<ExitCode> {
  const { values, positionals } = parseOptions(args, OPTIONS, 1)
  const [path] = positionals
  if (path === undefined) throw misused('a file is missing: name one, or - for standard input')
  const verdict = await checkProof(await read(path))
  switch (verdict.state) {
    case 'malformed':
      throw new Failure('this is no proof file, or it was changed', { hint: NOTHING })
    case 'forged':
      throw new Failure('a signature in it does not hold: it was changed, or made up', { hint: NOTHING })
    case 'holds':
      await (values.json ? printJson(toJson(verdict.proof)) : print(visible(describe(verdict.proof))))
      return EXIT.done
  }
}

/** Asks the server once more. What it has proved before is kept, and is enough where it does not answer. */
async function learn(name: string): Promise<void> {
  try {
    await askAsSender(name, readTicket(name), checkDrop)
  } catch (error) {
    say(`${explain(error).message}; what it proved before is kept here`)
  }
}

function write(path: string, text: string): void {
  let isNew: boolean
  try {
    isNew = createFile(path, Buffer.from(text))
  } catch (cause) {
    throw new Failure(`cannot write ${path}: ${describeSystemError(cause)}`, { cause })
  }
  if (!isNew) throw new Failure(`${path} is there already`, { hint: 'name another file after the ticket' })
}

async function read(path: string): Promise<string> {
  if (path === '-') return (await readInput(MAX_PROOF_BYTES))?.toString('utf8') ?? ''
  try {
    const file = openSync(path, 'r')
    try {
      return fstatSync(file).size > MAX_PROOF_BYTES ? '' : readFileSync(file, 'utf8')
    } finally {
      closeSync(file)
    }
  } catch (cause) {
    throw new Failure(`cannot read ${path}: ${describeSystemError(cause)}`, { cause })
  }
}

interface ProvedReader {
  readonly reader: string
  /** ISO 8601, by the reader's clock. */
  readonly claimed: string
  readonly opened?: string
}

function readersOf({ receipts }: Proof): ProvedReader[] {
  return receipts.map(({ reader, claim, ack }) => ({
    reader: readerName(reader),
    claimed: iso(claim.created),
    ...(ack === undefined ? {} : { opened: iso(ack.reader.created) }),
  }))
}

function toJson(proof: Proof): unknown {
  const { authority, dropId, claim } = proof
  return { holds: true, server: authority, drop: dropId, claim, readers: readersOf(proof), proves: PROVES, not: NOT }
}

function describe(proof: Proof): string {
  const readers = readersOf(proof).map(({ reader, claimed, opened }) =>
    opened === undefined
      ? `reader ${reader} claimed it ${formatTime(Date.parse(claimed))}, and has not signed that it was opened`
      : `reader ${reader} opened it ${formatTime(Date.parse(opened))}`,
  )
  const { authority, dropId, claim } = proof
  const list = (sentences: readonly string[]): string[] => sentences.map((each) => `- ${each}`)
  const head = [
    'The proof holds: every signature in it is right.',
    '',
    `drop ${dropId} at ${authority}`,
    `claim key ${claim}`,
    ...readers,
  ]
  return `${[...head, '', 'What it proves:', ...list(PROVES), '', 'What it does not prove:', ...list(NOT)].join('\n')}\n`
}

const PROVES = [
  'Somebody who held this claim key signed each line above. Whoever has the link of a drop, and the passphrase if it needs one, has its claim key.',
  'Where it says opened, they also signed the hash of what lies in the last bytes of the drop. The sender knows whether that hash is right, and kept it only if it was: they had decrypted all of it.',
  'The operator of the server cannot have made this if that is the claim key of the drop: it does not hold it, unless somebody gave it the link.',
]

const NOT = [
  'That this is the claim key of the drop: anybody, the operator too, can name any drop and sign with a key of their own. The sender’s ticket has the right one.',
  'Who the person was. A key signed; whoever has the link has the key.',
  'When. The times are by the clock of the reader.',
  'Anything to a third party who does not trust the sender: the sender has the link too, and could have made all of it.',
  'That nobody else opened it: a server can hold a receipt back.',
]

const GUESSABLE = 'whoever has it and the link can try passphrases at home: do not give both away'

const NOTHING = 'it proves nothing'

const OPTIONS = { json: { type: 'boolean', default: false } } as const

/** Longer than any proof is. */
const MAX_PROOF_BYTES = 262_144
