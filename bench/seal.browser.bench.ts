// Sealing a file that was chosen in Chromium, and opening it, beside what others do. `npm run bench:seal`. Ends with 1 if a
// promise is missed.
import { build } from 'esbuild'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright'
import { launchChromium } from '../tools/browser.ts'
import { ROOT } from '../tools/bundle.ts'
import { MEBIBYTES, prepare, ROUNDS } from './files.ts'
import type { Task } from './page.ts'
import { OPENPGP } from './peers.ts'
import { judge, paceOf, printResults, race, type Act, type Lap } from './race.ts'

const CONTESTANTS = ['sealdrop', 'reading', 'typage', 'native', 'gcm', 'openpgp']
/** Ours, with the hash over what is sealed, which belongs to sending it. */
const HASHED = 'sealdrop, hashed'

using prepared = prepare(['sealdrop', 'typage', 'gcm', 'openpgp'])
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
  const least = Math.min(0.9 * paceOf(results, 'reading'), 0.7 * paceOf(results, 'native'))
  if (!judge([{ what: act, pace: paceOf(results, 'sealdrop'), least }])) process.exitCode = 1
}

/** In a browser of its own, so that its memory is its own. */
async function lap(name: string, act: Act): Promise<Lap> {
  await using browser = await launchChromium()
  const page = await browser.newPage()
  await page.route(`${PAGE}**`, (route) => {
    const path = new URL(route.request().url()).pathname
    const [contentType, body] = SERVED[path] ?? ['text/plain', '']
    return route.fulfill({ contentType, body })
  })
  await page.goto(PAGE)
  await page.waitForFunction(() => 'openpgp' in globalThis && 'bench' in globalThis)
  // Once over little, so that what is loaded and compiled only once is not measured.
  await contestIn(page, name, act, 'small')
  const seconds = await contestIn(page, name, act, 'large')
  return { seconds, peakBytes: await rendererPeak(browser) }
}

async function contestIn(page: Page, name: string, act: Act, size: string): Promise<number> {
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
      const { bench } = globalThis as unknown as { bench: { contest: (task: Task) => Promise<number> } }
      const files = [...(document.querySelector('input')?.files ?? [])]
      return bench.contest({ name: who, act: what, key: with_, files })
    },
    { name, act, key },
  )
}

function linkOf(path: string): string {
  return (JSON.parse(readFileSync(path, 'utf8')) as { link: string }).link
}

/** Most memory of the largest renderer, in bytes; where the system does not tell, 0. */
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
