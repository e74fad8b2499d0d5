import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { Page } from 'playwright'
import { expect, test } from 'vitest'
import { violations } from './support/axe.ts'
import { createBox, fillLetter, lookNow, openNewest, section, writeLink } from './support/boxes.ts'
import { send } from './support/people.ts'
import { heading, linkOf, openInPage, stage, textOf, type Person } from './support/pages.ts'

// The page as one file, opened from disk in Chromium, against the real server.

const FILE = pathToFileURL(fileURLToPath(new URL('../../dist/sealdrop.html', import.meta.url))).href
const { server, person } = stage()

/** A profile with the file open, and every address that it asks for. */
async function reader(): Promise<Person & { readonly asked: string[] }> {
  const who = await person()
  const asked: string[] = []
  who.page.on('request', (request) => asked.push(request.url()))
  await who.page.goto(FILE)
  return { ...who, asked }
}

async function choose(page: Page, typed: string): Promise<void> {
  await heading(page, 'Which server?')
  await page.getByLabel('Address of the server, or a link').fill(typed)
  await page.getByRole('button', { name: 'Continue' }).click()
}

async function seal(page: Page, text: string): Promise<string> {
  await page.getByLabel('Message', { exact: true }).fill(text)
  await page.getByRole('button', { name: 'Seal message' }).click()
  return linkOf(page)
}

test('the file and the served page open each other’s messages, and the file asks only that server and keeps nothing', async () => {
  const [disk, served] = [await reader(), await person()]
  await choose(disk.page, server().url)
  const link = await seal(disk.page, 'sealed from disk')
  expect(new URL(link).origin).toBe(server().url)
  await openInPage(served.page, link)
  expect(await textOf(served.page)).toBe('sealed from disk')
  await served.page.getByText('The server has deleted it, and the sender sees that you opened it.').waitFor()

  await served.page.goto(server().url)
  const answer = await seal(served.page, 'sealed by the served page')
  const other = await reader()
  await choose(other.page, answer)
  await heading(other.page, 'Something sealed waits for you')
  await other.page.getByRole('button', { name: 'Open it now' }).click()
  expect(await textOf(other.page)).toBe('sealed by the served page')

  // The list of sent messages, in the same page, shows that it was opened.
  await disk.page.getByRole('link', { name: 'Sent', exact: true }).first().click()
  await disk.page.getByRole('button', { name: 'Check now' }).click()
  await disk.page
    .getByText(/Opened on .*, proved by/)
    .first()
    .waitFor()
  for (const { asked, complaints, page } of [disk, other]) {
    const kept = await page.evaluate(async () => [
      ...(await indexedDB.databases()).map(({ name }) => name),
      ...Object.keys(localStorage),
      ...Object.keys(sessionStorage),
      document.cookie,
    ])
    expect(kept).toEqual([''])
    expect(
      asked.filter((url) => url !== FILE && !url.startsWith(`${FILE}#`) && !url.startsWith(`${server().url}/v1/`)),
    ).toEqual([])
    expect(complaints).toEqual([])
  }
})

test('a passphrase is stretched in slices, and the page goes on drawing meanwhile', async () => {
  const disk = await reader()
  const { link } = (await send(server().url, { text: 'behind a passphrase' }, { passphrase: 'größe zählt' })).sealed
  await choose(disk.page, link)
  await heading(disk.page, 'Something sealed waits for you')
  await disk.page.getByLabel('Passphrase', { exact: true }).fill('größe zählt')
  await disk.page.evaluate(() => {
    const shared = globalThis as { drawn?: Set<string> }
    const drawn: Set<string> = (shared.drawn = new Set())
    const look = (): void => {
      for (const [words] of document.body.innerText.matchAll(/Working on the passphrase, \d+%/g)) drawn.add(words)
      requestAnimationFrame(look)
    }
    look()
  })
  await disk.page.getByRole('button', { name: 'Open it now' }).click()
  expect(await textOf(disk.page)).toBe('behind a passphrase')
  // A page that computed it in one piece would draw only the beginning or the end.
  const drawn = await disk.page.evaluate(() => (globalThis as { drawn?: Set<string> }).drawn?.size ?? 0)
  expect(drawn).toBeGreaterThan(5)
  expect(disk.complaints).toEqual([])
})

