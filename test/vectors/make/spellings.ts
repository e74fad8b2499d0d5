import { CREATED, NONCE, signRequest, type Role } from './signatures.ts'

/** `spellings.json`: accepted and refused spellings of the signature fields of a claim. docs/protocol.md §5.1, §5.6. */
export function spellingVectors(): unknown {
  return { request: 'claim', role: 'claim', accepted: ACCEPTED.map(spelt), refused: [...INPUTS.map(spelt), ...FIELDS] }
}

type Spelling = readonly [why: string, input: string]

const COVERED = '"@method" "@authority" "@path" "drop-id" "content-digest"'
const TIME = `created=${CREATED}`
const ONCE = `nonce="${NONCE}"`
const ALG = 'alg="ed25519"'
const TAG = 'tag="sealdrop-claim-claim"'
const OWN = `(${COVERED});${TIME};${ONCE};${ALG};${TAG}`

const ACCEPTED: readonly Spelling[] = [
  ['as this page writes it', OWN],
  ['with its parameters in another order', `(${COVERED});${TAG};${ALG};${ONCE};${TIME}`],
  ['with its components in another order', OWN.replace('"@method" "@authority"', '"@authority" "@method"')],
  ['with a keyid', `(${COVERED});${TIME};keyid="reader-1";${ALG};${ONCE};${TAG}`],
  ['with an empty keyid', `${OWN};keyid=""`],
  ['with the longest keyid', `${OWN};keyid="${'k'.repeat(64)}"`],
  ['without alg', OWN.replace(`;${ALG}`, '')],
  ['in the first second', OWN.replace(TIME, 'created=0')],
]

/** Signed as they are. */
const INPUTS: readonly Spelling[] = [
  ['a time with leading zeros', OWN.replace(TIME, 'created=007')],
  ['a time that is a decimal', OWN.replace(TIME, `${TIME}.0`)],
  ['a time before 1970', OWN.replace(TIME, 'created=-1')],
  ['a time that no calendar has', OWN.replace(TIME, 'created=8640000000001')],
  ['a time that is a date of RFC 9651', OWN.replace(TIME, `created=@${CREATED}`)],
  ['a time that is a string', OWN.replace(TIME, `created="${CREATED}"`)],
  ['no time', OWN.replace(`;${TIME}`, '')],
  ['no nonce', OWN.replace(`;${ONCE}`, '')],
  ['a nonce in base64', OWN.replace(ONCE, 'nonce="bm9uY2Ugb2YgMTggYnl0ZXM+/w=="')],
  ['a nonce that is a byte sequence', OWN.replace(ONCE, 'nonce=:bm9uY2Utb2YtMTgtYnl0ZXMh:')],
  ['a nonce that is a token', OWN.replace(ONCE, `nonce=${NONCE}`)],
  ['a nonce of 21 characters', OWN.replace(ONCE, `nonce="${'A'.repeat(21)}"`)],
  ['a nonce of 65 characters', OWN.replace(ONCE, `nonce="${'A'.repeat(65)}"`)],
  ['another algorithm', OWN.replace(ALG, 'alg="rsa-pss-sha512"')],
  ['an algorithm that is a token', OWN.replace(ALG, 'alg=ed25519')],
  ['the tag of another purpose', OWN.replace(TAG, 'tag="sealdrop-claim-locator"')],
  ['no tag', OWN.replace(`;${TAG}`, '')],
  ['an expiry', `${OWN};expires=${CREATED + 300}`],
  ['an unknown parameter', `${OWN};x=1`],
  ['a parameter twice', `${OWN};${TAG}`],
  ['a keyid of 65 characters', `${OWN};keyid="${'k'.repeat(65)}"`],
  ['a keyid that is a token', `${OWN};keyid=reader`],
  ['a component too few', OWN.replace(' "content-digest"', '')],
  ['a component too many', OWN.replace('"drop-id"', '"drop-id" "@scheme"')],
  ['a component twice', OWN.replace('"drop-id"', '"drop-id" "drop-id"')],
  ['a component with a parameter', OWN.replace('"drop-id"', '"drop-id";bs')],
  ['a component in capitals', OWN.replace('"drop-id"', '"Drop-Id"')],
  ['a component that is a token', OWN.replace('"drop-id"', 'drop-id')],
  ['two spaces between components', OWN.replace('" "', '"  "')],
  ['a space inside the list', OWN.replace('("', '( "')],
  ['a space before a parameter', OWN.replace(`;${ALG}`, `; ${ALG}`)],
]

const SIGNED = signRequest('claim', 'claim').signature

/** Faults of the fields themselves, whatever is signed. */
const FIELDS = [
  {
    why: 'a signature without padding',
    signatureInput: `claim=${OWN}`,
    signature: `claim=:${SIGNED.replace(/=+$/, '')}:`,
  },
  { why: 'a signature with stray bits', signatureInput: `claim=${OWN}`, signature: `claim=:${stray(SIGNED)}:` },
  { why: 'a signature in base64url', signatureInput: `claim=${OWN}`, signature: `claim=:${'_'.repeat(86)}==:` },
  { why: 'a signature of 63 bytes', signatureInput: `claim=${OWN}`, signature: `claim=:${'A'.repeat(84)}:` },
  { why: 'a signature with a parameter', signatureInput: `claim=${OWN}`, signature: `claim=:${SIGNED}:;x` },
  { why: 'a signature that is a string', signatureInput: `claim=${OWN}`, signature: `claim="${SIGNED}"` },
  { why: 'a label twice', signatureInput: `claim=${OWN}, claim=${OWN}`, signature: `claim=:${SIGNED}:` },
  { why: 'a signature twice', signatureInput: `claim=${OWN}`, signature: `claim=:${SIGNED}:, claim=:${SIGNED}:` },
  { why: 'a label without a signature', signatureInput: `claim=${OWN}`, signature: `locator=:${SIGNED}:` },
  { why: 'a signature without a label', signatureInput: `locator=${OWN}`, signature: `claim=:${SIGNED}:` },
  { why: 'a label in capitals', signatureInput: `Claim=${OWN}`, signature: `Claim=:${SIGNED}:` },
  { why: 'a label without a list', signatureInput: 'claim="@method"', signature: `claim=:${SIGNED}:` },
  { why: 'white space at the end', signatureInput: `claim=${OWN} `, signature: `claim=:${SIGNED}:` },
  { why: 'no space after the comma', signatureInput: `other=1,claim=${OWN}`, signature: `claim=:${SIGNED}:` },
]

function spelt([why, input]: Spelling): unknown {
  const role: Role = 'claim'
  const { base, signature } = signRequest('claim', role, { input })
  return { why, base, signatureInput: `${role}=${input}`, signature: `${role}=:${signature}:` }
}

/** The same bytes with a stray bit (RFC 4648 §3.5). */
function stray(base64: string): string {
  return base64.replace(/(.)==$/, (_, last: string) => `${String.fromCodePoint((last.codePointAt(0) ?? 0) + 1)}==`)
}
