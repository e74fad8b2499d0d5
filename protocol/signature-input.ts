import { isInnerList, serializeInnerList, type Dictionary } from 'structured-headers'
import { isNonce, QUERIED_REQUESTS, REQUESTS, type RequestName, type Role, type SignatureRecord } from './api.ts'
import { toBase64 } from './bytes.ts'
import { MAX_CREATED_SECONDS, MAX_KEYID_CHARACTERS } from './limits.ts'
import { parseDictionaryField } from './structured-field.ts'

/** The text form of signatures: the components that they cover, and their parameters (RFC 9421 §2, §4). docs/protocol.md §5.1. */

/** RFC 9421 §6.2.2. */
export const ALGORITHM = 'ed25519'

/** The signatures of one request by the role of their key, as read. They are not verified. */
export type Signatures = Readonly<Partial<Record<Role, SignatureRecord>>>

/** The two fields of signatures. */
export interface SignatureFields {
  readonly signatureInput: string
  readonly signature: string
}

/** The `tag` of a signature: one per purpose, so that none can stand for another (RFC 9421 §7.2.7). */
export function signatureTag(name: RequestName, role: Role): string {
  return `sealdrop-${name}-${role}`
}

/** The components that a request's signatures cover, in order: this set exactly. docs/protocol.md §5.1. */
export function signatureComponents(name: RequestName): readonly string[] {
  const { method, names } = REQUESTS[name]
  const [subject, ...others] = names.map((field) => field.toLowerCase())
  const components = ['@method', '@authority', '@path', ...(subject === undefined ? [] : [subject])]
  if (QUERIED_REQUESTS.has(name)) components.push('@query')
  components.push(...others)
  if (method !== 'GET') components.push('content-digest')
  return components
}

/** The roles that have signed, in the order of the contract. */
export function signersOf(name: RequestName, signatures: Signatures): readonly Role[] {
  return REQUESTS[name].signers.filter((role) => signatures[role] !== undefined)
}

/** Whether all required roles have signed. Status may also be signed by the locator alone: that proves the link and no more. */
export function isSignedByAll(name: RequestName, signatures: Signatures): boolean {
  const signed = signersOf(name, signatures)
  return signed.length === REQUESTS[name].signers.length || (name === 'status' && signed.join() === 'locator')
}

/**
 * Reads the signatures of a request, for as many of its roles as there are. Labels that are no role of this request belong to
 * others, and are left alone.
 * @returns `undefined` if a field is not in its one spelling, or a signature of a role is malformed.
 */
export function parseSignatures(name: RequestName, fields: SignatureFields): Signatures | undefined {
  const inputs = parseDictionaryField(fields.signatureInput)
  const values = parseDictionaryField(fields.signature)
  if (inputs === undefined || values === undefined) return undefined
  const roles = REQUESTS[name].signers.filter((role) => inputs.has(role) || values.has(role))
  const records = roles.map((role) => [role, parseRecord(name, role, inputs, values)] as const)
  return records.every(([, record]) => record !== undefined) ? Object.fromEntries(records) : undefined
}

/** Whether a record is a signature that this request takes by this role, in the spelling of records. */
export function isRecordOf(record: SignatureRecord, name: RequestName, role: Role): boolean {
  const read = parseSignatures(name, signatureFields(name, role, record))?.[role]
  return read !== undefined && NAMES.every((each) => read[each] === record[each])
}

/** The fields of a record, so that it can be verified again. */
export function signatureFields(name: RequestName, role: Role, record: SignatureRecord): SignatureFields {
  const { signature, input = formatInput(name, role, record) } = record
  return { signatureInput: `${role}=${input}`, signature: `${role}=:${signature}:` }
}

function formatInput(
  name: RequestName,
  role: Role,
  { created, nonce }: Pick<SignatureRecord, 'created' | 'nonce'>,
): string {
  const parameters = `created=${created};nonce="${nonce}";alg="${ALGORITHM}";tag="${signatureTag(name, role)}"`
  return `${formatComponents(name)};${parameters}`
}

/** The components of a request's signatures, as an inner list without parameters. */
export function formatComponents(name: RequestName): string {
  return `(${signatureComponents(name)
    .map((component) => `"${component}"`)
    .join(' ')})`
}

function parseRecord(
  name: RequestName,
  role: Role,
  inputs: Dictionary,
  values: Dictionary,
): SignatureRecord | undefined {
  const [value, parametersOfValue] = values.get(role) ?? []
  const member = inputs.get(role)
  if (!(value instanceof ArrayBuffer) || value.byteLength !== SIGNATURE_BYTES || parametersOfValue?.size !== 0)
    return undefined
  if (member === undefined || !isInnerList(member)) return undefined
  const [components, parameters] = member
  const wanted = signatureComponents(name)
  const isCovered = (component: string): boolean =>
    components.some(([each, { size }]) => each === component && size === 0)
  if (components.length !== wanted.length || !wanted.every(isCovered)) return undefined
  const { created, nonce, tag, alg = ALGORITHM, keyid = '', ...others } = Object.fromEntries(parameters)
  if (tag !== signatureTag(name, role) || alg !== ALGORITHM || Object.keys(others).length > 0) return undefined
  if (typeof keyid !== 'string' || keyid.length > MAX_KEYID_CHARACTERS) return undefined
  // Readers of a receipt are shown this time; with a nonce of the server's any number would pass.
  if (!Number.isInteger(created) || typeof created !== 'number') return undefined
  if (created < 0 || created > MAX_CREATED_SECONDS || typeof nonce !== 'string' || !isNonce(nonce)) return undefined
  const input = serializeInnerList(member)
  const record = { created, nonce, signature: toBase64(new Uint8Array(value)) }
  return input === formatInput(name, role, record) ? record : { ...record, input }
}

/** Ed25519. RFC 8032 §5.1.6. */
const SIGNATURE_BYTES = 64

const NAMES = ['created', 'nonce', 'signature', 'input'] as const
