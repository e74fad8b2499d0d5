import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright'
import { heading, type Person } from './pages.ts'

/** The actions of owners and senders on their pages, done through the screens. */

export interface MadeBox {
  readonly words: readonly string[]
  readonly passphrase: string
}

/** Creates a box: writes the words down, answers the check of three, protects the box. Ends in its inbox. */
export async function createBox(
  page: Page,
  origin: string,
  name: string,
  { wantsPasskey = false } = {},
): Promise<MadeBox> {
  await page.goto(`${origin}/#boxes`)
  await page.getByRole('button', { name: 'Create a box' }).click()
  await page.getByLabel('Name of the box').fill(name)
  await page.getByLabel('Name of this reader').fill('Ana, laptop')
  await page.getByRole('button', { name: 'Continue' }).click()
  await heading(page, 'Write these 24 words on paper')
  const words = await wordsOf(page)
  await page.getByRole('button', { name: 'I have written them down' }).click()
  await heading(page, 'Check what you have written')
  for (const field of await page.getByLabel(/^Word \d+$/).all()) {
    const place = Number(((await field.getAttribute('id')) ?? '').replace(/\D/g, ''))
    await field.fill(words[place - 1] ?? '?')
  }
  await page.getByRole('button', { name: 'Continue' }).click()
  await heading(page, `Protect “${name}” on this device`)
  const passphrase = 'ein Satz, den niemand rät'
  await page.getByLabel('Passphrase', { exact: true }).fill(passphrase)
  await page.getByLabel('The same passphrase again').fill(passphrase)
  if (wantsPasskey) await page.getByLabel('Open it with a passkey, too').check()
  await page.getByRole('button', { name: 'Protect and open the box' }).click()
  await page.getByRole('navigation', { name: 'Parts of this box' }).waitFor()
  return { words, passphrase }
}

/** The words of a new box, as its screen shows them. */
export function wordsOf(page: Page): Promise<string[]> {
  return numbered(page, 'The 24 words')
}

/** The return code on the screen of a letter that was sent, as a person would write it down. */
export async function returnCodeOf(page: Page): Promise<string> {
  return (await numbered(page, 'The twelve words')).join(' ')
}

async function numbered(page: Page, name: string): Promise<string[]> {
  const texts = await page.getByRole('list', { name }).getByRole('listitem').allTextContents()
  return texts.map((text) => text.replace(/^\d+\.?\s*/, '').trim())
}

/** Makes a page look for news now, as when its connection comes back; otherwise it would within 20 seconds. */
export async function lookNow(page: Page): Promise<void> {
  await page.evaluate(() => dispatchEvent(new Event('online')))
}

/** Goes to a part of the open box. */
export async function section(
  page: Page,
  name: 'Inbox' | 'Share' | 'Readers' | 'Invitations' | 'Settings',
): Promise<void> {
  await page.getByRole('navigation', { name: 'Parts of this box' }).getByText(name, { exact: true }).click()
}

/** The link for writing to the box. */
export async function writeLink(page: Page): Promise<string> {
  await section(page, 'Share')
  return (await page.getByRole('group', { name: 'Link to write' }).textContent()) ?? ''
}

/** Saves a backup file. @returns its bytes */
export async function saveBackup(page: Page, passphrase: string): Promise<Buffer> {
  await section(page, 'Settings')
  await page.getByLabel('Passphrase of the backup file', { exact: true }).fill(passphrase)
  await page.getByLabel('The same passphrase of the backup file again').fill(passphrase)
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Save a backup file' }).last().click(),
  ])
  return readFile(await download.path())
}

/** Restores a box on another device. */
export async function restoreBackup(
  page: Page,
  origin: string,
  file: Buffer,
  filePassphrase: string,
  box: { name: string; passphrase: string },
): Promise<void> {
  await page.goto(`${origin}/#boxes`)
  await page.getByRole('button', { name: 'Restore a box' }).click()
  await page
    .getByLabel('Backup file', { exact: true })
    .setInputFiles({ name: 'box.age', mimeType: 'application/octet-stream', buffer: file })
  await page.getByLabel('Passphrase of the backup file').fill(filePassphrase)
  await page.getByRole('button', { name: 'Open the backup file' }).click()
  await heading(page, `Protect “${box.name}” on this device`)
  await page.getByLabel('Passphrase', { exact: true }).fill(box.passphrase)
  await page.getByLabel('The same passphrase again').fill(box.passphrase)
  await page.getByRole('button', { name: 'Protect and open the box' }).click()
  await heading(page, box.name)
}

export interface Letter {
  readonly text: string
  readonly files?: readonly { name: string; mimeType: string; buffer: Buffer }[]
  readonly wantsCode?: boolean
}

/** Writes to a box by its link. @returns the return code, if one was wanted, as a person would write it down */
export async function writeToBox({ page }: Pick<Person, 'page'>, link: string, letter: Letter): Promise<string> {
  await page.goto(link)
  await fillLetter(page, letter)
  if (letter.wantsCode !== true) {
    await heading(page, 'Sent')
    return ''
  }
  await heading(page, 'Sent')
  const code = await returnCodeOf(page)
  await page.getByRole('button', { name: 'I have written it down' }).click()
  return code
}

/** On the writing screen: types, chooses files, seals. */
export async function fillLetter(page: Page, letter: Letter): Promise<void> {
  await page.getByLabel('Message', { exact: true }).fill(letter.text)
  if (letter.files !== undefined)
    await page
      .locator('input[type=file]')
      .first()
      .setInputFiles([...letter.files])
  if (letter.wantsCode === true) await page.getByLabel('I want to come back for answers').check()
  await page.getByRole('button', { name: 'Seal and send' }).click()
}

/** Comes back with the words of a return code. */
export async function comeBack(page: Page, origin: string, code: string): Promise<void> {
  await page.goto(`${origin}/#return`)
  await heading(page, 'Come back for answers')
  await page.getByLabel('Return code').fill(code)
  await page.getByRole('button', { name: 'Look for answers' }).click()
  await heading(page, 'Answers')
}

/** Opens the newest unread item. Ends on the screen with its text. @returns the text */
export async function openNewest(page: Page): Promise<string> {
  await page
    .getByRole('button', { name: /Unread/ })
    .first()
    .click()
  const message = page.getByRole('region', { name: 'Message' })
  await message.waitFor()
  return (await message.textContent()) ?? ''
}
