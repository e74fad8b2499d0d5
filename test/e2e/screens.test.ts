import { expect, test } from 'vitest'
import { inspect } from './support/inspect.ts'
import { focused, tabTo } from './support/keyboard.ts'
import { heading, openInPage, sealInPage, stage, visit, type Person } from './support/pages.ts'
import { beginUpload, holdThirdPart, largeFile, middle, takeUp } from './support/uploads.ts'

const { person, server } = stage()

/** Ways to every screen. Each ends on the screen in its name. */
const SCREENS: Readonly<Record<string, (someone: Person) => Promise<void>>> = {
  compose: async ({ page }) => {
    await page.goto(server().url)
    await page.getByLabel('Message', { exact: true }).fill('words '.repeat(40))
    await page
      .locator('input[type=file]')
      .first()
      .setInputFiles([{ name: `${'long-'.repeat(30)}name.pdf`, mimeType: '', buffer: Buffer.alloc(9) }])
    await page.getByRole('button', { name: 'Ask for a passphrase too' }).click()
    await page.getByLabel('Gone after').selectOption('Another time…')
  },
  'compose with many files': async ({ page }) => {
    await page.goto(server().url)
    const files = Array.from({ length: 120 }, (_, n) => ({ name: `${n}.txt`, mimeType: '', buffer: Buffer.from('x') }))
    await page.locator('input[type=file]').first().setInputFiles(files)
    await page.getByRole('button', { name: 'Show 20 more' }).waitFor()
  },
  sending: async ({ page }) => {
    const gate = await holdThirdPart(page)
    await beginUpload(page, server().url, largeFile('report.pdf').path)
    await middle(gate)
    await page.getByRole('button', { name: 'Pause' }).click()
    await page.getByText('Paused. Nothing is lost.').first().waitFor()
    await page.getByRole('button', { name: 'Cancel' }).click()
    await page.getByText('Cancel this upload?').waitFor()
  },
  interrupted: async ({ page, context }) => {
    const gate = await holdThirdPart(page)
    const later = await context.newPage()
    await beginUpload(page, server().url, largeFile('report.pdf').path)
    await middle(gate)
    await gate.close()
    await takeUp(later, server().url)
    const other = [{ name: 'other.txt', mimeType: '', buffer: Buffer.from('x') }]
    await later.locator('.interrupted input[type=file]').first().setInputFiles(other)
    await later.getByText('Still missing: “report.pdf”.').waitFor()
  },
  'compose with faults': async ({ page }) => {
    await page.goto(server().url)
    await page.getByRole('button', { name: 'Seal message' }).click()
    await page.getByText('There is nothing to seal yet.').first().waitFor()
  },
  sealed: async ({ page }) => {
    await sealInPage(page, server().url, { text: 'x', passphrase: 'correct horse battery staple' })
    await page.getByRole('button', { name: 'Show QR code' }).click()
    await page.getByRole('img', { name: 'QR code of the link' }).waitFor()
    await page.getByRole('button', { name: 'Burn it now' }).click()
    await page.getByRole('button', { name: 'Yes, burn it' }).waitFor()
  },
  sent: async ({ page, context }) => {
    const link = await sealInPage(page, server().url, { text: 'one' })
    const other = await context.newPage()
    await openInPage(other, link)
    await other.getByText('The server has deleted it').waitFor()
    await other.close()
    await sealInPage(page, server().url, { text: 'two' })
    await page.getByRole('link', { name: 'Sent' }).first().click()
    await page.getByRole('button', { name: 'Check all' }).click()
    await page.getByText('Waiting to be opened').first().waitFor()
    await page.getByRole('button', { name: 'Save the proof' }).waitFor()
  },
  open: async ({ page, context }) => {
    const link = await sealInPage(page, server().url, { text: 'x', passphrase: 'right' })
    const other = await context.newPage()
    await openInPage(other, link, 'wrong')
    await other.getByText('9 tries left').waitFor()
    await page.close()
  },
  opened: async ({ page }) => {
    const files = [{ name: `${'ä'.repeat(90)}.txt`, mimeType: 'text/plain', buffer: Buffer.from('x') }]
    const link = await sealInPage(page, server().url, { text: 'unbroken'.repeat(60), files })
    await openInPage(page, link)
    await heading(page, 'Opened')
  },
  gone: async ({ page }) => {
    const link = await sealInPage(page, server().url, { text: 'x' })
    await openInPage(page, link)
    await page.getByText('The server has deleted it').waitFor()
    await visit(page, link)
    await heading(page, 'There is nothing to open here')
  },
  damaged: async ({ page }) => {
    await visit(page, `${server().url}/#sdlink1damaged`)
    await heading(page, 'This link is damaged')
  },
  'how it works': async ({ page }) => {
    await page.goto(`${server().url}/#how`)
    await heading(page, 'How it works')
  },
  'what an operator says of itself': async ({ page }) => {
    const statement = { text: 'No order has come.\n'.repeat(20), issued: '2020-01-01', expires: '2020-06-01' }
    const json = { name: 'N'.repeat(100), contact: `https://${'c'.repeat(190)}`, statement }
    await page.route('**/v1/operator', (route) => route.fulfill({ json }))
    await page.goto(`${server().url}/#how`)
    await page.getByText('nobody has renewed it').waitFor()
  },
  'what this server could hand over': async ({ page }) => {
    await page.goto(`${server().url}/#how`)
    await page.getByRole('link', { name: 'What this server could hand over, field by field' }).click()
    await heading(page, 'What this server could hand over')
  },
  'a problem': async ({ page }) => {
    await page.goto(`${server().url}/problems/gone`)
    await page.getByRole('heading', { level: 1 }).waitFor()
  },
  'a link whose # was encoded on its way': async ({ page }) => {
    await page.goto(`${server().url}/%23sdlink1qqqq`)
    await heading(page, 'This link is broken')
  },
  'a link whose # stands in a query': async ({ page }) => {
    await page.goto(`${server().url}/?u=%23sdlink1qqqq`)
    await heading(page, 'This link is broken')
    // Neither the address nor the way back holds the link any more.
    expect(new URL(page.url()).pathname + new URL(page.url()).search).toBe('/broken-link')
    await page.goBack()
    expect(page.url()).toBe('about:blank')
    await page.goForward()
  },
  'a link to a box whose # was lost': async ({ page }) => {
    await page.goto(`${server().url}/sdbox1qqqq`)
    await heading(page, 'This link to a box is broken')
  },
  'an address where nothing is': async ({ page }) => {
    await page.goto(`${server().url}/write`)
    await heading(page, 'There is no page at this address')
  },
}

