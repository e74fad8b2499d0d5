import { fileURLToPath, pathToFileURL } from 'node:url'
import type { BrowserContext, Page, Request } from 'playwright'
import { expect, test } from 'vitest'
import { formatBoxLink } from '#client/box/address-link.ts'
import { formatBoxJson } from '#client/box/well-known.ts'
import { PUBLISHED_PATH } from '#protocol/security-headers.ts'
import { formatBoxAddress } from '#protocol/address.ts'
import { inspect } from './support/inspect.ts'
import { heading, stage, visit, type Person } from './support/pages.ts'
import { reach } from './support/people.ts'
import { publishBox } from '../kit/owned-boxes.ts'

// The page that compares an address with a web site, in Chromium, under the headers of the real server. The web site is made
// up.

const { person, server } = stage()
const DOMAIN = 'newsroom.example'
const HTTPS = /^https:/
const FILE = 'https://newsroom.example/.well-known/sealdrop/box.json'
const ADDRESS = formatBoxAddress(new Uint8Array(32).fill(1))
const OTHER = formatBoxAddress(new Uint8Array(32).fill(2))

/** The site's answer. */
interface Site {
  readonly status?: number
  readonly body?: string
  /** The origin that may read the answer; any origin if it is left out. Playwright adds a permission where the field is missing. */
  readonly allows?: string
  readonly location?: string
}

/** Puts a web site on a person's network. @returns every request to it */
async function put(context: BrowserContext, site: Site | 'down'): Promise<Request[]> {
  const asked: Request[] = []
  await context.route(HTTPS, (route, request) => {
    asked.push(request)
    if (site === 'down') return route.abort('connectionrefused')
    const { allows = '*', body = '', location, status = 200 } = site
    const headers = { 'Access-Control-Allow-Origin': allows, ...(location === undefined ? {} : { Location: location }) }
    return route.fulfill({ status, headers, contentType: 'application/json', body })
  })
  return asked
}

/** The page, for one address, in a profile that can reach a site. */
async function open(site: Site | 'down', fragment: string = ADDRESS): Promise<Person & { readonly asked: Request[] }> {
  const who = await person()
  const asked = await put(who.context, site)
  await who.page.goto(`${server().url}${PUBLISHED_PATH}#${fragment}`)
  return { ...who, asked }
}

async function ask(page: Page, domain = DOMAIN): Promise<void> {
  await page.getByLabel('Their domain').fill(domain)
  await page.keyboard.press('Enter')
}

/** Waits for a sentence in a place that a screen reader announces. */
async function told(page: Page, sentence: string): Promise<void> {
  await page.getByRole('status').getByText(sentence).waitFor()
}

test('a sender’s page leads to a tab of its own that says where else the address is published, and does not tell who asks', async () => {
  const { box } = await publishBox(reach(server().url))
  const { complaints, context, page } = await person()
  const asked = await put(context, { body: formatBoxJson(box, server().url) })
  await context.addCookies([{ name: 'id', value: 'known', url: 'https://newsroom.example' }])
  await visit(page, formatBoxLink(server().url, box))
  await heading(page, 'Write to The newsroom')
  const opened = context.waitForEvent('page')
  await page.getByRole('link', { name: 'Check where else' }).click()
  const tab = await opened
  await heading(tab, 'Is this address published elsewhere?')
  expect(new URL(tab.url())).toMatchObject({ origin: server().url, pathname: '/published', hash: `#${box}` })
  expect(await tab.locator('.address').textContent()).toBe(box)
  expect(await tab.evaluate(() => [opener, document.referrer, history.length])).toEqual([null, '', 1])
  expect(asked).toEqual([])
  await ask(tab)
  await told(tab, 'Also published by newsroom.example')

  expect(asked.map((each) => [each.method(), each.url()])).toEqual([['GET', FILE]])
  const { cookie, origin, referer } = (await asked[0]?.allHeaders()) ?? {}
  expect([cookie, origin, referer]).toEqual([undefined, 'null', undefined])
  // The domain that a person typed is in no address, and so in no history.
  expect(tab.url()).not.toContain(DOMAIN)
  await heading(page, 'Write to The newsroom')
  expect(complaints).toEqual([])
})

