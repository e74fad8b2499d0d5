import type { Metafile } from 'esbuild'
import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { judgeInputs, judgeStrings, judgeWeight, weigh, WEB_BANS, WORKER_BANS } from '../../bench/rules.ts'

const NOISE = randomBytes(500)

test('a step weighs its files and all that its modules import at once, each once, and nothing that comes later', () => {
  const { bytes, parts } = weigh(step({ files: ['index.html'], modules: ['web/main.tsx'] }), built(), META)
  expect(parts.map(([path]) => path)).toEqual(['index.html', 'assets/app.js', 'assets/deep.js', 'assets/shared.js'])
  expect(bytes).toBe(parts.reduce((sum, [, each]) => sum + each, 0))
  expect(bytes).toBeGreaterThan(3 * NOISE.length)
})

test('a step of two modules counts what they share once', () => {
  const both = weigh(step({ modules: ['web/main.tsx', 'web/later.ts'] }), built(), META)
  expect(both.parts.map(([path]) => path)).toEqual([
    'assets/app.js',
    'assets/deep.js',
    'assets/shared.js',
    'assets/later.js',
  ])
})

test('one byte too many is a fault', () => {
  const { bytes } = weigh(step({ modules: ['web/main.tsx'] }), built(), META)
  expect(judgeWeight(weigh(step({ modules: ['web/main.tsx'], maxBytes: bytes }), built(), META))).toEqual([])
  expect(judgeWeight(weigh(step({ modules: ['web/main.tsx'], maxBytes: bytes - 1 }), built(), META))).toHaveLength(1)
})

test('a step that names what was not built is an error', () => {
  expect(() => weigh(step({ modules: ['web/gone.ts'] }), built(), META)).toThrow('web/gone.ts')
  expect(() => weigh(step({ files: ['gone.html'] }), built(), META)).toThrow('gone.html')
})

test.for([
  'HKDF',
  'hkdf',
  'deriveKey',
  'deriveBits',
  'x25519',
  'X25519',
  'decrypt',
  'Decrypter',
  'AGE-SECRET-KEY',
  'import(x)',
])('a worker that holds %s is a fault', (word) => {
  expect(judgeStrings('worker', text(`const a="${word}-1"`), WORKER_BANS)).toHaveLength(1)
})

test('a worker that only compares what a key is for with the word is no fault, and one that makes such a key is', () => {
  const judged = (code: string): number => judgeStrings('worker', text(code), WORKER_BANS).length
  expect(judged('if (usage === "encrypt" || usage === "decrypt") f()')).toBe(0)
  expect(judged('crypto.subtle.importKey("raw", k, "AES-GCM", false, ["decrypt"])')).toBe(1)
  expect(judged('if (usage === "decrypt") crypto.subtle.decrypt(a, k, c)')).toBe(1)
})

test.for([
  'eval("1")',
  'new Function("1")',
  'Function("1")',
  'fetch("http://drop.example/")',
  'location="http:"+x',
  'fetch("https://cdn.example/")',
  'new WebSocket("wss://cdn.example/")',
  '<script src="//cdn.example/x.js"></script>',
  '<a href=//cdn.example>',
  'let u=URL.parse(t)',
  'AbortSignal.any([a,b])',
  'Map.groupBy(a,b)',
  'let{promise:p}=Promise.withResolvers()',
])('a page that holds %s is a fault', (code) => {
  expect(judgeStrings('web', text(code), WEB_BANS)).not.toEqual([])
})

test.for([
  'crypto.subtle.verify("Ed25519")',
  'createElementNS("http://www.w3.org/2000/svg","svg")',
  'const evaluate=1;retrieval (x)',
  'typeof x=="function"',
  '<a href="/workshop">',
])('%s is no fault', (code) => {
  expect(judgeStrings('web', text(code), WEB_BANS)).toEqual([])
  expect(judgeStrings('worker', text(code), WORKER_BANS)).toEqual([])
})

test.for([
  'client/crypto/keys.ts',
  'web/platform/store.ts',
  'tools/stubs/unused-recipients.ts',
  'worker/hidden.js',
  'worker/node_modules/age-encryption/dist/index.js',
  'node_modules/age-encryption/dist/index.js',
  'node_modules/@noble/ciphers/chacha.js',
  'node_modules/itty-router-more/index.mjs',
  'node_modules/itty-router/node_modules/age-encryption/dist/index.js',
  '../elsewhere/worker/main.ts',
  '<data:text/javascript,1>',
])('a worker that is made of %s is a fault', (path) => {
  const faults = judgeInputs(workerOf(['worker/main.ts', path]))
  expect(faults).toEqual([expect.stringContaining(` ${path}: `)])
})

test('a worker that imports at run time what is not bundled is a fault', () => {
  expect(judgeInputs(workerOf(['worker/main.ts'], ['cloudflare:workers', 'node:crypto']))).toEqual([
    expect.stringContaining(' node:crypto: '),
  ])
})

test('a worker of worker/, protocol/ and the packages that verify is no fault', () => {
  const packages = [
    '@noble/curves/ed25519.js',
    '@noble/hashes/sha2.js',
    '@scure/base/index.js',
    'itty-router/index.mjs',
  ]
    .concat('http-message-sig/dist/index.mjs', 'http-message-sig/node_modules/structured-headers/dist/index.js')
    .map((path) => `node_modules/${path}`)
  expect(judgeInputs(workerOf(['worker/main.ts', 'protocol/id.ts', ...packages], ['cloudflare:workers']))).toEqual([])
})

function workerOf(inputs: string[], externals: string[] = []): Metafile {
  const imports = externals.map((path) => ({ path, kind: 'import-statement' as const, external: true }))
  return {
    inputs: Object.fromEntries(inputs.map((path) => [path, { bytes: 1, imports: [] }])),
    outputs: { 'dist/worker/main.js': { bytes: 1, exports: [], inputs: {}, imports } },
  }
}

const META: Metafile = {
  inputs: {},
  outputs: {
    'dist/web/assets/app.js': output('web/main.tsx', [
      ['shared', 'import-statement'],
      ['later', 'dynamic-import'],
    ]),
    'dist/web/assets/later.js': output('web/later.ts', [['shared', 'import-statement']]),
    'dist/web/assets/shared.js': output(undefined, [['deep', 'import-statement']]),
    'dist/web/assets/deep.js': output(undefined, [['shared', 'import-statement']]),
  },
}

function output(
  entryPoint: string | undefined,
  imports: ['shared' | 'deep' | 'later', 'import-statement' | 'dynamic-import'][],
): Metafile['outputs'][string] {
  return {
    bytes: 0,
    exports: [],
    inputs: {},
    imports: imports.map(([name, kind]) => ({ path: `dist/web/assets/${name}.js`, kind })),
    ...(entryPoint === undefined ? {} : { entryPoint }),
  }
}

function step(parts: { files?: string[]; modules?: string[]; maxBytes?: number }): Parameters<typeof weigh>[0] {
  return { name: 'a step', files: [], modules: [], maxBytes: 0, ...parts }
}

function built(): Map<string, Uint8Array> {
  return new Map(
    ['index.html', ...Object.keys(META.outputs).map((path) => path.replace('dist/web/', ''))].map((path) => [
      path,
      NOISE,
    ]),
  )
}

function text(contents: string): Map<string, Uint8Array> {
  return new Map([['main.js', Buffer.from(contents)]])
}
