import { expect, test } from 'vitest'
import type { Page } from 'playwright'
import { lookNow, returnCodeOf, wordsOf, writeLink } from './support/boxes.ts'
import { focused, pressByKey, tabTo, typeByKey } from './support/keyboard.ts'
import { heading, stage } from './support/pages.ts'

// Two whole stories without a pointer, with the focus always on something.

const { person, server } = stage()

/** The longest name allowed, with no place to break a line. */
const NAME = 'w'.repeat(80)

test('an owner and a sender do everything by keyboard alone', async () => {
  const origin = server().url
  const [owner, sender, later] = await Promise.all([person(), person(), person()])
  const { page } = owner

  await page.goto(origin)
  await page.getByRole('link', { name: 'Boxes' }).waitFor()
  await pressByKey(page, 'Boxes')
  await heading(page, 'Boxes on this device')
  await pressByKey(page, 'Create a box')
  await begins(page, 'Create a box')
  await typeByKey(page, 'Name of the box', NAME)
  await typeByKey(page, 'Name of this reader', 'Ana')
  await page.keyboard.press('Enter')
  await begins(page, 'Write these 24 words on paper')
  const words = await wordsOf(page)
  await pressByKey(page, 'I have written them down')
  await heading(page, 'Check what you have written')
  await pressByKey(page, 'Continue')
  // The first wrong one.
  await expect.poll(() => focused(page)).toMatch(/^Word \d+$/)
  for (const label of await page.locator('label').allTextContents())
    await typeByKey(page, label, words[Number(label.replace('Word ', '')) - 1] ?? '')
  await pressByKey(page, 'Continue')
  await begins(page, `Protect “${NAME}” on this device`)
  await typeByKey(page, 'Passphrase', 'nur mit den Tasten')
  await typeByKey(page, 'The same passphrase again', 'nur mit den Tasten')
  await page.keyboard.press('Enter')
  await begins(page, NAME)
  // A person would read the link off the screen; only here does the test use the pointer, and on nothing that it tests.
  const link = await writeLink(page)
  await pressByKey(page, 'Inbox')
  await begins(page, NAME)

  await sender.page.setViewportSize({ width: 320, height: 800 })
  await sender.page.goto(link)
  await heading(sender.page, `Write to ${NAME}`)
  await typeByKey(sender.page, 'Message', 'Found by tabbing.')
  await tabTo(sender.page, 'I want to come back for answers')
  await sender.page.keyboard.press('Space')
  await pressByKey(sender.page, 'Seal and send')
  await heading(sender.page, 'Sent')
  expect(await sender.page.evaluate(() => document.documentElement.scrollWidth)).toBe(320)
  const code = await returnCodeOf(sender.page)
  await pressByKey(sender.page, 'I have written it down')

  await lookNow(page)
  await page.getByText('1 message').first().waitFor()
  await pressByKey(page, /Unread/)
  await page.getByRole('region', { name: 'Message' }).waitFor()
  await typeByKey(page, 'Your answer', 'Heard by keyboard.')
  await pressByKey(page, 'Seal answer')
  await page.getByText('Your answer is there.').waitFor()
  await pressByKey(page, 'Delete')
  await pressByKey(page, 'Yes, delete for all readers')
  await page.getByText('Nothing has arrived yet.').waitFor()
  await pressByKey(page, 'Lock')
  await begins(page, `“${NAME}” is locked`)
  await typeByKey(page, 'Passphrase', 'wrong')
  await page.keyboard.press('Enter')
  await page.getByText('That did not open it.').waitFor()
  await expect.poll(() => focused(page)).toBe('Passphrase')
  await page.keyboard.press('ControlOrMeta+a')
  await page.keyboard.type('nur mit den Tasten')
  await page.keyboard.press('Enter')
  await begins(page, NAME)

  await later.page.goto(`${origin}/#return`)
  await heading(later.page, 'Come back for answers')
  await typeByKey(later.page, 'Return code', code)
  await pressByKey(later.page, 'Look for answers')
  await heading(later.page, 'Answers')
  await pressByKey(later.page, /Open the answer/)
  await later.page.getByText('Heard by keyboard.').waitFor()
  await pressByKey(later.page, 'Back to the answers')
  await pressByKey(later.page, 'Done')
  await heading(later.page, 'Done')
  for (const { complaints } of [owner, sender, later]) expect(complaints).toEqual([])
})

/** A screen begins at its heading, so that a screen reader starts there. */
async function begins(page: Page, name: string): Promise<void> {
  await expect.poll(() => focused(page)).toBe(name)
}