test('every answer of a site is explained, with a link to its file, and none leads to another site', async () => {
  const { complaints, context, page } = await person()
  await page.goto(`${server().url}${PUBLISHED_PATH}#${ADDRESS}`)
  const ours = { body: formatBoxJson(ADDRESS, 'x') }
  for (const [site, sentence] of [
    [{ body: formatBoxJson(OTHER, 'https://drop.example') }, 'publishes another address. Do not send.'],
    [{ ...ours, status: 404 }, 'publishes no address'],
    [{ body: '<!doctype html><p>Not here' }, 'publishes no address'],
    [{ body: formatBoxJson(ADDRESS, 'x'.repeat(70_000)) }, 'publishes no address'],
    [{ ...ours, allows: 'https://other.example' }, 'No answer from newsroom.example'],
    [{ ...ours, status: 302, location: 'https://other.example/' }, 'No answer from newsroom.example'],
    [{ ...ours, status: 500 }, 'No answer from newsroom.example'],
    ['down', 'No answer from newsroom.example'],
  ] as const satisfies (readonly [Site | 'down', string])[]) {
    await context.unroute(HTTPS)
    const asked = await put(context, site)
    await ask(page)
    await told(page, sentence)
    const link = page.getByRole('link', { name: 'Open the file on newsroom.example' })
    expect(await link.getAttribute('href')).toBe(FILE)
    expect(asked.map((each) => each.url())).toEqual([FILE])
    const isUnread = sentence.startsWith('No answer') ? 1 : 0
    for (const shown of [ADDRESS, 'Access-Control-Allow-Origin: *'])
      expect(await page.getByRole('status').getByText(shown).count()).toBe(isUnread)
    // So that the last answer is not taken for the next one.
    await page.getByLabel('Their domain').fill('')
    await expect.poll(() => page.getByRole('status').textContent()).toBe('')
  }
  // Chromium names a site that does not share its file, and a redirect that is not followed, in the console.
  expect(complaints.filter((each) => !each.includes('CORS'))).toEqual([])
})

test('the published file opens as a page of its own site, and the policy of ours does not bind it', async () => {
  const { context, page } = await open('down')
  await ask(page)
  await told(page, 'No answer')
  await context.unroute(HTTPS)
  const asked = await put(context, { body: formatBoxJson(ADDRESS, 'https://drop.example') })
  const opened = context.waitForEvent('page')
  await page.getByRole('link', { name: 'Open the file' }).click()
  const tab = await opened
  await tab.waitForLoadState()
  expect(await tab.evaluate(() => [origin, opener, document.referrer])).toEqual(['https://newsroom.example', null, ''])
  expect((await asked[0]?.allHeaders())?.['referer']).toBeUndefined()
})

test('the page has an origin of its own: nothing that the client keeps can be reached from it', async () => {
  const { complaints, context, page } = await open('down')
  const kept = await context.newPage()
  await kept.goto(server().url)
  await kept.evaluate(() => localStorage.setItem('kept', 'by the client'))
  await heading(page, 'Is this address published elsewhere?')
  const reached = await page.evaluate(async () => {
    const ways: Readonly<Record<string, () => unknown>> = {
      cookie: () => document.cookie,
      local: () => localStorage.getItem('kept'),
      session: () => sessionStorage.length,
      database: () =>
        new Promise((resolve, reject) => {
          const request = indexedDB.open('sealdrop')
          request.onsuccess = () => resolve('opened')
          request.onerror = () => reject(request.error)
        }),
      folder: () => navigator.storage.getDirectory(),
      caches: () => caches.keys(),
      service: () => navigator.serviceWorker.register('/x.js'),
      locks: () => navigator.locks.query(),
    }
    const tries = Object.entries(ways).map(async ([name, way]): Promise<[string, string]> => {
      try {
        return [name, String(await way())]
      } catch (error) {
        return [name, error instanceof Error ? error.name : String(error)]
      }
    })
    return { origin, ...Object.fromEntries(await Promise.all(tries)) }
  })
  expect(reached).toEqual({
    origin: 'null',
    cookie: 'SecurityError',
    local: 'SecurityError',
    session: 'SecurityError',
    database: 'SecurityError',
    folder: 'SecurityError',
    caches: 'SecurityError',
    service: 'SecurityError',
    locks: 'SecurityError',
  })
  expect(complaints).toEqual([])
})

