import { existsSync } from 'node:fs'
import { chromium, type Browser } from 'playwright'

/** What Chromium is started with: it talks to nobody but the page's own server. */
export const CHROMIUM_FLAGS: readonly string[] = [
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/**
 * The Chromium or Chrome of this machine: `CHROMIUM_PATH`, a usual place, or the one that Playwright downloaded.
 * @throws Error with what to run, when there is none.
 */
export function findChromium(): string {
  const named = process.env['CHROMIUM_PATH']
  const found = [
    ...(named === undefined ? USUAL_PLACES : [named]),
    ...(named === undefined ? [chromium.executablePath()] : []),
  ].find(existsSync)
  if (found !== undefined) return found
  throw new Error(
    named === undefined
      ? 'No Chromium here: run `apt-get install chromium` or `npx playwright install chromium`, or say where it is with CHROMIUM_PATH.'
      : `CHROMIUM_PATH is ${named}, and there is no such file.`,
  )
}

/** Starts it without a window. */
export function launchChromium(): Promise<Browser> {
  return chromium.launch({ executablePath: findChromium(), args: [...CHROMIUM_FLAGS] })
}

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
