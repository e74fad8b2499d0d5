import type { Page, Request } from 'playwright'
import { expect, test } from 'vitest'
import { accessOfState } from '#client/box/access.ts'
import { formatBoxLink } from '#client/box/address-link.ts'
import { collectParts, listItems, openItem, type OpenedItem } from '#client/box/inbox.ts'
import { invite } from '#client/box/invitations.ts'
import type { BoxState } from '#client/box/state.ts'
import { sealAnswer } from '#client/box/write.ts'
import { generateSigningKey } from '#client/crypto/keys.ts'
import { deposit } from '#client/send.ts'
import { memoryStaging } from '#client/staging.ts'
import { fileOf } from '../kit/messages.ts'
import { spellings } from '../web/write/support/leaks.ts'
import { inspect } from './support/inspect.ts'
import { focused, tabTo } from './support/keyboard.ts'
import { heading, stage, visit } from './support/pages.ts'
import { reach } from './support/people.ts'
import { publishBox } from '../kit/owned-boxes.ts'

const { person, server } = stage()

/** The letters in a box, oldest first. */
async function lettersIn(box: BoxState): Promise<OpenedItem[]> {
  const access = await accessOfState(box)
  const { items } = await listItems(reach(server().url), access, { order: 'after', seq: 0, most: 50 })
  return Promise.all(
    items.map((item) => openItem(collectParts(reach(server().url), access, item, memoryStaging()), access, item)),
  )
}

/** Answers the newest letter of a box. */
async function answer(box: BoxState, text: string): Promise<void> {
  const reply = (await lettersIn(box)).at(-1)?.reply
  if (reply === undefined) throw new Error('nobody takes answers')
  const sender = await generateSigningKey()
  const order = { origin: server().url, to: reply, from: box.box, ttlSeconds: 86_400, sender, now: Date.now() }
  const message = { text, files: [fileOf('answer.txt', new TextEncoder().encode('in a file'))] }
  await deposit(reach(server().url), await sealAnswer(message, order), { sender })
}

/** Everything that the pages leave on a device. */
function tracesOn(page: Page): Promise<string[]> {
  return page.evaluate(async () => {
    const traces = [
      ...Object.keys(localStorage),
      ...Object.keys(sessionStorage),
      document.cookie,
      ...(await caches.keys()),
    ]
    for (const { name = '' } of await indexedDB.databases()) {
      const database = await new Promise<IDBDatabase>((resolve, reject) => {
        const request = indexedDB.open(name)
        request.onsuccess = () => resolve(request.result)
        request.onerror = () => reject(request.error)
      })
      for (const shelf of database.objectStoreNames) {
        const count = await new Promise<number>((resolve) => {
          const request = database.transaction(shelf).objectStore(shelf).count()
          request.onsuccess = () => resolve(request.result)
        })
        if (count > 0) traces.push(`${name}/${shelf}: ${count}`)
      }
      database.close()
    }
    const walk = async (folder: FileSystemDirectoryHandle, path: string): Promise<void> => {
      for await (const [name, entry] of folder.entries()) {
        if (entry instanceof FileSystemDirectoryHandle) await walk(entry, `${path}/${name}`)
        else traces.push(`${path}/${name}`)
      }
    }
    await walk(await navigator.storage.getDirectory(), 'opfs')
    return traces.filter((trace) => trace !== '')
  })
}

test('a letter in parts, its answer and the next letter: by keyboard alone, with no trace on the device and the code in no request', async () => {
  const box = await publishBox(reach(server().url))
  const { complaints, page } = await person()
  const requests: Request[] = []
  page.on('request', (request) => requests.push(request))
  await visit(page, formatBoxLink(server().url, box.box))
  await heading(page, 'Write to The newsroom')
  expect(await page.locator('.facts .address').textContent()).toBe(box.box)
  await tabTo(page, 'Message')
  await page.keyboard.type('what I saw')
  await page
    .locator('input[type=file]')
    .first()
    .setInputFiles([{ name: 'film.mp4', mimeType: 'video/mp4', buffer: Buffer.alloc(9_000_000, 7) }])
  await tabTo(page, 'I want to come back for answers')
  await page.keyboard.press('Space')
  await page.getByText('This is sent in several parts.').waitFor()
  await tabTo(page, 'Seal and send')
  await page.keyboard.press('Enter')
  await heading(page, 'Sent')
  await expect.poll(() => focused(page)).toBe('Sent')
  const words = await page.locator('.code-words li').allTextContents()
  expect(words).toHaveLength(12)
  await tabTo(page, 'I have written it down')
  await page.keyboard.press('Enter')
  await page.getByText('The words are gone from this page.').waitFor()
  expect(await page.locator('body').innerHTML()).not.toContain(`>${words[0]}<`)
  await expect.poll(() => tracesOn(page)).toEqual([])
  const [letter] = await lettersIn(box)
  expect(letter?.text).toBe('what I saw')
  expect(letter?.files.map(({ name, size }) => [name, size])).toEqual([['film.mp4', 9_000_000]])
  await answer(box, 'tell us more')

  const later = await person()
  later.page.on('request', (request) => requests.push(request))
  await visit(later.page, `${server().url}/#return`)
  await heading(later.page, 'Come back for answers')
  await tabTo(later.page, 'Return code')
  await later.page.keyboard.insertText(words.join('\n'))
  await tabTo(later.page, 'Look for answers')
  await later.page.keyboard.press('Enter')
  await heading(later.page, 'Answers')
  await tabTo(later.page, 'Open the answer of')
  await later.page.keyboard.press('Enter')
  await heading(later.page, 'Answer')
  expect(await later.page.getByRole('region', { name: 'Message' }).textContent()).toBe('tell us more')
  await tabTo(later.page, 'Write again')
  await later.page.keyboard.press('Enter')
  await heading(later.page, 'Write to The newsroom')
  await tabTo(later.page, 'Message')
  await later.page.keyboard.type('more of it')
  await later.page.keyboard.press('Control+Enter')
  await heading(later.page, 'Sent')
  const letters = await lettersIn(box)
  expect(letters.map(({ text }) => text)).toEqual(['what I saw', 'more of it'])
  expect(letters[1]?.thread).toBe(letters[0]?.thread)
  await tabTo(later.page, 'Done')
  await later.page.keyboard.press('Enter')
  await heading(later.page, 'Done')
  await expect.poll(() => tracesOn(later.page)).toEqual([])

  const forms = spellings(words)
  for (const request of requests) {
    const sent = `${request.url()}\n${JSON.stringify(request.headers())}\n${request.postDataBuffer()?.toString('latin1') ?? ''}`
    expect(
      forms.filter((form) => sent.includes(form)),
      request.url(),
    ).toEqual([])
  }
  expect([...complaints, ...later.complaints]).toEqual([])
})

