// The formats of WEBCAT, a browser extension of the Freedom of the Press Foundation that checks the files of a site against a list that
// its makers have signed and logged. docs/decisions/0015-every-script-is-named-by-its-hash.md names the version of its rules.
import { createHash } from 'node:crypto'
import { API_SECURITY_HEADERS } from '#protocol/security-headers.ts'
import type { ReleaseManifest } from '../manifest.ts'
import { parsePolicy, provesLogged, witnessedAtSeconds } from './sigsum.ts'

/** The permitted signers of releases. WEBCAT's operators enrol its hash. Only signatures in a Sigsum log count. */
export interface Enrollment {
  readonly type: 'sigsum'
  /** A compiled policy, base64url. */
  readonly policy: string
  /** Ed25519, base64url. */
  readonly signers: readonly string[]
  /** The number of signers that must have signed. */
  readonly threshold: number
  /** The greatest age of a release, in seconds. */
  readonly max_age: number
  readonly cas_url: string
  /** The URL of each log of the policy. */
  readonly logs: Readonly<Record<string, string>>
}

/** The signed part. */
export interface WebcatManifest {
  readonly name: string
  readonly version: string
  readonly default_csp: string
  /** By prefix of a path; the longest one applies. */
  readonly extra_csp: Readonly<Record<string, string>>
  readonly default_index: string
  readonly default_fallback: string
  /** SHA-256 in base64url, by path. */
  readonly files: Readonly<Record<string, string>>
  readonly wasm: readonly string[]
  /** A tree head that witnesses have signed: the release is at least as young as it. */
  readonly timestamp?: string
}

/** Everything that the extension fetches. */
export interface WebcatBundle {
  readonly enrollment: Enrollment
  readonly manifest: WebcatManifest
  /** Sigsum proofs, by signer. */
  readonly signatures: Readonly<Record<string, string>>
}

/**
 * A release in WEBCAT's terms.
 * @param timestamp - a cosigned tree head, once there is one.
 */
export function makeWebcatManifest({ files, version }: ReleaseManifest, timestamp?: string): WebcatManifest {
  const policies = files.map(({ path, headers }) => [path, headers['Content-Security-Policy'] ?? ''] as const)
  const standard = policies.find(([path]) => path === '/')?.[1] ?? ''
  return {
    name: 'Sealdrop',
    version,
    default_csp: standard,
    extra_csp: {
      '/v1/': API_SECURITY_HEADERS['Content-Security-Policy'] ?? '',
      ...Object.fromEntries(policies.filter(([, policy]) => policy !== standard)),
    },
    default_index: INDEX,
    default_fallback: FALLBACK,
    files: Object.fromEntries(
      files.map(({ path, sha256 }) => [
        path === '/' ? `/${INDEX}` : path,
        Buffer.from(sha256, 'hex').toString('base64url'),
      ]),
    ),
    wasm: [],
    ...(timestamp === undefined ? {} : { timestamp }),
  }
}

/** The bytes that are hashed and signed: keys in order, no space, only `"` and `\` escaped. The form of TUF, without its numbers. */
export function canonicalize(value: unknown): string {
  if (typeof value === 'string') return `"${value.replaceAll(/[\\"]/g, (each) => `\\${each}`)}"`
  if (Array.isArray(value)) return `[${value.map(canonicalize).join()}]`
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))
    return `{${members.map(([key, each]) => `${canonicalize(key)}:${canonicalize(each)}`).join()}}`
  }
  if (value === null || typeof value === 'boolean' || Number.isInteger(value)) return String(value)
  throw new Error('Only integers have a canonical form.')
}

/** The hash to enrol: base64url of SHA-256. */
export function enrollmentHash(enrollment: Enrollment): string {
  return createHash('sha256').update(canonicalize(enrollment)).digest('base64url')
}

/**
 * Checks whether a browser with the extension would accept the bundle, apart from its age, once the enrolment is known there.
 * @returns the time of the timestamp, in seconds since 1970; or one sentence
 */
export function checkBundle({ enrollment, manifest, signatures }: WebcatBundle): number | string {
  const { policy, signers, threshold } = enrollment
  const parsed = parsePolicy(Buffer.from(policy, 'base64url'))
  if (enrollment.type !== 'sigsum' || parsed === undefined || policy.length > 8_192)
    return 'The enrolment has no Sigsum policy.'
  if (Object.keys(enrollment.logs).length === 0) return 'The enrolment says of no log where it is.'
  if (!Number.isInteger(threshold) || threshold < 1 || threshold > new Set(signers).size)
    return 'The enrolment asks for more signers than it has, or for none.'
  if (signers.some((signer) => Buffer.from(signer, 'base64url').byteLength !== 32))
    return 'The enrolment names a signer that is no key.'
  const message = Buffer.from(canonicalize(manifest))
  const known = Object.entries(signatures).filter(([signer]) => signers.includes(signer))
  const wrong = known.find(([signer, proof]) => !provesLogged(message, Buffer.from(signer, 'base64url'), parsed, proof))
  if (wrong !== undefined) return `The signature by ${wrong[0]} does not hold for these files.`
  if (known.length < threshold) return `${known.length} of ${threshold} signatures are there.`
  const seconds = witnessedAtSeconds(parsed, manifest.timestamp ?? '')
  if (seconds === undefined) return 'The timestamp is not one that the witnesses have signed.'
  return faultOf(manifest) ?? seconds
}

function faultOf({
  default_csp,
  default_fallback,
  default_index,
  extra_csp,
  files,
}: WebcatManifest): string | undefined {
  if (files[`/${default_index}`] === undefined || files[default_fallback] === undefined)
    return 'The first page or the one for what is missing is not among the files.'
  return [default_csp, ...Object.values(extra_csp)].map(faultOfPolicy).find((fault) => fault !== undefined)
}

/** WEBCAT's guide to policies, for one whose `default-src` is `'none'`, which allows nothing that is not named. */
function faultOfPolicy(policy: string): string | undefined {
  const directives = policy.split(';').map((each) => each.trim().split(/\s+/))
  if (policy.includes(',') || directives.find(([name]) => name === 'default-src')?.join(' ') !== "default-src 'none'")
    return `The policy is not one that begins with nothing: ${policy}`
  const strange = directives.flatMap(([name = '', ...sources]) =>
    sources.filter((source) => !(ALLOWED[name]?.test(source) ?? true)).map((source) => `${name} ${source}`),
  )
  return strange.length === 0 ? undefined : `The policy allows what WEBCAT does not: ${strange.join(', ')}`
}

const SCRIPTS = /^'(?:none|self|wasm-unsafe-eval|sha(?:256|384|512)-[\w+/=]+)'$/
const STYLES = /^'(?:none|self|sha(?:256|384|512)-[\w+/=]+)'$/
const OURS = /^'(?:none|self)'$/

const ALLOWED: Readonly<Record<string, RegExp>> = {
  'child-src': OURS,
  'frame-src': OURS,
  'object-src': /^'none'$/,
  'script-src': SCRIPTS,
  'script-src-elem': SCRIPTS,
  'style-src': STYLES,
  'style-src-elem': STYLES,
  'worker-src': OURS,
}

const INDEX = 'index.html'
/** The worker's answer where there is no file. Its pages about a code in the address come from other files: there a browser with WEBCAT shows an error. */
const FALLBACK = '/not-found'