test.for(Object.keys(SCREENS))(
  '%s: axe finds nothing, narrow and light, wide and dark, nothing is cut off, and a translator leaves people’s own text alone',
  async (name) => {
    const someone = await person()
    await SCREENS[name]?.(someone)
    const page = someone.context.pages().at(-1) ?? someone.page
    await inspect(page, name)
    expect(someone.complaints).toEqual([])
  },
)

test('a reader’s own text spacing cuts nothing off', async () => {
  const someone = await person()
  await SCREENS['compose']?.(someone)
  const { page } = someone
  await page.setViewportSize({ width: 320, height: 800 })
  await page.evaluate(() => {
    // WCAG 1.4.12, through the CSSOM: the page's policy allows no style element.
    const sheet = new CSSStyleSheet()
    sheet.replaceSync(
      '* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }',
    )
    document.adoptedStyleSheets = [sheet]
  })
  expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBe(0)
})

test('the whole way by keyboard alone: sealed, copied, opened, with the focus always on something', async () => {
  const [sender, reader] = await Promise.all([person(), person()])
  const { page } = sender
  await page.goto(server().url)
  await tabTo(page, 'Message')
  await page.keyboard.type('typed without a mouse')
  await tabTo(page, 'Seal message')
  await page.keyboard.press('Enter')
  await heading(page, 'Sealed. Send this link.')
  await expect.poll(() => focused(page)).toBe('Sealed. Send this link.')
  const link = (await page.getByRole('group', { name: 'Link' }).textContent()) ?? ''
  await tabTo(page, 'Copy link')
  await page.keyboard.press('Enter')

  await visit(reader.page, link)
  await heading(reader.page, 'Something sealed waits for you')
  await tabTo(reader.page, 'Open it now')
  await reader.page.keyboard.press('Enter')
  await heading(reader.page, 'Opened')
  await expect.poll(() => focused(reader.page)).toBe('Opened')
  await tabTo(reader.page, 'Copy text')
})

