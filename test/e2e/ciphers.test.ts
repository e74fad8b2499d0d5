import { build } from 'esbuild'
import { fileURLToPath } from 'node:url'
import { beforeAll, expect, test } from 'vitest'
import type { CipherFor } from '#client/crypto/chunks.ts'
import { stage } from './support/pages.ts'

// The page's own module for ciphers, in the built page with its policy: what it asks of `/workshop` is really answered.

const { server, person } = stage()
let script: string
beforeAll(async () => {
  const contents = `export { cipherFor } from './web/ciphers.ts'`
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

test(
  'a browser without the cipher seals in workers of the workshop, under the policy, while the page answers',
  { retry: 2 },
  async () => {
    const { page, context, complaints } = await person()
    await context.addInitScript({ content: `${script}\nglobalThis.ciphers = ciphers` })
    await page.goto(server().url)
    const scripts: string[] = []
    page.on('request', (request) => scripts.push(new URL(request.url()).pathname))
    const { native, spread, gap, usual, workers } = await page.evaluate(async (mebibytes) => {
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
      // The longest time for which a timer of 10 ms did not get its turn.
      const timed = async (work: () => Promise<string>): Promise<[result: string, gap: number]> => {
        let longest = 0
        let last = performance.now()
        const note = (): void => {
          longest = Math.max(longest, performance.now() - last)
          last = performance.now()
        }
        const timer = setInterval(note, 10)
        const result = await work()
        clearInterval(timer)
        note()
        return [result, longest]
      }
      const [nativeHashes, nativeGap] = await timed(seal)
      const importKey = crypto.subtle.importKey.bind(crypto.subtle) as (...wanted: unknown[]) => Promise<CryptoKey>
      Object.defineProperty(crypto.subtle, 'importKey', {
        value: async (...wanted: unknown[]) => {
          if (wanted[2] === 'ChaCha20-Poly1305') throw new DOMException('no such cipher', 'NotSupportedError')
          return importKey(...wanted)
        },
      })
      const [spreadHashes, spreadGap] = await timed(seal)
      return {
        native: nativeHashes,
        spread: spreadHashes,
        gap: spreadGap,
        usual: nativeGap,
        workers: document.querySelectorAll('iframe[hidden]').length,
      }
    }, 32)
    expect(spread).toBe(native)
    expect(workers).toBe(1)
    expect(page.workers().length).toBeGreaterThan(0)
    expect(scripts).toEqual(expect.arrayContaining(['/workshop', expect.stringMatching(/chunk-worker/)]))
    expect(complaints).toEqual([])
    // Others use the machine as well: what holds up a page that does nothing itself is not ours.
    expect(gap).toBeLessThan(Math.max(100, 2 * usual))
    // Nothing is left behind when nothing is left to do.
    await expect.poll(() => page.workers().length, { timeout: 10_000 }).toBe(0)
    expect(await page.locator('iframe').count()).toBe(0)
  },
)

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
