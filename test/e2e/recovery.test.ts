import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { withStoppedServer } from '../tools/server.ts'
import { heading, openInPage, sealInPage, stage, textOf, visit } from './support/pages.ts'

const { person, server } = stage()

test('a browser that loads the link and runs its scripts, but presses no button, uses nothing up', async () => {
  const [sender, scanner, reader] = await Promise.all([person(), person(), person()])
  const link = await sealInPage(sender.page, server().url, { text: 'unspent' })
  for (let visits = 0; visits < 3; visits++) {
    await visit(scanner.page, link)
    await scanner.page.waitForLoadState('networkidle')
    await heading(scanner.page, 'Something sealed waits for you')
    await scanner.page.mouse.move(200, 200)
  }
  await openInPage(reader.page, link)
  expect(await textOf(reader.page)).toBe('unspent')
})

test('a reload between claim and acknowledge loses nothing: the page picks up where it was', async () => {
  const [sender, reader, other] = await Promise.all([person(), person(), person()])
  const link = await sealInPage(sender.page, server().url, { text: 'kept through the reload' })
  await reader.context.route('**/v1/drops/ack', (route) => route.abort())
  await openInPage(reader.page, link)
  expect(await textOf(reader.page)).toBe('kept through the reload')
  // Left first: closing a page releases its held requests, and the acknowledgement would get out.
  await reader.page.goto('about:blank')
  await reader.page.close({ runBeforeUnload: false })

  await visit(other.page, link)
  await heading(other.page, 'Somebody came first')

  await reader.context.unroute('**/v1/drops/ack')
  const again = await reader.context.newPage()
  await again.goto(link)
  expect(await textOf(again)).toBe('kept through the reload')
  await again.getByText('The server has deleted it, and the sender sees that you opened it.').waitFor()
})

test('an answer lost on the way is asked for again, with the same reader key', async () => {
  const [sender, reader] = await Promise.all([person(), person()])
  const link = await sealInPage(sender.page, server().url, { text: 'the first answer was lost' })
  let isLost = false
  await reader.page.route('**/v1/drops/claim', async (route) => {
    if (isLost) return route.continue()
    isLost = true
    // The server has done it, but the answer is lost.
    await route.fetch()
    return route.abort('connectionreset')
  })
  await openInPage(reader.page, link)
  expect(await textOf(reader.page)).toBe('the first answer was lost')
  expect(isLost).toBe(true)
})

test('a server killed and started again between claim and acknowledge has lost nothing', async () => {
  const [sender, reader] = await Promise.all([person(), person()])
  const link = await sealInPage(sender.page, server().url, { text: 'through the power cut' })
  let cuts = 0
  await reader.page.route('**/v1/drops/ack', async (route) => {
    if (cuts++ > 0) return route.continue()
    await server().kill()
    await route.abort('connectionreset')
    await server().start()
  })
  await openInPage(reader.page, link)
  expect(await textOf(reader.page)).toBe('through the power cut')
  await reader.page
    .getByText('The server has deleted it, and the sender sees that you opened it.')
    .waitFor({ timeout: 60_000 })
})

test('sealing survives a server that is away: nothing typed is lost, and one drop is made', async () => {
  const [sender, reader] = await Promise.all([person(), person()])
  const { page } = sender
  await page.goto(server().url)
  await page.getByLabel('Message', { exact: true }).fill('typed only once')
  let attempts = 0
  await page.route('**/v1/drops', async (route) => {
    if (attempts++ > 1) return route.continue()
    if (attempts === 1) return route.abort('internetdisconnected')
    await route.fetch()
    return route.abort('connectionreset')
  })
  await page.getByRole('button', { name: 'Seal message' }).click()
  await heading(page, 'Sealed. Send this link.')
  const link = (await page.getByRole('group', { name: 'Link' }).textContent()) ?? ''
  await openInPage(reader.page, link)
  expect(await textOf(reader.page)).toBe('typed only once')
})

