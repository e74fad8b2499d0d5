import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import type { Page } from 'playwright'
import { comeBack, createBox, writeLink, writeToBox } from './support/boxes.ts'
import { inspect } from './support/inspect.ts'
import { focused, pressByKey } from './support/keyboard.ts'
import { heading, stage } from './support/pages.ts'
import { sha256Of } from './support/people.ts'
import { holdThirdPart, largeFile, middle } from './support/uploads.ts'

const { person, server } = stage()

/** The browser's drafts, stored beside its vaults, as text: anything left unsealed can be read in it. */
function besides(page: Page): Promise<string[]> {
  return page.evaluate(async () => {
    const database = await new Promise<IDBDatabase>((resolve, reject) => {
      const request = indexedDB.open('sealdrop')
      request.onsuccess = () => resolve(request.result)
      request.onerror = () => reject(request.error)
    })
    const slips = await new Promise<{ name: string; sealed: Uint8Array }[]>((resolve) => {
      const request = database.transaction('slips').objectStore('slips').getAll()
      request.onsuccess = () => resolve(request.result)
    })
    database.close()
    return slips.map(({ name, sealed }) => `${name} ${new TextDecoder('latin1').decode(sealed)}`)
  })
}

async function unlock(page: Page, name: string, passphrase: string): Promise<void> {
  const field = page.getByLabel('Passphrase', { exact: true })
  const choice = page.getByRole('button', { name: `Unlock ${name}` })
  await field.or(choice).first().waitFor()
  if (await choice.isVisible()) await choice.click()
  await field.fill(passphrase)
  await page.keyboard.press('Enter')
  await page.getByRole('navigation', { name: 'Parts of this box' }).waitFor()
}

/** Opens the letter that the list marks as having an answer begun. */
async function openBegun(page: Page): Promise<void> {
  await page.getByRole('button', { name: /Answer begun/ }).click()
  await page.getByRole('heading', { name: 'Answer', exact: true }).waitFor()
}

test(
  'an answer outlives a lock, a reload and a page closed in the middle of it, and none of it can be read on the device',
  { timeout: 300_000 },
  async () => {
    const origin = server().url
    const [owner, sender, later] = await Promise.all([person(), person(), person()])
    const { context, page } = owner
    // Without the picker it is saved as a download, and no dialog has to be answered.
    await later.page.addInitScript(() => Reflect.deleteProperty(globalThis, 'showSaveFilePicker'))
    const { passphrase } = await createBox(page, origin, 'Tips')
    const code = await writeToBox(sender, await writeLink(page), { text: 'By night.', wantsCode: true })
    await page.getByRole('navigation', { name: 'Parts of this box' }).getByText('Inbox', { exact: true }).click()
    await page.getByRole('button', { name: /Unread/ }).click()
    await page.getByLabel('Your answer').fill('Which')
    // Locked at once: the lock keeps text that was typed a moment before.
    await page.getByLabel('Your answer').fill('Which lighthouse?')
    await page.getByRole('button', { name: 'Lock', exact: true }).click()
    await heading(page, '“Tips” is locked')
    await unlock(page, 'Tips', passphrase)
    await openBegun(page)
    await expect.poll(() => page.getByLabel('Your answer').inputValue()).toBe('Which lighthouse?')

    // Read before typing: the text may be kept before the first poll.
    const before = await besides(page)
    await page.getByLabel('Your answer').fill('Which lighthouse keeper?')
    await expect.poll(async () => (await besides(page)).join() === before.join()).toBe(false)
    await page.reload()
    await unlock(page, 'Tips', passphrase)
    await openBegun(page)
    await expect.poll(() => page.getByLabel('Your answer').inputValue()).toBe('Which lighthouse keeper?')

    const { hash, path } = largeFile('film.mp4')
    const gate = await holdThirdPart(page)
    await page.locator('input[type=file]').first().setInputFiles(path)
    await page.getByText('film.mp4').waitFor()
    await page.getByRole('button', { name: 'Seal answer' }).click()
    await page.getByText('unlock it within a day and go on').waitFor()
    await middle(gate)
    const lying = await besides(page)
    expect(lying.length).toBeGreaterThanOrEqual(2)
    for (const plain of ['lighthouse', 'film.mp4', 'draft', 'upload', 'age-encryption'])
      expect(lying.join()).not.toContain(plain)
    await gate.close()

    const next = await context.newPage()
    await next.goto(`${origin}/#boxes`)
    await unlock(next, 'Tips', passphrase)
    await openBegun(next)
    await next.getByRole('heading', { name: 'An upload was interrupted' }).waitFor()
    await inspect(next, 'interrupted')
    await pressByKey(next, 'Go on with')
    await next.getByRole('group', { name: 'Choose the same files again' }).waitFor()
    await expect.poll(() => focused(next)).not.toBe('')
    await next.locator('.interrupted input[type=file]').first().setInputFiles(path)
    await next.getByText('Your answer is there.').waitFor()
    await expect.poll(() => besides(next)).toEqual([])

    await comeBack(later.page, origin, code)
    await later.page.getByRole('button', { name: /Open the answer/ }).click()
    await later.page.getByText('Which lighthouse keeper?').waitFor()
    const [download] = await Promise.all([
      later.page.waitForEvent('download'),
      later.page.getByRole('button', { name: 'Save film.mp4' }).click(),
    ])
    expect(sha256Of(await readFile(await download.path()))).toBe(hash)
    for (const { complaints } of [owner, sender, later]) expect(complaints).toEqual([])
  },
)
