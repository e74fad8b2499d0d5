import { truncateSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright'
import { expect, test } from 'vitest'
import { heading, linkOf, stage } from './support/pages.ts'
import {
  beginUpload,
  countParts,
  holdThirdPart,
  largeFile,
  middle,
  openWhole,
  takeUp,
  folderOf,
  rewrite,
} from './support/uploads.ts'
import { sha256Of } from './support/people.ts'

const { person, server } = stage()

/** The number of records about uploads in this browser. */
function keptUploads(page: Page): Promise<number> {
  return page.evaluate(
    () =>
      new Promise<number>((resolve, reject) => {
        const request = indexedDB.open('sealdrop')
        request.onerror = () => reject(request.error)
        request.onsuccess = () => {
          const transaction = request.result.transaction(['uploads', 'journal'])
          const counts = [transaction.objectStore('uploads').count(), transaction.objectStore('journal').count()]
          transaction.oncomplete = () => {
            request.result.close()
            resolve(counts.reduce((sum, { result }) => sum + result, 0))
          }
        }
      }),
  )
}

test('a large file is sent in parts with its progress, waits while it is paused, and arrives whole', async () => {
  const { page, complaints } = await person()
  const { path, hash } = largeFile('report.pdf', 20 * 2 ** 20)
  const gate = await holdThirdPart(page)
  await beginUpload(page, server().url, path, { text: 'with a text' })
  await middle(gate)
  await expect.poll(() => page.title()).toMatch(/^\d\d% sent · Sealdrop$/)
  const bar = page.getByRole('progressbar', { name: 'Sending' })
  await expect.poll(() => bar.getAttribute('value')).toMatch(/^0\.[7-9]/)
  await page
    .getByRole('status')
    .getByText(/^(75|50)% sent$/)
    .waitFor({ state: 'attached' })

  await page.getByRole('button', { name: 'Pause' }).click()
  await page.getByText('Paused. Nothing is lost.').first().waitFor()
  expect(await page.title()).toMatch(/^Paused, \d\d% sent · Sealdrop$/)
  await gate.open()
  await page.getByRole('button', { name: 'Go on' }).click()
  const link = await linkOf(page)
  expect([gate.sent.get('0'), gate.sent.get('1')]).toEqual([1, 1])
  await expect.poll(() => keptUploads(page)).toBe(0)
  expect(await openWhole(link)).toEqual({ text: 'with a text', files: [{ name: 'report.pdf', hash }] })

  await page.getByRole('link', { name: 'Sent' }).first().click()
  await page.getByRole('button', { name: 'Check now' }).click()
  await page.getByText(/\d\d(\.\d)? MB sealed/).waitFor()
  expect(complaints).toEqual([])
})

test('a tab closed in the middle goes on another time, and sends nothing twice', async () => {
  const { page, context, complaints } = await person()
  const { path, hash } = largeFile('report.pdf')
  const other = largeFile('other.pdf')
  const before = await holdThirdPart(page)
  await beginUpload(page, server().url, path, { text: 'kept too', passphrase: 'right' })
  await middle(before)

  const meanwhile = await context.newPage()
  await meanwhile.goto(server().url)
  await meanwhile.getByLabel('Message', { exact: true }).fill('another one')
  await meanwhile.waitForTimeout(300)
  expect(await meanwhile.getByRole('heading', { name: 'An upload was interrupted' }).count()).toBe(0)
  await before.close()

  await takeUp(meanwhile, server().url)
  // Escape leads back to the same place.
  await meanwhile.keyboard.press('Escape')
  const goOn = meanwhile.getByRole('button', { name: /^Go on with/ })
  await expect.poll(() => goOn.evaluate((button) => button === document.activeElement)).toBe(true)
  await goOn.press('Enter')
  await meanwhile.getByLabel('Message', { exact: true }).fill('typed meanwhile')
  const after = await holdThirdPart(meanwhile)
  await after.open()
  const chooser = meanwhile.locator('.interrupted input[type=file]').first()
  await chooser.setInputFiles(other.path)
  await meanwhile.getByText('Still missing: “report.pdf”.').waitFor()
  await chooser.setInputFiles(path)
  const link = await linkOf(meanwhile)
  expect([...after.sent.keys()]).toEqual(['2'])
  await meanwhile.getByText('the passphrase that you chose then').waitFor()
  await expect.poll(() => keptUploads(meanwhile)).toBe(0)
  expect(await openWhole(link, 'right')).toEqual({ text: 'kept too', files: [{ name: 'report.pdf', hash }] })
  await meanwhile.getByRole('button', { name: 'Copy link' }).click()
  // Until it is copied, the page would ask whether the link may be lost.
  await meanwhile.getByRole('status').getByText('Link copied.').waitFor({ state: 'attached' })
  await meanwhile.getByRole('button', { name: 'Seal another' }).click()
  await expect.poll(() => meanwhile.getByLabel('Message', { exact: true }).inputValue()).toBe('typed meanwhile')
  expect(complaints).toEqual([])
})

test('the page waits for a server that dies in the middle, and the upload goes on by itself', async () => {
  const { page } = await person()
  const { path, hash } = largeFile('report.pdf')
  const gate = await holdThirdPart(page)
  await beginUpload(page, server().url, path)
  await middle(gate)
  await server().kill()
  await gate.open()
  await page.getByText('Waiting for the connection. Nothing is lost.').first().waitFor()
  // The next try may seem to send something for a moment.
  await expect.poll(() => page.title()).toMatch(/^Waiting, \d\d% sent/)
  await server().start()
  const link = await linkOf(page)
  expect([gate.sent.get('0'), gate.sent.get('1')]).toEqual([1, 1])
  expect((await openWhole(link)).files).toEqual([{ name: 'report.pdf', hash }])
})

test('a cancelled upload is removed from the server, and everything is in the form again', async () => {
  const { page } = await person()
  const { path } = largeFile('report.pdf')
  const gate = await holdThirdPart(page)
  const kept = countParts(server().data)
  await beginUpload(page, server().url, path, { text: 'keep me' })
  await middle(gate)
  await expect.poll(() => countParts(server().data)).toBe(kept + 2)
  await page.getByRole('button', { name: 'Cancel' }).click()
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Cancel' }).click()
  await page.getByRole('button', { name: 'Yes, cancel it' }).click()
  await heading(page, 'Leave a message only one person can open')
  expect(await page.getByLabel('Message', { exact: true }).inputValue()).toBe('keep me')
  await page.getByText('report.pdf').waitFor()
  await expect.poll(() => countParts(server().data)).toBe(kept)
  expect(await keptUploads(page)).toBe(0)
})

test('a file that changed meanwhile is reported, and is sealed again under another link', async () => {
  const { page, context } = await person()
  const { path, bytes } = largeFile('report.pdf')
  const gate = await holdThirdPart(page)
  await beginUpload(page, server().url, path, { text: 'keep me' })
  await middle(gate)
  await gate.close()

  // Changed without a trace in its size and time: only the parts already sent show it.
  const changed = bytes.map((byte, index) => (index === 1_000 ? byte ^ 1 : byte))
  rewrite(path, changed)
  const later = await context.newPage()
  await takeUp(later, server().url)
  await later.locator('.interrupted input[type=file]').first().setInputFiles(path)
  await later.getByText('“report.pdf” was changed').waitFor()
  expect(await later.getByLabel('Message', { exact: true }).inputValue()).toBe('keep me')
  expect(await keptUploads(later)).toBe(0)
  await later.getByRole('button', { name: 'Seal message' }).click()
  expect((await openWhole(await linkOf(later))).files).toEqual([{ name: 'report.pdf', hash: sha256Of(changed) }])
})

test('a file with another time is not taken for the same, and can be sealed again', async () => {
  const { page, context } = await person()
  const { path } = largeFile('report.pdf')
  const gate = await holdThirdPart(page)
  await beginUpload(page, server().url, path)
  await middle(gate)
  await gate.close()
  utimesSync(path, new Date(), new Date(2_000_000_000_000))
  const later = await context.newPage()
  await takeUp(later, server().url)
  await later.locator('.interrupted input[type=file]').first().setInputFiles(path)
  await later.getByText('“report.pdf” is not what it was then').waitFor()
  await later.getByRole('button', { name: 'Seal them anew' }).click()
  await later.getByRole('button', { name: 'Remove report.pdf' }).waitFor()
  expect(await later.getByRole('heading', { name: 'An upload was interrupted' }).count()).toBe(0)
})

test('a draft over the server’s limit is refused at once, with that limit, and nothing is lost', async () => {
  const { page } = await person()
  const { path } = largeFile('film.mov')
  truncateSync(path, 230_000_000)
  await page.goto(server().url)
  await page.getByLabel('Message', { exact: true }).fill('keep me')
  await page.locator('input[type=file]').first().setInputFiles(path)
  await page.getByRole('alert').getByText('This server takes up to 102 MB. These files are 230 MB.').waitFor()
  expect(await page.getByLabel('Message', { exact: true }).inputValue()).toBe('keep me')
  await page.getByRole('button', { name: 'Remove film.mov' }).waitFor()
})

test('offline, a large draft is kept and can be sealed later', async () => {
  const { page } = await person()
  const { path } = largeFile('report.pdf')
  await page.clock.install()
  await page.goto(server().url)
  await page.getByLabel('Message', { exact: true }).fill('x')
  await page.route('**/v1/limits', (route) => route.abort())
  await page.locator('input[type=file]').first().setInputFiles(path)
  await page.getByRole('button', { name: 'Seal message' }).click()
  // The first try has failed; the page's patience ends before the next.
  await page.getByText('One moment…').first().waitFor()
  await page.clock.fastForward(10_000)
  await page.getByRole('alert').getByText('The server could not be reached. Everything is still here').waitFor()
  await page.unroute('**/v1/limits')
  await page.getByRole('button', { name: 'Try again' }).click()
  await linkOf(page)
})

test('folders come with their paths, whether they are chosen or dropped', async () => {
  const { page, context } = await person()
  const folder = folderOf({ 'plans/ground.txt': 'one', 'plans/attic/beam.txt': 'two' })
  await page.goto(server().url)
  await page.locator('input[type=file]').nth(1).setInputFiles(join(folder, 'plans'))
  await page.getByRole('button', { name: 'Remove plans/attic/beam.txt' }).click()
  const cdp = await context.newCDPSession(page)
  const data = { items: [], files: [join(folder, 'plans', 'attic')], dragOperationsMask: 1 }
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
    await cdp.send('Input.dispatchDragEvent', { type, x: 100, y: 100, data })
  await page.getByRole('button', { name: 'Remove attic/beam.txt' }).waitFor()
  await page.getByText('2 files, 6 bytes').waitFor()
  await page.getByRole('button', { name: 'Seal message' }).click()
  const { files } = await openWhole(await linkOf(page))
  expect(files).toEqual([
    { name: 'plans/ground.txt', hash: sha256Of('one') },
    { name: 'attic/beam.txt', hash: sha256Of('two') },
  ])
})
