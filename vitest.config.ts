import { cloudflareTest } from '@cloudflare/vitest-plugin'
import { playwright } from '@vitest/browser-playwright'
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config'
import { CHROMIUM_FLAGS, findChromium } from './tools/browser.ts'

const PURE = ['test/protocol/**/*.test.ts', 'test/client/**/*.test.ts']
/** Generous, because all of them share the machine; nothing waits for these when all is well. */
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
/** What the machine has for a proxy is not for servers that tests start. */
const DIRECTLY = { NO_PROXY: '*', no_proxy: '*' }
const MOVED_CLOCK = './test/tools/moved-clock.ts'

export default defineConfig({
  test: {
    // What is counted is the run of today.
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
          include: [...PURE, 'test/{boundaries,model,tools}/**/*.test.ts'],
          setupFiles: [MOVED_CLOCK],
        },
      },
      {
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
          maxWorkers: 2,
          name: 'workerd',
          setupFiles: [MOVED_CLOCK, './test/worker/support/still-clock.ts'],
          include: ['test/protocol/**/*.test.ts', 'test/worker/**/*.test.ts'],
        },
      },
      {
        define,
        // Named here, because one that is found late reloads the page in the middle of a run.
        optimizeDeps: { include: BUNDLED },
        test: {
          ...timeouts,
          name: 'chromium',
          maxWorkers: 2,
          include: [...PURE, 'test/web/**/*.test.{ts,tsx}'],
          globalSetup: 'test/tools/need-chromium.ts',
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            instances: [{ browser: 'chromium' }],
            provider: playwright({ launchOptions: { args: [...CHROMIUM_FLAGS], ...chromiumIfAny() } }),
          },
        },
      },
      {
        define,
        test: {
          ...timeouts,
          name: 'cli',
          isolate: false,
          env: DIRECTLY,
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
          env: DIRECTLY,
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

/** A file of 1 GiB each way, by itself and at the end: it takes minutes, and its memory is looked at. */
function large(): TestProjectInlineConfiguration {
  return {
    define,
    test: {
      ...timeouts,
      name: 'large',
      include: ['test/large/**/*.test.ts'],
      env: { ...DIRECTLY, LARGE_MIB: process.env['LARGE_MIB'] ?? '1024' },
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