test('the server stays in the address through links inside the page, a reload and the way home', async () => {
  const { page, complaints } = await reader()
  await choose(page, new URL(server().url).host)
  await heading(page, 'Leave a message only one person can open')
  await page.getByRole('link', { name: 'How it works' }).click()
  await heading(page, 'How it works')
  await expect.poll(() => page.url()).toBe(`${FILE}#${server().url}/#how`)
  await page.reload()
  await heading(page, 'How it works')
  await page.getByRole('link', { name: 'Boxes', exact: true }).click()
  await page
    .getByText('This browser keeps nothing across a reload, so a box that you create here ends with this page.')
    .waitFor()
  await expect.poll(() => page.url()).toBe(`${FILE}#${server().url}/#boxes`)
  await page.getByRole('link', { name: 'Sealdrop', exact: true }).click()
  await heading(page, 'Leave a message only one person can open')
  await expect.poll(() => page.url()).toBe(`${FILE}#${server().url}/`)
  expect(await page.getByRole('complementary', { name: 'Server' }).textContent()).toContain(new URL(server().url).host)
  await page.getByRole('button', { name: 'Another server' }).click()
  await heading(page, 'Which server?')
  expect(complaints).toEqual([])
})

test('a link that is typed, or put into the address, does not stay there, and the way back still leads to it', async () => {
  const { page, complaints } = await reader()
  const entries = async (): Promise<string> => {
    const session = await page.context().newCDPSession(page)
    return JSON.stringify(await session.send('Page.getNavigationHistory'))
  }
  const visited: string[] = []
  page.on('framenavigated', (frame) => visited.push(frame.url()))
  const waits = (): Promise<void> => heading(page, 'Something sealed waits for you')
  const [first, second] = await Promise.all(
    ['typed', 'in the address'].map(async (text) => (await send(server().url, { text })).sealed.link),
  )
  await choose(page, first ?? '')
  await waits()
  await expect.poll(() => page.url()).toBe(`${FILE}#${server().url}/`)
  await page.getByRole('link', { name: 'How it works' }).click()
  await heading(page, 'How it works')
  await page.goBack()
  await waits()
  await page.goForward()
  await heading(page, 'How it works')
  await page.goBack()
  await waits()
  expect([...visited, await entries()].filter((each) => /sdlink1/i.test(each))).toEqual([])

  // As when a person pastes it from the clipboard: the history has it by their own hand, and the address does not keep it. The
  // page loads anew; until then the first link is the one that waits.
  const loaded = page.waitForEvent('load')
  await page.evaluate((link) => void (location.hash = link), second ?? '')
  await loaded
  await page.waitForURL(`${FILE}#${server().url}/`)
  await waits()
  await page.getByRole('button', { name: 'Open it now' }).click()
  expect(await textOf(page)).toBe('in the address')
  expect(await entries()).not.toMatch(/sdlink1/i)
  expect(complaints).toEqual([])
})

test('a link without its server, put into the address while the page asks for the server, is not lost', async () => {
  const { page } = await reader()
  const { sealed } = await send(server().url, { text: 'late' })
  await heading(page, 'Which server?')
  await page.evaluate((link) => void (location.hash = link), new URL(sealed.link).hash)
  await page.waitForURL(`${FILE}#`)
  await choose(page, server().url)
  await page.getByRole('button', { name: 'Open it now' }).click()
  expect(await textOf(page)).toBe('late')
})

