import type { ProofMatch, OpeningProof } from '#client/proof-file.ts'
import { EXIT, Failure } from '../failure.ts'
import { iso, readerName } from './drop-status.ts'
import { formatTime } from '../terminal/format.ts'

/** With what a proof was compared, and what came of it. */
export interface Comparison {
  readonly with: 'ticket' | 'link'
  readonly result: ProofMatch
}

interface ProvedReader {
  readonly reader: string
  /** ISO 8601, by the reader's clock. */
  readonly claimed: string
  readonly opened?: string
}

/** The signers, in the order of the file. */
export function provedReaders({ receipts }: OpeningProof): ProvedReader[] {
  return receipts.map(({ reader, claim, ack }) => ({
    reader: readerName(reader),
    claimed: iso(claim.created),
    ...(ack === undefined ? {} : { opened: iso(ack.reader.created) }),
  }))
}

/** The output of `receipt verify --json`. @param compared - `undefined` where nobody said what the proof should be for */
export function proofToJson(proof: OpeningProof, compared: Comparison | undefined): unknown {
  const { authority: server, dropId: drop, claim } = proof
  const { proves, not } = saidOf(compared)
  return { holds: true, compared, server, drop, claim, readers: provedReaders(proof), proves, not }
}

/** The output of `receipt verify` for a proof that holds, and is for the drop that it was compared with. */
export function describeProof(proof: OpeningProof, compared: Comparison | undefined): string {
  const readers = provedReaders(proof).map(({ reader, claimed, opened }) =>
    opened === undefined
      ? `reader ${reader} claimed it ${formatTime(Date.parse(claimed))}, and has not signed that it was opened`
      : `reader ${reader} opened it ${formatTime(Date.parse(opened))}`,
  )
  const { authority, dropId, claim } = proof
  const { proves, not } = saidOf(compared)
  const list = (sentences: readonly string[]): string[] => sentences.map((each) => `- ${each}`)
  const head = [
    'The proof holds: every signature in it is right.',
    ...(compared === undefined ? [] : [describeSame(proof, compared)]),
    '',
    `drop ${dropId} at ${authority}`,
    `claim key ${claim}`,
    ...readers,
  ]
  return `${[...head, '', 'What it proves:', ...list(proves), '', 'What it does not prove:', ...list(not)].join('\n')}\n`
}

/** Why a proof that holds is none of the drop that it was compared with. */
export function refuseProof(
  result: Exclude<ProofMatch, 'same'>,
  { with: what, needsPassphrase = false }: Pick<Comparison, 'with'> & { readonly needsPassphrase?: boolean },
): Failure {
  const hint = result === 'another_key' && needsPassphrase ? MISTYPED : NOTHING[result]
  return new Failure(OTHER[result](what), { exitCode: EXIT.mismatch, hint })
}

function saidOf(compared: Comparison | undefined): Readonly<Record<'proves' | 'not', readonly string[]>> {
  if (compared?.result !== 'same') return { proves: [SIGNED, OPENED, NOT_THE_OPERATOR_IF], not: [NOT_THE_KEY, ...NOT] }
  return { proves: [SIGNED, compared.with === 'ticket' ? OPENED_AS_KEPT : OPENED, NOT_THE_OPERATOR], not: NOT }
}

/** Of what was opened only a ticket knows. */
function describeSame({ opened }: OpeningProof, { with: what }: Comparison): string {
  const more = what === 'ticket' && opened !== undefined ? ', and so is what was opened' : ''
  return `It is for the drop of this ${what}: server, drop and claim key are the same${more}.`
}

const OTHER: Readonly<Record<Exclude<ProofMatch, 'same'>, (what: Comparison['with']) => string>> = {
  another_server: (what) => `this proof is for another server than that of the ${what}`,
  another_drop: (what) => `this proof is for another drop than that of the ${what}`,
  another_key: (what) => `this proof names the drop of the ${what}, and is signed with another claim key than it has`,
  another_opening: (what) =>
    `this proof is for the drop of the ${what}, but what was signed as opened does not lie in it`,
}

const NOTHING: Readonly<Record<Exclude<ProofMatch, 'same'>, string>> = {
  another_server: 'its signatures hold, and prove nothing of that drop',
  another_drop: 'its signatures hold, and prove nothing of that drop',
  another_key: 'somebody made it with a key of their own: it proves nothing of that drop',
  another_opening: 'somebody who had its claim key made that up: nothing proves that it was opened',
}

const MISTYPED = 'was the passphrase right? if so, somebody made it with a key of their own, and it proves nothing'

const SIGNED =
  'Somebody who held this claim key signed each line above. Anyone with the link of a drop, and the passphrase if it needs one, has its claim key.'

const OPENED =
  'Where it says opened, they also signed the hash of what lies in the last bytes of the drop. The sender knows whether that hash is right, and kept it only if it was: they had decrypted all of it.'

const OPENED_AS_KEPT =
  'Where it says opened, they also signed the hash of what lies in the last bytes of the drop. The ticket has the same: they had decrypted all of it.'

const NOT_THE_OPERATOR_IF =
  'The operator of the server cannot have made this if that is the claim key of the drop: it does not hold it, unless somebody gave it the link.'

const NOT_THE_OPERATOR =
  'The operator of the server cannot have made this: it does not hold the claim key, unless somebody gave it the link.'

const NOT_THE_KEY =
  'That this is the claim key of the drop: anybody, the operator too, can name any drop and sign with a key of their own. The sender’s ticket has the right one: compare with --ticket, or with the link.'

const NOT = [
  'The name of the person. A key signed; anyone with the link has the key.',
  'When. The times are by the clock of the reader.',
  'Anything to a third party who does not trust the sender: the sender has the link too, and could have made all of it.',
  'That nobody else opened it: a server can hold a receipt back.',
]