test('a seal that fails, a question answered with no and a row that goes away leave the focus on something', async () => {
  const { page } = await person()
  await page.goto(server().url)
  await page.route('**/v1/drops', (route) =>
    route.fulfill({
      status: 400,
      contentType: 'application/problem+json',
      body: '{"type":"https://drop.example/problems/bad_request"}',
    }),
  )
  await tabTo(page, 'Message')
  await page.keyboard.type('typed without a mouse')
  await page.keyboard.press('Control+Enter')
  await page.getByText('The server refused the sealed message.').waitFor()
  await expect.poll(() => focused(page)).toBe('Message')

  await page.unroute('**/v1/drops')
  await page.keyboard.press('Control+Enter')
  await heading(page, 'Sealed. Send this link.')
  for (const answer of ['Escape', 'Keep it']) {
    await tabTo(page, 'Burn it now')
    await page.keyboard.press('Enter')
    await expect.poll(() => focused(page)).toMatch(/^Burn this message/)
    if (answer !== 'Escape') await tabTo(page, answer)
    await page.keyboard.press(answer === 'Escape' ? 'Escape' : 'Enter')
    await expect.poll(() => focused(page)).toBe('Burn it now')
  }

  await page.getByRole('link', { name: 'Sent' }).first().click()
  await heading(page, 'Sent from this browser')
  // The list comes a moment after its heading; until then another button would be the next one.
  await page.getByRole('button', { name: 'Forget', exact: true }).waitFor()
  await tabTo(page, 'Forget')
  await page.keyboard.press('Enter')
  await expect.poll(() => focused(page)).toMatch(/^Forget this message/)
  await tabTo(page, 'Yes, forget it')
  await page.keyboard.press('Enter')
  await page.getByRole('status').getByText('Forgotten.').waitFor({ state: 'attached' })
  await expect.poll(() => focused(page)).toBe('Sent from this browser')
})

test('an open that fails puts the focus back on the passphrase', async () => {
  const { page } = await person()
  const link = await sealInPage(page, server().url, { text: 'x', passphrase: 'right' })
  await visit(page, link)
  await page.route('**/v1/drops/claim', (route) =>
    route.fulfill({
      status: 400,
      contentType: 'application/problem+json',
      body: '{"type":"https://drop.example/problems/bad_request"}',
    }),
  )
  await heading(page, 'Something sealed waits for you')
  await tabTo(page, 'Passphrase')
  await page.keyboard.type('right')
  await page.keyboard.press('Enter')
  await page.getByText('The server gave an answer that this page does not understand.').waitFor()
  await expect.poll(() => focused(page)).toBe('Passphrase')
})

test('the focus is visible on everything that takes it', async () => {
  const { page } = await person()
  await page.goto(server().url)
  for (let step = 0; step < 14; step++) {
    await page.keyboard.press('Tab')
    const outline = await page.evaluate(() => {
      const { activeElement } = document
      if (activeElement === null || activeElement === document.body) return 'nothing'
      const { outlineStyle, outlineWidth } = getComputedStyle(activeElement)
      return `${outlineStyle} ${Number.parseFloat(outlineWidth) >= 2}`
    })
    expect(['nothing', 'solid true']).toContain(outline)
  }
})