test('a server that redirects uploads elsewhere gets nothing sealed in its name', async () => {
  const led = createServer((request, response) => {
    const { headers, url = '' } = request
    const open = { 'Access-Control-Allow-Origin': '*', 'Access-Control-Allow-Headers': '*' }
    const rest = { 'Access-Control-Allow-Methods': '*', Location: server().url + url }
    // A browser sends a preflight, and follows a redirect only for an allowed request.
    const isAsked = request.method === 'OPTIONS' || headers['content-length'] === undefined
    request.resume().on('end', () => response.writeHead(isAsked ? 204 : 307, { ...open, ...rest }).end())
  })
  await new Promise<void>((resolve) => led.listen(0, 'localhost', resolve))
  const { page } = await reader()
  await choose(page, `localhost:${(led.address() as AddressInfo).port}`)
  const answered = page.waitForResponse((response) => response.url().startsWith(`${server().url}/v1/drops`))
  await page.getByLabel('Message', { exact: true }).fill('led astray')
  await page.getByRole('button', { name: 'Seal message' }).click()
  await page.getByText('The answer did not come from Sealdrop.').waitFor()
  // The redirect was followed: the other server's answer is thrown away.
  expect((await answered).request().redirectedFrom()).not.toBeNull()
  led.closeAllConnections()
  led.close()
})

test('a text that names no server is refused with a sentence, not with a crash', async () => {
  const { page, asked } = await reader()
  for (const typed of ['', 'http://drop.example', 'file:///etc/passwd', 'https://drop.example/path']) {
    await choose(page, typed)
    await page.getByText('This is neither the address of a server nor a link.').waitFor()
  }
  expect(asked).toEqual([FILE])
})

test('a box is made and read in one page from disk, and written to in another', async () => {
  const [owner, sender] = [await reader(), await reader()]
  await createBox(owner.page, `${FILE}#${server().url}`, 'Newsroom')
  await choose(sender.page, await writeLink(owner.page))
  await fillLetter(sender.page, { text: 'from disk to disk' })
  await heading(sender.page, 'Sent')
  await section(owner.page, 'Inbox')
  await lookNow(owner.page)
  expect(await openNewest(owner.page)).toContain('from disk to disk')
  expect([...owner.complaints, ...sender.complaints]).toEqual([])
})

test('its policy lets no other script run, no string become code, and nothing be loaded', async () => {
  const html = readFileSync(fileURLToPath(FILE), 'utf8')
  const markup = html.replace(/(<script type="module">).*(<\/script>)/s, '$1$2')
  expect(markup.match(/<script\b/g)).toEqual(['<script'])
  expect(markup.match(/<(?:link|img|iframe|object|embed|base|form)\b|\s(?:src|href|srcset|on\w+)=/gi)).toBe(null)
  const { page, complaints } = await reader()
  // Ends only when all of the violations are noticed.
  const ran = await page.evaluate(async (origin) => {
    const seen: string[] = []
    document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) => seen.push(effectiveDirective))
    const script = document.createElement('script')
    const attempts: (() => unknown)[] = [
      () => document.body.append(script),
      () => new Worker(URL.createObjectURL(new Blob(['']))),
      () => (script.textContent = 'globalThis.ran = true'),
      () => (document.body.innerHTML = '<b></b>'),
      () => Reflect.construct(Function, ['globalThis.ran = true'])(),
      () => document.body.append(Object.assign(document.createElement('iframe'), { src: origin })),
      () => document.body.append(Object.assign(document.createElement('img'), { src: `${origin}/favicon.svg` })),
    ]
    // Later, as the page's own code would: code that a test evaluates itself is exempt.
    for (const attempt of attempts) setTimeout(attempt)
    const due = ['frame-src', 'img-src', 'require-trusted-types-for']
    while (!due.every((each) => seen.includes(each))) await new Promise((resolve) => setTimeout(resolve, 20))
    // And time for any other effect.
    await new Promise((resolve) => setTimeout(resolve, 300))
    return 'ran' in globalThis
  }, server().url)
  expect(ran).toBe(false)
  await expect.poll(() => complaints.length).toBeGreaterThan(0)
})

test('axe finds nothing on the screens that only the file has, light and dark', async () => {
  const { page } = await reader()
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await page.goto('about:blank')
    await page.goto(FILE)
    await choose(page, 'no server')
    await page.getByText('This is neither').waitFor()
    expect(await violations(page)).toEqual([])
    await choose(page, server().url)
    await heading(page, 'Leave a message only one person can open')
    expect(await violations(page)).toEqual([])
  }
})
