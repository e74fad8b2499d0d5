import { beforeAll, expect, onTestFinished } from 'vitest'
import type { Browser, BrowserContext, Page } from 'playwright'
import { launchChromium } from '../../../tools/browser.ts'
import { startServer, type Server } from '../../tools/server.ts'

/** A server and a browser, the same for all files that one process runs; every person gets a profile of their own. */
export interface Stage {
  readonly server: () => Server
  /** A new profile for one test, and its first page. The test that calls it fails on any complaint in its console. */
  readonly person: () => Promise<Person>
}

export interface Person {
  readonly context: BrowserContext
  readonly page: Page
  /** Errors of scripts, and refusals by the page's policy. */
  readonly complaints: readonly string[]
}

export function stage(): Stage {
  let server: Server
  let browser: Browser
  beforeAll(async () => {
    ;[server, browser] = await (shared ??= Promise.all([startServer(), launchChromium()]))
  })
  return {
    server: () => server,
    async person() {
      // A headless shell asks for permission before a page copies at the press of a button; other browsers do not.
      const context = await browser.newContext({ acceptDownloads: true, permissions: ['clipboard-write'] })
      // Pages left open would go on asking the server, and slow down the tests after them.
      onTestFinished(() => context.close())
      context.setDefaultTimeout(PATIENCE_MS)
      const page = await context.newPage()
      const complaints: string[] = []
      page.on('pageerror', (error) => complaints.push(String(error)))
      page.on('console', (message) => {
        if (/Content Security Policy|Trusted|Refused to/i.test(message.text())) complaints.push(message.text())
      })
      return { context, page, complaints }
    },
  }
}

/** Ends with the process: see startServer; Playwright does the same with its browsers. */
let shared: Promise<[Server, Browser]> | undefined

/** The time a page may take for one thing, in milliseconds: others share the machine. */
const PATIENCE_MS = 60_000

export interface Wish {
  readonly text?: string
  readonly files?: readonly { name: string; mimeType: string; buffer: Buffer }[]
  readonly reads?: string
  readonly passphrase?: string
}

/** Seals through the compose screen. @returns the link that the page shows */
export async function sealInPage(page: Page, origin: string, wish: Wish): Promise<string> {
  await page.goto(origin)
  if (wish.text !== undefined) await page.getByLabel('Message', { exact: true }).fill(wish.text)
  if (wish.files !== undefined)
    await page
      .locator('input[type=file]')
      .first()
      .setInputFiles([...wish.files])
  if (wish.reads !== undefined) await page.getByLabel('Opens').selectOption(wish.reads)
  if (wish.passphrase !== undefined) {
    await page.getByRole('button', { name: 'Ask for a passphrase too' }).click()
    await page.getByLabel('Passphrase', { exact: true }).fill(wish.passphrase)
  }
  await page.getByRole('button', { name: 'Seal message' }).click()
  return linkOf(page)
}

export async function linkOf(page: Page): Promise<string> {
  await heading(page, 'Sealed. Send this link.')
  const link = await page.getByRole('group', { name: 'Link' }).textContent()
  expect(link).toMatch(/^http:\/\/localhost:\d+\/#sdlink1[02-9ac-hj-np-z]{46}$/)
  return link ?? ''
}

/** Waits for the screen with this heading, and for the focus to reach its place. */
export async function heading(page: Page, name: string): Promise<void> {
  // Exactly: “Answers” is within “Come back for answers”.
  await page.getByRole('heading', { level: 1, name, exact: true }).waitFor()
  await drawn(page)
}

/** Waits until a page has finished its work after painting the current screen: it moves the focus then. */
export async function drawn(page: Page): Promise<void> {
  await page.evaluate(
    () =>
      new Promise<void>((done) => {
        const end = (): void => void setTimeout(done)
        requestAnimationFrame(end)
        // A page in the background paints nothing, and does this work all the same.
        setTimeout(end, 250)
      }),
  )
}

/** Opens a link up to the press, and presses. */
export async function openInPage(page: Page, link: string, passphrase?: string): Promise<void> {
  await visit(page, link)
  await heading(page, 'Something sealed waits for you')
  if (passphrase !== undefined) await page.getByLabel('Passphrase', { exact: true }).fill(passphrase)
  await page.getByRole('button', { name: 'Open it now' }).click()
}

/** Goes to a link as from outside: changing only the fragment would not load the page. */
export async function visit(page: Page, link: string): Promise<void> {
  await page.goto('about:blank')
  await page.goto(link)
}

export async function textOf(page: Page): Promise<string> {
  await heading(page, 'Opened')
  return (await page.getByRole('region', { name: 'Message' }).textContent()) ?? ''
}
