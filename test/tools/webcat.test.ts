import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { API_SECURITY_HEADERS } from '#protocol/security-headers.ts'
import { makeManifest } from '../../tools/manifest.ts'
import { makeHeaders } from '../../tools/pages.ts'
import { makeWebcatFiles } from '../../tools/transparency/webcat-files.ts'
import {
  canonicalize,
  checkBundle,
  enrollmentHash,
  makeWebcatManifest,
  type Enrollment,
  type WebcatBundle,
  type WebcatManifest,
} from '../../tools/transparency/webcat.ts'
import { makeLog, makeSigner } from './sigsum-log.ts'

const WEB = new Map([
  ['index.html', 'first'],
  ['workshop.html', 'shop'],
  ['assets/a-B.js', 'code'],
  ['not-found.html', 'nothing'],
  ['published.html', 'compare'],
  ['_headers', makeHeaders('{"integrity":{}}', { script: "'sha256-a='", style: "'sha256-b='" })],
])
const RELEASE = makeManifest('1.2.3', WEB)
const AT = 1_790_000_000
const log = makeLog(AT)
const [ann, ben, eve] = [makeSigner(), makeSigner(), makeSigner()]

const ENROLLMENT: Enrollment = {
  type: 'sigsum',
  policy: log.policy,
  signers: [ann, ben].map(({ key }) => key.toString('base64url')),
  threshold: 2,
  max_age: 15_552_000,
  cas_url: 'https://cas.example',
  logs: { [log.key.toString('base64url')]: 'https://log.example' },
}

function signed(manifest: WebcatManifest, signers = [ann, ben]): WebcatBundle {
  const signatures = signers.map((each) => [each.key.toString('base64url'), log.prove(canonicalize(manifest), each)])
  return { enrollment: ENROLLMENT, manifest, signatures: Object.fromEntries(signatures) as Record<string, string> }
}

const MANIFEST = makeWebcatManifest(RELEASE, log.treeHead())
const BUNDLE = signed(MANIFEST)

test('signed data has one form: members in order, and only two characters escaped', () => {
  expect(canonicalize({ b: [1, true, null], a: { d: 'x\ny', c: '"\\' } })).toBe(
    '{"a":{"c":"\\"\\\\","d":"x\ny"},"b":[1,true,null]}',
  )
  expect(() => canonicalize({ a: 0.5 })).toThrow('integers')
  expect(enrollmentHash(ENROLLMENT)).toBe(createHash('sha256').update(canonicalize(ENROLLMENT)).digest('base64url'))
})

test('a release that enough have signed, and that is logged, is taken, and its age is known', () => {
  expect(checkBundle(BUNDLE)).toBe(AT)
  expect(checkBundle(signed(MANIFEST, [ann, ben, eve]))).toBe(AT)
})

test.for<[string, (bundle: WebcatBundle) => WebcatBundle, string]>([
  ['one who signed is missing', ({ manifest }) => signed(manifest, [ann]), '1 of 2 signatures'],
  ['a stranger signed instead', ({ manifest }) => signed(manifest, [ann, eve]), '1 of 2 signatures'],
  ['one signed twice', ({ manifest }) => signed(manifest, [ann, ann]), '1 of 2 signatures'],
  [
    'a file was changed',
    change({ files: { ...MANIFEST.files, '/index.html': MANIFEST.files['/workshop'] ?? '' } }),
    'does not hold',
  ],
  [
    'a file was added',
    change({ files: { ...MANIFEST.files, '/more.js': MANIFEST.files['/workshop'] ?? '' } }),
    'does not hold',
  ],
  ['the policy was changed', change({ default_csp: "default-src 'none'" }), 'does not hold'],
  [
    'the log is another',
    ({ manifest }) => ({ ...signed(manifest), enrollment: { ...ENROLLMENT, policy: makeLog(AT).policy } }),
    'does not hold',
  ],
  [
    'the proof is for another place',
    touch((proof) => proof.replace(/leaf_index=\d+/, 'leaf_index=0')),
    'does not hold',
  ],
  ['the path to the root is shorter', touch((proof) => proof.replace(/\nnode_hash=.*$/, '')), 'does not hold'],
  ['the path to the root is longer', touch((proof) => `${proof}\nnode_hash=${'00'.repeat(32)}`), 'does not hold'],
  ['a witness is missing', touch((proof) => proof.replace(/cosignature=.*\n/, '')), 'does not hold'],
  ['a witness says another time', touch((proof) => proof.replace(` ${AT} `, ` ${AT + 1} `)), 'does not hold'],
  [
    'the log did not sign the root',
    touch((proof) => proof.replace(/\nsignature=../, '\nsignature=ff')),
    'does not hold',
  ],
  ['there is no proof', touch(() => ''), 'does not hold'],
  ['there is no timestamp', () => signed(makeWebcatManifest(RELEASE)), 'timestamp'],
  ['the timestamp is of another log', () => signed(makeWebcatManifest(RELEASE, makeLog(AT).treeHead())), 'timestamp'],
  ['nobody need sign', enrol({ threshold: 0 }), 'more signers than it has, or for none'],
  ['more must sign than can', enrol({ threshold: 3 }), 'more signers than it has'],
  [
    'the same signer is named twice',
    enrol({ signers: [ENROLLMENT.signers[0] ?? '', ENROLLMENT.signers[0] ?? ''] }),
    'more signers than it has',
  ],
  ['a signer is no key', enrol({ signers: [...ENROLLMENT.signers, 'AAAA'] }), 'no key'],
  ['the policy is cut short', enrol({ policy: ENROLLMENT.policy.slice(0, -4) }), 'no Sigsum policy'],
  ['no log is named', enrol({ logs: {} }), 'no log'],
  [
    'strings may become code',
    () => signed({ ...MANIFEST, extra_csp: { '/x': "default-src 'none'; script-src 'unsafe-eval'" } }),
    "script-src 'unsafe-eval'",
  ],
  [
    'workers may come from anywhere',
    () => signed({ ...MANIFEST, default_csp: "default-src 'none'; worker-src blob:" }),
    'worker-src blob:',
  ],
  [
    'things that are not named are allowed',
    () => signed({ ...MANIFEST, default_csp: "default-src 'self'" }),
    'begins with nothing',
  ],
  [
    'there are two policies in one',
    () => signed({ ...MANIFEST, default_csp: "default-src 'none', default-src *" }),
    'begins with nothing',
  ],
  ['the first page is missing', () => signed({ ...MANIFEST, default_index: 'other.html' }), 'first page'],
])('refused: %s', ([, spoil, sentence]) => {
  expect(checkBundle(spoil(BUNDLE))).toContain(sentence)
})