test('a sender who was invited once writes again with the return code, by the invitation, until it is used up', async () => {
  const box = await publishBox(reach(server().url), { invitation: true })
  const order = { label: 'press', items: 2, bytes: 1_000_000, lifeSeconds: 86_400 }
  const { link } = await invite(reach(server().url), box, order)
  const { complaints, page } = await person()
  await visit(page, link)
  await heading(page, 'Write to The newsroom')
  await page.getByLabel('Message', { exact: true }).fill('what I saw')
  await page.getByLabel('I want to come back for answers').check()
  await page.getByRole('button', { name: 'Seal and send' }).click()
  await heading(page, 'Sent')
  const words = await page.locator('.code-words li').allTextContents()
  await page.getByRole('button', { name: 'I have written it down' }).click()
  await answer(box, 'tell us more')

  await visit(page, `${server().url}/#return`)
  await page.getByLabel('Return code').fill(words.join(' '))
  await page.getByRole('button', { name: 'Look for answers' }).click()
  await page.getByRole('button', { name: 'Open the answer of' }).click()
  await page.getByRole('region', { name: 'Message' }).waitFor()
  for (const text of ['more of it', 'still more']) {
    await page.getByRole('button', { name: 'Write again' }).click()
    await heading(page, 'Write to The newsroom')
    if (text === 'more of it') {
      await tabTo(page, 'Invitation link')
      await page.keyboard.insertText(link)
    }
    await tabTo(page, 'Message')
    await page.keyboard.insertText(text)
    await page.keyboard.press('Control+Enter')
    if (text === 'more of it') {
      await heading(page, 'Sent')
      await page.getByRole('button', { name: 'Back to the answers' }).click()
    }
  }
  await page.getByText('This invitation is used up').waitFor()
  await page.getByLabel('Invitation link').waitFor()
  await inspect(page, 'used up')
  expect(await page.getByLabel('Message', { exact: true }).inputValue()).toBe('still more')
  expect((await lettersIn(box)).map(({ text }) => text)).toEqual(['what I saw', 'more of it'])
  expect(complaints).toEqual([])
})

test('axe finds nothing on a sender’s screens, light and dark, narrow and wide, and nothing is cut off at 320 pixels', async () => {
  const box = await publishBox(reach(server().url))
  const { complaints, page } = await person()
  await visit(page, formatBoxLink(server().url, box.box))
  await heading(page, 'Write to The newsroom')
  await page.getByRole('button', { name: 'Seal and send' }).click()
  await page.getByText('There is nothing to seal yet.').waitFor()
  await inspect(page, 'letter')
  await page.getByLabel('Message', { exact: true }).fill('what I saw')
  await page.getByLabel('I want to come back for answers').check()
  await page.getByRole('button', { name: 'Seal and send' }).click()
  await heading(page, 'Sent')
  await inspect(page, 'sent')
  const words = await page.locator('.code-words li').allTextContents()
  await page.getByRole('button', { name: 'I have written it down' }).click()
  await answer(box, 'unbroken'.repeat(60))

  await visit(page, `${server().url}/#${box.box.slice(0, -1)}`)
  await heading(page, 'This address is damaged')
  await inspect(page, 'damaged')
  await page.route('**/v1/boxes/card', (route) =>
    route.fulfill({
      status: 404,
      contentType: 'application/problem+json',
      body: '{"type":"https://drop.example/problems/gone"}',
    }),
  )
  await visit(page, formatBoxLink(server().url, box.box))
  await heading(page, 'This box cannot be written to now')
  await inspect(page, 'refused')

  await visit(page, `${server().url}/#return`)
  await page.getByLabel('Return code').fill('one two')
  await page.getByRole('button', { name: 'Look for answers' }).click()
  await page.getByText('A return code has twelve words').waitFor()
  await inspect(page, 'code')
  await page.getByLabel('Return code').fill(words.join(' '))
  await page.getByRole('button', { name: 'Look for answers' }).click()
  await heading(page, 'Answers')
  await inspect(page, 'answers')
  await page.getByRole('button', { name: 'Open the answer of' }).click()
  await page.getByRole('region', { name: 'Message' }).waitFor()
  await inspect(page, 'answer')
  expect(complaints).toEqual([])
})
