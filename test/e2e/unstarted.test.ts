import { PUBLISHED_PATH } from '#protocol/security-headers.ts'
import { pathToFileURL } from 'node:url'
import type { Page } from 'playwright'
import { expect, onTestFinished, test } from 'vitest'
import { ROOT } from '../../tools/bundle.ts'
import { stage } from './support/pages.ts'

const { person, server } = stage()

/** Obstacles that keep our script from running. */
const OBSTACLES: Readonly<Record<string, (page: Page) => Promise<unknown>>> = {
  'is blocked': (page) => page.route('**/*.js', (route) => route.abort()),
  'is another site’s page': (page) =>
    page.route('**/*.js', (route) => route.fulfill({ contentType: 'text/html', body: '<h1>Sign in</h1>' })),
  'is too new for the browser': (page) =>
    page.route('**/*.js', (route) => route.fulfill({ contentType: 'text/javascript', body: 'let ?= 1' })),
}

test.for(Object.keys(OBSTACLES))(
  'when the script %s, a person reads what to do instead of a blank page',
  async (name) => {
    const { page } = await person()
    await OBSTACLES[name]?.(page)
    await page.goto(`${server().url}/#sdlink1damaged`)
    await page.getByRole('heading', { level: 1, name: 'Sealdrop has not started' }).waitFor({ state: 'visible' })
    await page.getByText('Nothing has been sent, opened or used up').waitFor({ state: 'visible' })
  },
)

test.for(['/', PUBLISHED_PATH, '/workshop'])('without JavaScript %s says so', async (path) => {
  const page = await withoutScripts()
  await page.goto(`${server().url}${path}`)
  const text = (await page.locator('body').innerText()).trim()
  expect(text).toMatch(/has not started|nothing to show/)
})

test('the file from disk says so as well', async () => {
  const page = await withoutScripts()
  await page.goto(pathToFileURL(`${ROOT}dist/sealdrop.html`).href)
  await page.getByText('The script').or(page.getByText('by a script')).first().waitFor({ state: 'visible' })
})

test('when the script runs, the notice that it has not started is never shown', async () => {
  const { page } = await person()
  await page.addInitScript(() => {
    addEventListener('DOMContentLoaded', () => {
      const { dataset } = document.documentElement
      const look = (): void => {
        const sentence = document.querySelector('.unstarted')
        if (sentence?.checkVisibility({ visibilityProperty: true }) === true) dataset['seen'] = 'yes'
        if (sentence !== null) requestAnimationFrame(look)
      }
      look()
    })
  })
  await page.goto(server().url)
  await page.getByLabel('Message', { exact: true }).waitFor()
  expect(await page.locator('html').getAttribute('data-seen')).toBeNull()
  expect(await page.getByText('has not started').count()).toBe(0)
})

async function withoutScripts(): Promise<Page> {
  const { context } = await person()
  const plain = await context.browser()?.newContext({ javaScriptEnabled: false })
  if (plain === undefined) throw new Error('no browser')
  onTestFinished(() => plain.close())
  return plain.newPage()
}
