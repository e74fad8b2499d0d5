import type { Page } from 'playwright'
import { randomBytes } from '#client/crypto/random.ts'
import { parseReturnCode } from '#client/box/return.ts'
import { toBase64url, utf8 } from '#protocol/bytes.ts'
import { launchChromium } from '../../tools/browser.ts'
import { newPassphrase, noteLink } from './drops.ts'
import { unique, uniqueText, type Person } from './person.ts'
import { noteReturnCode } from './secrets.ts'

/** Somebody uses the page, in Chromium: sends a file with a passphrase, opens it, writes to a box with a return code. */
export async function practisePage(person: Person, boxLink: string): Promise<void> {
  const { name, notebook, server, trace } = person
  const browser = await launchChromium()
  try {
    const { 'User-Agent': userAgent = '', Cookie: _, ...extraHTTPHeaders } = trace
    const context = await browser.newContext({ userAgent, extraHTTPHeaders })
    const page = await context.newPage()
    const text = uniqueText('from a page')
    notebook.plaintext(name, 'text of a drop', utf8(text))
    const passphrase = newPassphrase()
    notebook.text(name, 'passphrase of a link', passphrase)
    const file = {
      name: `Grüße ${toBase64url(randomBytes(9))}.txt`,
      mimeType: 'text/x-drill-page',
      buffer: Buffer.from(unique('greetings', 2_000)),
    }
    notebook.text(name, 'name of a file', file.name)
    notebook.plaintext(name, 'contents of a file', file.buffer)
    await page.goto(server.origin)
    await page.getByLabel('Message', { exact: true }).fill(text)
    await page.locator('input[type=file]').first().setInputFiles([file])
    await page.getByRole('button', { name: 'Ask for a passphrase too' }).click()
    await page.getByLabel('Passphrase', { exact: true }).fill(passphrase)
    await page.getByRole('button', { name: 'Seal message' }).click()
    await page.getByRole('heading', { level: 1, name: 'Sealed. Send this link.' }).waitFor()
    const link = (await page.getByRole('group', { name: 'Link' }).textContent()) ?? ''
    await noteLink(person, link, passphrase)
    await openIt(await context.newPage(), link, passphrase)
    await writeToBox(person, await context.newPage(), boxLink)
  } finally {
    await browser.close()
  }
}

async function openIt(page: Page, link: string, passphrase: string): Promise<void> {
  await page.goto(link)
  await page.getByLabel('Passphrase', { exact: true }).fill(passphrase)
  await page.getByRole('button', { name: /Open/ }).first().click()
  await page.getByRole('heading', { level: 1, name: 'Opened' }).waitFor()
}

async function writeToBox(person: Person, page: Page, link: string): Promise<void> {
  const text = uniqueText('to a box, from a page')
  person.notebook.plaintext(person.name, 'text of a drop', utf8(text))
  await page.goto(link)
  await page.getByLabel('Message', { exact: true }).fill(text)
  await page.getByLabel('I want to come back for answers').check()
  await page.getByRole('button', { name: 'Seal and send' }).click()
  await page.getByRole('heading', { level: 1, name: 'Sent' }).waitFor()
  const words = await page.getByRole('list', { name: 'The twelve words' }).getByRole('listitem').allTextContents()
  const code = parseReturnCode(words.map((word) => word.replace(/^\d+\.?\s*/, '').trim()).join(' '))
  if (code === undefined) throw new Error('the page showed no return code')
  await noteReturnCode(person, code)
}
