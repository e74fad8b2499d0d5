import { build } from 'esbuild'
import { fileURLToPath } from 'node:url'
import { beforeAll, expect, test } from 'vitest'
import type { CipherFor } from '#client/crypto/chunks.ts'
import { stage } from './support/pages.ts'

// The page's own cipher module in the built page under its policy: its requests to `/workshop` get real answers.

const { server, person } = stage()
let script: string
beforeAll(async () => {
  const contents = `export { cipherFor } from './web/platform/ciphers.ts'`
  const { outputFiles } = await build({
    absWorkingDir: ROOT,
    bundle: true,
    format: 'iife',
    globalName: 'ciphers',
    stdin: { contents, resolveDir: ROOT },
    write: false,
  })
  script = outputFiles[0]?.text ?? ''
})

test('a browser without the cipher seals in workers of the workshop, under the policy, while the page answers', async () => {
  const { page, context, complaints } = await person()
  await context.addInitScript({ content: `${script}\nglobalThis.ciphers = ciphers` })
  await page.goto(server().url)
  const scripts: string[] = []
  page.on('request', (request) => scripts.push(new URL(request.url()).pathname))
  let hired = 0
  page.on('worker', () => hired++)
  const { native, spread, turns, workers } = await page.evaluate(async (mebibytes) => {
    const { cipherFor } = (globalThis as unknown as { ciphers: { cipherFor: CipherFor } }).ciphers
    const size = 127 * 65_536
    const plaintext = new Uint8Array(mebibytes * 1_048_576)
    for (let at = 0; at < plaintext.length; at += 65_536) crypto.getRandomValues(plaintext.subarray(at, at + 65_536))
    const seal = async (): Promise<string> => {
      const cipher = await cipherFor(new Uint8Array(32).fill(3))
      const runs = Array.from({ length: Math.ceil(plaintext.length / size) }, (_, n) => n)
      const hashes = runs.map(async (n) => {
        const run = plaintext.subarray(n * size, (n + 1) * size)
        const sealed = await cipher.sealRun(run, n * 127, n === runs.length - 1)
        return [...new Uint8Array(await crypto.subtle.digest('SHA-256', sealed))].join()
      })
      return (await Promise.all(hashes)).join()
    }
    const nativeHashes = await seal()
    const importKey = crypto.subtle.importKey.bind(crypto.subtle) as (...wanted: unknown[]) => Promise<CryptoKey>
    Object.defineProperty(crypto.subtle, 'importKey', {
      value: async (...wanted: unknown[]) => {
        if (wanted[2] === 'ChaCha20-Poly1305') throw new DOMException('no such cipher', 'NotSupportedError')
        return importKey(...wanted)
      },
    })
    // Counts the turns of a timer that is always due. Turns rather than time: other programs use the machine too.
    let count = 0
    const timer = setInterval(() => count++)
    const spreadHashes = await seal()
    clearInterval(timer)
    return {
      native: nativeHashes,
      spread: spreadHashes,
      turns: count,
      workers: document.querySelectorAll('iframe[hidden]').length,
    }
  }, 32)
  expect(spread).toBe(native)
  expect(workers).toBe(1)
  await expect.poll(() => hired).toBeGreaterThan(0)
  expect(scripts).toEqual(expect.arrayContaining(['/workshop', expect.stringMatching(/chunk-worker/)]))
  expect(complaints).toEqual([])
  // Each of the five runs, done in one piece, would leave one turn at most.
  expect(turns).toBeGreaterThan(15)
  // Nothing stays behind once the work is done.
  await expect.poll(() => page.workers().length).toBe(0)
  await expect.poll(() => page.locator('iframe').count()).toBe(0)
})

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
