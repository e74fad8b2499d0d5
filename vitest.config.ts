import { fileURLToPath } from 'node:url'
import { cloudflareTest } from '@cloudflare/vitest-plugin'
import { playwright } from '@vitest/browser-playwright'
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config'
import { CHROMIUM_FLAGS, findChromium } from './tools/browser.ts'

const PURE = ['test/protocol/**/*.test.ts', 'test/client/**/*.test.ts']
/** Tests that look at everything in the stores, or count their operations. */
const ALONE = [
  'box-expiry',
  'box-room',
  'box-rows',
  'crashes',
  'create',
  'disclose',
  'ends',
  'operator',
  'peer-bugs',
  'rows',
  'store-faults',
].map((name) => `test/worker/${name}.test.ts`)
/** Generous, because all of them share the machine; a passing test does not wait for these. */
const timeouts = { testTimeout: 120_000, hookTimeout: 120_000, expect: { poll: { timeout: 30_000 } } }
const BUNDLED = [
  '@noble/ciphers/chacha.js',
  '@noble/curves/ed25519.js',
  '@noble/hashes/argon2.js',
  '@noble/hashes/hkdf.js',
  '@noble/hashes/scrypt.js',
  '@noble/hashes/sha2.js',
  '@scure/base',
  '@scure/bip39',
  '@scure/bip39/wordlists/english.js',
  'age-encryption',
  'cctv-age',
  'fast-check',
  'http-message-sig',
  'jose/jws/compact/sign',
  'jose/jws/compact/verify',
  'modern-tar',
  'preact',
  'preact/hooks',
  'preact/jsx-dev-runtime',
  'preact/jsx-runtime',
  'structured-headers',
  'uqr',
]
const isSlow = process.env['SLOW'] === '1'
/** `CLOCK=2028-02-29T23:59:00Z`: the suites of Node and workerd begin at that moment. */
const clock = process.env['CLOCK']
const movedClockMs = clock === undefined ? 0 : Date.parse(clock) - Date.now()
if (Number.isNaN(movedClockMs)) throw new Error(`CLOCK is ${clock}, and that is no date.`)
const define = { SLOW_RUN: JSON.stringify(isSlow), MOVED_CLOCK_MS: JSON.stringify(movedClockMs) }
/** For programs that tests start: no proxy of the machine, and a cache of compiled code for the next start. */
const STARTED = {
  NO_PROXY: '*',
  no_proxy: '*',
  NODE_COMPILE_CACHE: fileURLToPath(new URL('node_modules/.cache/compiled', import.meta.url)),
}
const MOVED_CLOCK = './test/tools/moved-clock.ts'

export default defineConfig({
  test: {
    // Only runs under today's clock are counted.
    reporters: clock === undefined ? ['default', 'json'] : ['dot'],
    outputFile: { json: '.reports/vitest.json' },
    projects: [
      {
        define,
        test: {
          ...timeouts,
          name: 'node',
          isolate: false,
          maxWorkers: 2,
          env: { NODE_COMPILE_CACHE: STARTED.NODE_COMPILE_CACHE },
          include: [...PURE, 'test/{boundaries,model,tools}/**/*.test.ts'],
          setupFiles: [MOVED_CLOCK],
        },
      },
      workerd('workerd', {
        // Files share a worker and its store: starting new ones for each file takes half of the time.
        isolate: false,
        include: ['test/protocol/**/*.test.ts', 'test/worker/**/*.test.ts'],
        exclude: ALONE,
      }),
      workerd('workerd-alone', { include: ALONE }),
      chromium('chromium-pure', { isolate: false, include: PURE }),
      chromium('chromium', { include: ['test/web/**/*.test.{ts,tsx}'] }),
      {
        define,
        test: {
          ...timeouts,
          name: 'cli',
          isolate: false,
          env: STARTED,
          include: ['test/cli/**/*.test.ts'],
          globalSetup: 'test/tools/build-once.ts',
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
      {
        define,
        test: {
          ...timeouts,
          name: 'e2e',
          // So that files share a server and a browser.
          isolate: false,
          env: STARTED,
          include: ['test/e2e/**/*.test.ts', ...(isSlow ? [] : ['test/large/**/*.test.ts'])],
          globalSetup: ['test/tools/build-once.ts', 'test/tools/need-chromium.ts'],
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
      ...(isSlow ? [large()] : []),
    ],
  },
})

/** Tests in workerd, with the bindings of wrangler.toml. */
function workerd(name: string, files: TestProjectInlineConfiguration['test']): TestProjectInlineConfiguration {
  return {
    define,
    plugins: [
      cloudflareTest({
        wrangler: { configPath: './wrangler.toml' },
        remoteBindings: false,
        verbose: false,
        miniflare: { outboundService: () => new Response(null, { status: 599 }), r2Buckets: ['BUCKET'] },
      }),
    ],
    test: {
      ...timeouts,
      ...files,
      maxWorkers: 2,
      name,
      setupFiles: [MOVED_CLOCK, './test/worker/support/still-clock.ts'],
    },
  }
}

/** Tests in Chromium. */
function chromium(name: string, files: TestProjectInlineConfiguration['test']): TestProjectInlineConfiguration {
  return {
    define,
    // Named here, because one that is found late reloads the page in the middle of a run.
    optimizeDeps: { include: BUNDLED },
    test: {
      ...timeouts,
      ...files,
      name,
      maxWorkers: 2,
      globalSetup: 'test/tools/need-chromium.ts',
      browser: {
        enabled: true,
        headless: true,
        screenshotFailures: false,
        instances: [{ browser: 'chromium' }],
        provider: playwright({ launchOptions: { args: [...CHROMIUM_FLAGS], ...chromiumIfAny() } }),
      },
    },
  }
}

/** A file of 1 GiB each way, by itself and at the end: it takes minutes, and its memory is measured. */
function large(): TestProjectInlineConfiguration {
  return {
    define,
    test: {
      ...timeouts,
      name: 'large',
      include: ['test/large/**/*.test.ts'],
      env: { ...STARTED, LARGE_MIB: process.env['LARGE_MIB'] ?? '1024' },
      globalSetup: ['test/tools/build-once.ts', 'test/tools/need-chromium.ts'],
      maxWorkers: 1,
      sequence: { groupOrder: 2 },
      testTimeout: 1_800_000,
    },
  }
}

/** Without a browser the other projects still run; need-chromium.ts fails this one. */
function chromiumIfAny(): { executablePath?: string } {
  try {
    return { executablePath: findChromium() }
  } catch {
    return {}
  }
}
