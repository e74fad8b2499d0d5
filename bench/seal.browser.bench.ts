// Sealing and opening a file that was chosen in Chromium, compared with other libraries. `npm run bench:seal`. Exits with 1 if a
// promise is missed.
import { build } from 'esbuild'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright'
import { launchChromium } from '../tools/browser.ts'
import { ROOT } from '../tools/bundle.ts'
import { MEBIBYTES, prepareFiles, ROUNDS } from './contest.ts'
import type { Contest } from './page.ts'
import { OPENPGP } from './peers.ts'
import { judge, speedOf, printResults, race, type Operation, type Run } from './race.ts'

const CONTESTANTS = ['sealdrop', 'reading', 'typage', 'native', 'gcm', 'openpgp']
/** Ours, with the hash over the ciphertext that sending it needs. */
const HASHED = 'sealdrop, hashed'

using prepared = prepareFiles(['sealdrop', 'typage', 'gcm', 'openpgp'])
const { folder } = prepared
const script = await bundlePage()
const PAGE = 'https://bench.invalid/'
const SERVED: Readonly<Record<string, readonly [type: string, body: string]>> = {
  '/': [
    'text/html',
    `<!doctype html><input type="file" multiple /><script src="/page.js"></script>
    <script type="module">import * as openpgp from '/openpgp.js'; globalThis.openpgp = openpgp</script>`,
  ],
  '/page.js': ['text/javascript', script],
  '/openpgp.js': ['text/javascript', readFileSync(OPENPGP, 'utf8')],
}

for (const act of ['seal', 'open'] as const) {
  const results = await race(act === 'seal' ? [...CONTESTANTS, HASHED] : CONTESTANTS, {
    bytes: MEBIBYTES * 1_048_576,
    rounds: ROUNDS,
    run: (name) => lap(name, act),
  })
  printResults(`Chromium, ${act} ${MEBIBYTES} MiB from a File, best of ${ROUNDS}`, results, 'sealdrop')
  // No page seals or opens a file faster than the browser reads it.
  const least = Math.min(0.9 * speedOf(results, 'reading'), 0.7 * speedOf(results, 'native'))
  if (!judge([{ what: act, bytesPerSecond: speedOf(results, 'sealdrop'), least }])) process.exitCode = 1
}

/** In a browser of its own, so that its memory is its own. */
async function lap(name: string, act: Operation): Promise<Run> {
  await using browser = await launchChromium()
  const page = await browser.newPage()
  await page.route(`${PAGE}**`, (route) => {
    const path = new URL(route.request().url()).pathname
    const [contentType, body] = SERVED[path] ?? ['text/plain', '']
    return route.fulfill({ contentType, body })
  })
  await page.goto(PAGE)
  await page.waitForFunction(() => 'openpgp' in globalThis && 'bench' in globalThis)
  // A small run first, so that loading and compiling are not measured.
  await contestIn(page, name, act, 'small')
  const seconds = await contestIn(page, name, act, 'large')
  return { seconds, peakBytes: await rendererPeak(browser) }
}

async function contestIn(page: Page, name: string, act: Operation, size: string): Promise<number> {
  const sealed = join(folder, `${size}.${name}`)
  const isOpening = act === 'open' && ['sealdrop', 'typage', 'gcm', 'openpgp'].includes(name)
  const ours = (): string[] => {
    const parts = readdirSync(folder).filter((each) => each.startsWith(`${size}.sealdrop-`))
    return parts.map((_, n) => `${sealed}-${n}`)
  }
  const opened = name === 'sealdrop' ? ours : () => [sealed]
  await page.setInputFiles('input', isOpening ? opened() : [join(folder, size)])
  const key = name === 'sealdrop' ? linkOf(sealed) : name === 'typage' ? readFileSync(`${sealed}.key`, 'utf8') : ''
  return page.evaluate(
    ({ name: who, act: what, key: with_ }) => {
      const { bench } = globalThis as unknown as { bench: { contest: (task: Contest) => Promise<number> } }
      const files = [...(document.querySelector('input')?.files ?? [])]
      return bench.contest({ name: who, act: what, key: with_, files })
    },
    { name, act, key },
  )
}

function linkOf(path: string): string {
  return (JSON.parse(readFileSync(path, 'utf8')) as { link: string }).link
}

/** Peak memory of the largest renderer, in bytes; 0 where the system has no /proc. */
async function rendererPeak(browser: Browser): Promise<number> {
  const session = await browser.newBrowserCDPSession()
  const { processInfo } = await session.send('SystemInfo.getProcessInfo')
  const peaks = processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => highWater(id))
  return Math.max(0, ...peaks)
}

function highWater(pid: number): number {
  try {
    return 1_024 * Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0)
  } catch {
    return 0
  }
}

async function bundlePage(): Promise<string> {
  const { outputFiles } = await build({
    absWorkingDir: ROOT,
    bundle: true,
    entryPoints: ['bench/page.ts'],
    format: 'iife',
    globalName: 'bench',
    minify: true,
    target: 'es2023',
    write: false,
  })
  return outputFiles[0]?.text ?? ''
}
