import { expect, test } from 'vitest'
import type { Page } from 'playwright'
import { writeLink } from './support/boxes.ts'
import { heading, stage } from './support/pages.ts'

// Two whole stories without a pointer: only keys, and only what has the focus.

const { person, server } = stage()

test('an owner and a sender do everything by keyboard alone', { timeout: 240_000 }, async () => {
  const origin = server().url
  const [owner, sender, later] = await Promise.all([person(), person(), person()])

  await owner.page.goto(`${origin}/#boxes`)
  await press(owner.page, 'Create a box')
  await type(owner.page, 'Name of the box', 'Tips by key')
  await type(owner.page, 'Name of this reader', 'Ana')
  await owner.page.keyboard.press('Enter')
  await heading(owner.page, 'Write these 24 words on paper')
  const words = await owner.page.getByRole('list', { name: 'The 24 words' }).getByRole('listitem').allTextContents()
  await press(owner.page, 'I have written them down')
  await heading(owner.page, 'Check what you have written')
  for (const label of await owner.page.locator('label').allTextContents()) {
    const place = Number(/^Word (\d+)$/.exec(label)?.[1] ?? 0)
    if (place > 0) await type(owner.page, label, (words[place - 1] ?? '').replace(/^\d+\.\s*/, ''))
  }
  await owner.page.keyboard.press('Enter')
  await heading(owner.page, 'Protect “Tips by key” on this device')
  await type(owner.page, 'Passphrase', 'nur mit den Tasten')
  await type(owner.page, 'The same passphrase again', 'nur mit den Tasten')
  await owner.page.keyboard.press('Enter')
  await heading(owner.page, 'Tips by key')
  // What somebody would read off the screen; the pointer is used by the test alone, on nothing that it is about.
  const link = await writeLink(owner.page)
  await press(owner.page, 'Inbox')

  await sender.page.goto(link)
  await heading(sender.page, 'Write to Tips by key')
  await type(sender.page, 'Message', 'Found by tabbing.')
  await reach(sender.page, 'I want to come back for answers')
  await sender.page.keyboard.press('Space')
  await press(sender.page, 'Seal and send')
  await heading(sender.page, 'Sent')
  const code = await sender.page
    .getByRole('list', { name: /twelve words/ })
    .getByRole('listitem')
    .allTextContents()
  await press(sender.page, 'I have written it down')

  await owner.page.getByText('1 drop').first().waitFor({ timeout: 40_000 })
  await press(owner.page, /Unread/)
  await owner.page.getByRole('region', { name: 'Message' }).waitFor()
  await type(owner.page, 'Your answer', 'Heard by keyboard.')
  await press(owner.page, 'Seal answer')
  await owner.page.getByText('Your answer is there.').waitFor()
  await press(owner.page, 'Delete')
  await press(owner.page, 'Yes, delete for all readers')
  await owner.page.getByText('Nothing has arrived yet.').waitFor()
  await press(owner.page, 'Lock')
  await heading(owner.page, '“Tips by key” is locked')
  await type(owner.page, 'Passphrase', 'nur mit den Tasten')
  await owner.page.keyboard.press('Enter')
  await heading(owner.page, 'Tips by key')

  await later.page.goto(`${origin}/#return`)
  await type(later.page, 'Return code', code.map((text) => text.replace(/^\d+\.?\s*/, '')).join(' '))
  await press(later.page, 'Look for answers')
  await heading(later.page, 'Answers')
  await press(later.page, /Open the answer/)
  await later.page.getByText('Heard by keyboard.').waitFor()
  await press(later.page, 'Back to the answers')
  await press(later.page, 'Done')
  await heading(later.page, 'Done')
  for (const { complaints } of [owner, sender, later]) expect(complaints).toEqual([])
})

/** Goes on with Tab until something of this name has the focus, from wherever it is. */
async function reach(page: Page, name: string | RegExp): Promise<void> {
  const wanted = typeof name === 'string' ? `^${name.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)}$` : name.source
  const deadline = Date.now() + 20_000
  while (Date.now() < deadline) {
    const has = await page.evaluate((pattern) => {
      const { activeElement: element } = document
      if (!(element instanceof HTMLElement) || element === document.body) return false
      const labels =
        element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement ? element.labels : null
      const names = [
        element.getAttribute('aria-label'),
        ...[...(labels ?? [])].map((label) => label.textContent),
        element.matches('button, a') ? element.textContent : null,
      ]
      return names.some((each) => new RegExp(pattern).test((each ?? '').trim()))
    }, wanted)
    if (has) return
    await page.keyboard.press('Tab')
  }
  throw new Error(`nothing called ${String(name)} can be reached by Tab`)
}

async function press(page: Page, name: string | RegExp): Promise<void> {
  await reach(page, name)
  await page.keyboard.press('Enter')
}

async function type(page: Page, label: string, text: string): Promise<void> {
  await reach(page, label)
  await page.keyboard.type(text)
}