test('under the rules of the extension every answer carries its policy, and every page has its hash', () => {
  for (const { headers, path, sha256 } of RELEASE.files) {
    expect([path, policyAt(MANIFEST, path)]).toEqual([path, headers['Content-Security-Policy']])
    const key = path.endsWith('/') ? `${path}${MANIFEST.default_index}` : path
    expect([path, MANIFEST.files[key]]).toEqual([path, Buffer.from(sha256, 'hex').toString('base64url')])
  }
  expect(policyAt(MANIFEST, '/v1/drops')).toBe(API_SECURITY_HEADERS['Content-Security-Policy'])
  expect(MANIFEST.files[MANIFEST.default_fallback]).toBeDefined()
})

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sealdrop-webcat-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('nothing is served before it is signed, and then what was signed', () => {
  expect(makeWebcatFiles(RELEASE).served.size).toBe(0)
  expect(() => makeWebcatFiles(RELEASE, folder)).toThrow('nothing that is signed')
  const put = (name: string, contents: string): void => writeFileSync(join(folder, name), contents)
  put('enrollment.json', JSON.stringify(ENROLLMENT))
  put('tree-head', `${log.treeHead()}\n`)
  const { served, unsigned } = makeWebcatFiles(RELEASE, folder)
  expect(served.size).toBe(0)
  const { manifest } = JSON.parse(String(unsigned.get('manifest.json'))) as { manifest: WebcatManifest }
  expect(unsigned.get('manifest.canonical')).toBe(canonicalize(manifest))
  put('manifest.json', JSON.stringify({ manifest, signatures: signed(manifest).signatures }))
  const files = makeWebcatFiles(RELEASE, folder).served
  expect([...files.keys()].map((path) => path.replace('.well-known/webcat/', ''))).toEqual([
    'bundle.json',
    'enrollment.json',
    'manifest.json',
  ])
  expect(checkBundle(JSON.parse(String(files.get('.well-known/webcat/bundle.json'))) as WebcatBundle)).toBe(AT)
  expect(() => makeWebcatFiles({ ...RELEASE, version: '1.2.4' }, folder)).toThrow('another build')
  put('manifest.json', JSON.stringify({ manifest, signatures: signed(manifest, [ann]).signatures }))
  expect(() => makeWebcatFiles(RELEASE, folder)).toThrow('1 of 2 signatures')
})

/** The policy that the extension wants at a path: of the path itself, else of its longest beginning, else the standard one. */
function policyAt({ default_csp, extra_csp }: WebcatManifest, path: string): string {
  const [best] = Object.keys(extra_csp)
    .filter((prefix) => path !== '/' && path.startsWith(prefix))
    .toSorted((a, b) => b.length - a.length)
  return extra_csp[best ?? ''] ?? default_csp
}

function change(changes: Partial<WebcatManifest>): (bundle: WebcatBundle) => WebcatBundle {
  return (bundle) => ({ ...bundle, manifest: { ...bundle.manifest, ...changes } })
}

function enrol(changes: Partial<Enrollment>): (bundle: WebcatBundle) => WebcatBundle {
  return (bundle) => ({ ...bundle, enrollment: { ...bundle.enrollment, ...changes } })
}

/** Both proofs, changed. */
function touch(how: (proof: string) => string): (bundle: WebcatBundle) => WebcatBundle {
  return (bundle) => ({
    ...bundle,
    signatures: Object.fromEntries(Object.entries(bundle.signatures).map(([signer, proof]) => [signer, how(proof)])),
  })
}
