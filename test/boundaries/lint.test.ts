import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'

// Lint covers the rules that types cannot express: the real rules over small files.

const CIPHER = `import { sha256 } from '@noble/hashes/sha2.js'\nexport const a: unknown = sha256\n`
const AGE = `import { Encrypter } from 'age-encryption'\nexport const a: unknown = Encrypter\n`
const SUBTLE = `export const a: unknown = crypto.subtle\n`
const CHANCE = `export const a: unknown = Math.random()\n`
const MARKUP = `export const A = (): unknown => <p dangerouslySetInnerHTML={{ __html: '' }} />\n`

const HIDDEN = `import { a } from '../client/target.ts'\nexport const b: unknown = a\n`

/** The compiler does not follow a computed path. */
const UNSEEN = `const path: string = '../test/tools/browser.ts'\nexport const a: unknown = await import(path)\n`

const REFUSED = [
  ['web/cipher.ts', CIPHER, 'no-restricted-imports'],
  ['worker/cipher.ts', CIPHER, 'no-restricted-imports'],
  ['client/cipher.ts', CIPHER, 'no-restricted-imports'],
  ['protocol/cipher.ts', CIPHER, 'no-restricted-imports'],
  ['cli/age.ts', AGE, 'no-restricted-imports'],
  ['web/subtle.ts', SUBTLE, 'no-restricted-properties'],
  ['worker/subtle.ts', SUBTLE, 'no-restricted-properties'],
  ['web/chance.ts', CHANCE, 'no-restricted-properties'],
  ['web/markup.tsx', MARKUP, 'no-danger'],
  ['worker/ring.ts', `import { b } from './ring-back.ts'\nexport const a: unknown = b\n`, 'no-cycle'],
  ['drill/hidden.ts', UNSEEN, 'no-dynamic-require'],
  ['worker/ignored.ts', `// @ts-ignore\n${HIDDEN}`, 'ban-ts-comment'],
  ['worker/expected.ts', `// @ts-expect-error: because I say so\n${HIDDEN}`, 'ban-ts-comment'],
  ['worker/unchecked.ts', `// @ts-nocheck\n${HIDDEN}`, 'ban-ts-comment'],
  ['worker/long.ts', `export function a(): void {\n${'  // a line\n'.repeat(80)}}\n`, 'max-lines-per-function'],
] as const

const TAKEN = [
  ['client/crypto/cipher.ts', CIPHER],
  ['client/crypto/age.ts', AGE],
  ['client/crypto/subtle.ts', SUBTLE],
  ['client/crypto/long.ts', `export function a(): void {\n${'  // a line\n'.repeat(78)}}\n`],
  ['worker/ring-back.ts', `import { a } from './ring.ts'\nexport const b: unknown = a\n`],
] as const

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

let folder: string
let found: readonly { readonly code: string; readonly filename: string }[]

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sealdrop-lint-'))
  cpSync(join(ROOT, '.oxlintrc.json'), join(folder, '.oxlintrc.json'))
  for (const [path, text] of [...REFUSED, ...TAKEN]) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  const printed = await promisify(execFile)(join(ROOT, 'node_modules/.bin/oxlint'), ['--format', 'json'], {
    cwd: folder,
  })
    .then(({ stdout }) => stdout)
    .catch((error: { stdout: string }) => error.stdout)
  found = (JSON.parse(printed) as { diagnostics: typeof found }).diagnostics
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

test.for(REFUSED)('%s is refused', ([path, , rule]) => {
  const codes = found.filter(({ filename }) => filename === path).map(({ code }) => code)
  expect(codes.join()).toContain(`(${rule})`)
})

test('ciphers are allowed in client/crypto', () => {
  expect(found.filter(({ filename }) => filename.startsWith('client/crypto/'))).toEqual([])
})