test('the sender’s page still reaches only its server, and cannot make use of the page that asks sites', async () => {
  const { complaints, context, page } = await person()
  const asked = await put(context, { body: formatBoxJson(ADDRESS, 'x') })
  const answer = await page.goto(server().url)
  expect(answer?.headers()['content-security-policy']).toContain("; connect-src 'self';")
  const outcome = await page.evaluate(
    async ([file, path]) => {
      const fetched = await fetch(file).then(String, (error: unknown) => String(error))
      const frame = document.createElement('iframe')
      frame.src = path
      await new Promise((resolve) => {
        frame.onload = resolve
        document.body.append(frame)
      })
      return { fetched, document: frame.contentDocument === null }
    },
    [FILE, `${PUBLISHED_PATH}#${ADDRESS}`] as const,
  )
  expect(outcome).toEqual({ fetched: 'TypeError: Failed to fetch', document: true })
  expect(complaints.join()).toContain('frame-ancestors')
  expect(complaints.join()).toContain('connect-src')
  expect(asked).toEqual([])
})

test('a stranger’s link can choose only the address, which is shown, and asks no site', async () => {
  const { asked, complaints, page } = await open({ body: formatBoxJson(ADDRESS, 'x') })
  await page.locator('.address', { hasText: ADDRESS }).waitFor()
  for (const fragment of ['', `${DOMAIN}/${ADDRESS}`, '<img src=x onerror=alert(1)>']) {
    await visit(page, `${server().url}${PUBLISHED_PATH}#${fragment}`)
    await page.getByText('There is no whole address in the link').waitFor()
    expect(await page.getByRole('textbox').count()).toBe(0)
  }
  expect([asked, complaints]).toEqual([[], []])
})

test('an answer does not stay on the screen when another address takes the place of the one it was for', async () => {
  const { asked, page } = await open({ body: formatBoxJson(ADDRESS, 'x') })
  await ask(page)
  await told(page, 'Also published by')
  await page.evaluate((other) => void (location.hash = other), OTHER)
  await page.locator('.address', { hasText: OTHER }).waitFor()
  expect(await page.getByRole('status').textContent()).toBe('')
  await ask(page)
  await told(page, 'publishes another address')
  expect(asked).toHaveLength(2)
})

test('a server that leaves out the policy gets a page that asks no site', async () => {
  const { context, page } = await person()
  const asked = await put(context, { body: formatBoxJson(ADDRESS, 'x') })
  await page.route(`**${PUBLISHED_PATH}`, async (route) => {
    const response = await route.fetch()
    const { 'content-security-policy': _, ...headers } = response.headers()
    await route.fulfill({ response, headers })
  })
  await page.goto(`${server().url}${PUBLISHED_PATH}#${ADDRESS}`)
  await page.getByText('without the policy that keeps it apart').waitFor()
  expect(await page.getByRole('textbox').count()).toBe(0)
  expect(asked).toEqual([])
})

test('the page from disk compares in place, and asks no server of ours for it', async () => {
  const { box } = await publishBox(reach(server().url))
  const { complaints, context, page } = await person()
  const asked = await put(context, { body: formatBoxJson(box, server().url) })
  const served: string[] = []
  page.on('request', (request) => served.push(new URL(request.url()).pathname))
  const file = pathToFileURL(fileURLToPath(new URL('../../dist/sealdrop.html', import.meta.url))).href
  await page.goto(`${file}#${server().url}/#${box}`)
  await heading(page, 'Write to The newsroom')
  await page.getByRole('button', { name: 'Check where else' }).click()
  await ask(page)
  await told(page, 'Also published by newsroom.example')
  expect(asked.map((each) => each.url())).toEqual([FILE])
  expect(served).not.toContain(PUBLISHED_PATH)
  expect(context.pages()).toHaveLength(1)
  expect(complaints).toEqual([])
})

test('axe finds nothing on the page, light and dark, narrow and wide, and nothing is cut off at 320 pixels', async () => {
  const { complaints, context, page } = await open({ status: 500 })
  await heading(page, 'Is this address published elsewhere?')
  await ask(page, 'no domain')
  await page.getByText('Type the domain of a web site').waitFor()
  await inspect(page, 'fault')
  await ask(page, `${'a-long-name-'.repeat(5)}.${'ünbroken'.repeat(4)}.example`)
  await told(page, 'No answer from')
  await inspect(page, 'unread')
  await context.unroute(HTTPS)
  await put(context, { body: formatBoxJson(ADDRESS, 'x') })
  await ask(page)
  await told(page, 'Also published by')
  await inspect(page, 'published')
  await visit(page, `${server().url}${PUBLISHED_PATH}`)
  await page.getByText('There is no whole address').waitFor()
  await inspect(page, 'without')
  expect(complaints).toEqual([])
})