test('an expired message is gone, in the same words as one that never was', async () => {
  const [sender, reader] = await Promise.all([person(), person()])
  const link = await sealInPage(sender.page, server().url, { text: 'too late' })
  await visit(reader.page, link)
  await heading(reader.page, 'Something sealed waits for you')
  await withStoppedServer(server(), (shelves) => {
    for (const shelf of shelves) shelf.exec('UPDATE drops SET expires = expires - 2678400000, due = due - 2678400000')
  })
  await reader.page.getByRole('button', { name: 'Open it now' }).click()
  await heading(reader.page, 'There is nothing to open here')
  const words = await reader.page.getByRole('main').innerText()
  const never = await person()
  await visit(never.page, link.replace(/#.*/, '#sdlink1qqqqzqsrqszsvpcgpy9qkrqdpc83qygjzv2p29shcka9vr'))
  await heading(never.page, 'There is nothing to open here')
  expect(await never.page.getByRole('main').innerText()).toBe(words)
})

test('a claim that the sender took back is not lost on its reader: the page offers to open again', async () => {
  const [sender, vanished] = await Promise.all([person(), person()])
  const link = await sealInPage(sender.page, server().url, { text: 'reopened' })
  await vanished.context.route('**/v1/drops/ack', (route) => route.abort())
  await openInPage(vanished.page, link)
  await heading(vanished.page, 'Opened')
  // Left first: closing a page releases its held requests, and the acknowledgement would get out.
  await vanished.page.goto('about:blank')
  await vanished.page.close({ runBeforeUnload: false })
  await sender.page.getByRole('link', { name: 'Sent' }).first().click()
  await sender.page.getByRole('button', { name: 'Check now' }).click()
  await sender.page.getByRole('button', { name: 'Open it for somebody else' }).click()
  await sender.page.getByRole('button', { name: 'Take it back' }).click()
  await sender.page.getByText('Waiting to be opened').first().waitFor()
  await vanished.context.unroute('**/v1/drops/ack')
  const back = await vanished.context.newPage()
  await back.goto(link)
  await back.getByRole('button', { name: 'Open it now' }).click()
  await back.getByText('The sender has taken back what you started to open earlier').waitFor()
  await back.getByRole('button', { name: 'Open it now' }).click()
  expect(await textOf(back)).toBe('reopened')
})

test('a burn whose answer was lost says that it may have happened, and the next check tells', async () => {
  const { page } = await person()
  await sealInPage(page, server().url, { text: 'regretted' })
  await page.route('**/v1/drops/revoke', async (route) => {
    // The server has done it, but the answer is lost.
    await route.fetch()
    await route.fulfill({ status: 200, body: 'a page of somebody else' })
  })
  await page.getByRole('button', { name: 'Burn it now' }).click()
  await page.getByRole('button', { name: 'Yes, burn it' }).click()
  await page.getByText('It may be burned or not').waitFor()
  await page.getByRole('link', { name: 'Sent' }).first().click()
  // The screen before has a button of that name as well.
  await heading(page, 'Sent from this browser')
  await page.getByRole('button', { name: 'Burn it now' }).click()
  await page.getByRole('button', { name: 'Yes, burn it' }).click()
  await page.getByText('may or may not have happened').waitFor()
  await page.unroute('**/v1/drops/revoke')
  await page.getByRole('button', { name: 'Check now' }).click()
  await page.getByText('Burned by you').first().waitFor()
})

test('going back after opening does not put the link into the address again', async () => {
  const [sender, reader] = await Promise.all([person(), person()])
  const link = await sealInPage(sender.page, server().url, { text: 'open already' })
  const { page } = reader
  await visit(page, link)
  await heading(page, 'Something sealed waits for you')
  await page.getByRole('link', { name: 'How it works' }).click()
  await heading(page, 'How it works')
  await page.getByRole('button', { name: 'Back' }).click()
  await page.getByRole('button', { name: 'Open it now' }).click()
  await page.getByText('The server has deleted it').waitFor()
  await expect.poll(() => new URL(page.url()).hash).toBe('')
  await page.goBack()
  await expect.poll(() => new URL(page.url()).hash).toBe('')
  expect(await textOf(page)).toBe('open already')
})

test('a part of the page that cannot be loaded claims nothing, and the next press opens the message', async () => {
  const [sender, reader] = await Promise.all([person(), person()])
  const link = await sealInPage(sender.page, server().url, { text: 'not lost' })
  const { page } = reader
  const claims: string[] = []
  page.on('request', (request) => {
    if (request.url().endsWith('/claim')) claims.push(request.url())
  })
  await page.route('**/store-*.js', (route) => route.abort())
  await visit(page, link)
  await heading(page, 'It cannot be looked up now')
  await page.getByText('A part of this page could not be loaded.').waitFor()
  expect(claims).toEqual([])
  await page.unroute('**/store-*.js')
  await visit(page, link)
  await page.getByRole('button', { name: 'Open it now' }).click()
  expect(await textOf(page)).toBe('not lost')
})

test('a message that the server has lost is reported as lost: to its reader and to its sender', async () => {
  const [sender, reader] = await Promise.all([person(), person()])
  const link = await sealInPage(sender.page, server().url, { text: 'gone from the disk' })
  const blobs = join(server().data, 'state/kv/KV/blobs')
  for (const name of readdirSync(blobs)) rmSync(join(blobs, name))
  await openInPage(reader.page, link)
  await reader.page.getByText('The server has lost it: the sealed bytes are gone there.').waitFor()
  await sender.page.getByRole('link', { name: 'Sent' }).first().click()
  await sender.page.getByRole('button', { name: 'Check now' }).click()
  await sender.page.getByText('The server has lost it: send it again').first().waitFor()
})

test('a list whose code cannot be loaded says so', async () => {
  const { page } = await person()
  await page.route('**/store-*.js', (route) => route.abort())
  await page.goto(`${server().url}/#sent`)
  await page.getByText('The list could not be read or changed in this browser.').waitFor()
})

test('the passphrase is worked on outside the page’s thread, and the page stays responsive and shows progress', async () => {
  const { page, complaints } = await person()
  await page.goto(server().url)
  await page.getByLabel('Message', { exact: true }).fill('slow on purpose')
  await page.getByRole('button', { name: 'Ask for a passphrase too' }).click()
  await page.getByRole('button', { name: 'Suggest five words' }).click()
  const passphrase = page.getByLabel('Passphrase', { exact: true })
  await expect.poll(() => passphrase.inputValue()).toMatch(/^[a-z]+([ -][a-z]+){4}$/)
  const workers: string[] = []
  page.on('worker', (worker) => workers.push(worker.url()))
  const turns = page.evaluate(async () => {
    let count = 0
    while (document.querySelector('h1')?.textContent !== 'Sealed. Send this link.') {
      await new Promise((done) => setTimeout(done, 10))
      if (document.body.textContent.includes('Working on the passphrase')) count++
    }
    return count
  })
  await page.getByRole('button', { name: 'Seal message' }).click()
  await heading(page, 'Sealed. Send this link.')
  // Argon2id takes most of a second on any machine: a page that did it itself would have a turn or two meanwhile. Turns
  // are counted, not time, since other programs use the machine too.
  expect(await turns).toBeGreaterThan(10)
  expect(workers.join()).toContain('kdf-worker')
  expect(complaints).toEqual([])
})
