import { readFile } from 'node:fs/promises'
import type { CDPSession, Download, Page } from 'playwright'
import { expect, test } from 'vitest'
import { memorySource } from '#client/source.ts'
import { violations } from './support/axe.ts'
import { heading, openInPage, stage, visit, type Person } from './support/pages.ts'
import { send, sha256Of } from './support/people.ts'
import { randomNoise } from '../kit/bytes.ts'

// Drops in parts on their way into a browser: the built page, a real disk, a real server.

const { person, server } = stage()

/** Two parts. */
const FILM = randomNoise(9_000_000)
const NAME = 'film/summer.mp4'

async function sendFilm(text = '', bytes = FILM): Promise<string> {
  const film = { name: NAME, type: 'video/mp4', modifiedAtMs: 1_790_000_000_000, source: memorySource(bytes) }
  return (await send(server().url, { text, files: [film] })).sealed.link
}

/** A person whose browser has no file dialogs: no test could press buttons in them. */
async function reader(init: () => void = () => {}): Promise<Person> {
  const someone = await person()
  await someone.context.addInitScript(() => {
    for (const name of ['showSaveFilePicker', 'showDirectoryPicker']) Reflect.deleteProperty(globalThis, name)
  })
  await someone.context.addInitScript(init)
  return someone
}

/** Slows a page down, so that a download has a middle. @param speed - bytes per second; -1 for no limit */
async function throttle(page: Page, speed: number): Promise<void> {
  // With two sessions the slower one would win.
  const session = sessions.get(page) ?? (await page.context().newCDPSession(page))
  sessions.set(page, session)
  await session.send('Network.enable')
  const conditions = { offline: false, latency: 0, downloadThroughput: speed, uploadThroughput: -1 }
  await session.send('Network.emulateNetworkConditions', conditions)
}

const sessions = new WeakMap<Page, CDPSession>()

/** Opens a link with the second part held back, and waits until the first is on the disk. */
async function openHalf(page: Page, link: string): Promise<void> {
  await page.route(SECOND_PART, () => {})
  await Promise.all([page.waitForRequest(SECOND_PART), openInPage(page, link)])
  await heading(page, 'It is coming in')
}

const SECOND_PART = /\/part\?n=1$/
const THIRD_PART = /\/part\?n=2$/

/** Requests that have come in whole: `claim`, `part?n=1`, … */
function arrivals({ context }: Person): readonly string[] {
  const whole: string[] = []
  context.on('requestfinished', (request) => {
    const { pathname, search } = new URL(request.url())
    if (/\/(claim|part|ack)$/.test(pathname)) whole.push(`${pathname.split('/').at(-1) ?? ''}${search}`)
  })
  return whole
}

async function reaches(page: Page, percent: number): Promise<void> {
  await expect.poll(() => percentOf(page), { timeout: 30_000, interval: 50 }).toBeGreaterThanOrEqual(percent)
}

async function percentOf(page: Page): Promise<number> {
  return Number.parseInt((await page.locator('.transfer-percent').textContent()) ?? '0')
}

async function saves(page: Page, press: string): Promise<Download> {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: press }).click(),
  ])
  return download
}

async function hashOf(download: Download): Promise<string> {
  return sha256Of(await readFile(await download.path()))
}

/** The number of entries in a folder of the page's own disk. */
function onDisk(page: Page, place: 'parts' | 'files'): Promise<number> {
  return page.evaluate(async (name) => {
    const root = await navigator.storage.getDirectory()
    const folder = await root.getDirectoryHandle(name).catch(() => undefined)
    let count = 0
    if (folder !== undefined) for await (const _ of folder.keys()) count++
    return count
  }, place)
}

test('20 MiB are received, paused, resumed, checked and saved byte for byte; then nothing is left here', async () => {
  const someone = await reader()
  const { page, complaints } = someone
  const bytes = randomNoise(20 * 1_048_576)
  const link = await sendFilm('', bytes)
  await visit(page, link)
  await page.getByText('21.5 MB sealed').waitFor()
  await page.getByText('on this device while it is received and saved').waitFor()
  expect(await violations(page)).toEqual([])
  // So that it cannot finish before it is looked at.
  await page.route(THIRD_PART, () => {})
  await throttle(page, 6_000_000)
  await page.getByRole('button', { name: 'Open it now' }).click()
  await heading(page, 'It is coming in')
  await reaches(page, 10)
  expect(await page.title()).toMatch(/^\d+% received · Sealdrop$/)
  expect(await violations(page)).toEqual([])
  await page.getByRole('button', { name: 'Pause' }).click()
  await page.getByText('Paused. Nothing is lost.').first().waitFor()
  const paused = await percentOf(page)
  await page.waitForTimeout(500)
  expect(await percentOf(page)).toBe(paused)
  expect(await page.title()).toMatch(/^Paused, \d+% received · Sealdrop$/)
  await page.setViewportSize({ width: 320, height: 800 })
  await page.emulateMedia({ colorScheme: 'dark' })
  expect(await violations(page)).toEqual([])
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(320)
  await page.unroute(THIRD_PART)
  await throttle(page, -1)
  await page.getByRole('button', { name: 'Go on' }).click()
  await heading(page, 'Opened')
  await page.getByText('The server has deleted it').waitFor()
  expect(await violations(page)).toEqual([])
  expect(new URL(page.url()).hash).not.toBe('')
  const download = await saves(page, `Save ${NAME}`)
  expect(download.suggestedFilename()).toBe('film_summer.mp4')
  expect(await hashOf(download)).toBe(sha256Of(bytes))
  await page.getByText('You have copied or saved everything.').waitFor()
  await expect.poll(() => new URL(page.url()).hash).toBe('')

  await page.goto(server().url)
  await expect.poll(() => onDisk(page, 'parts')).toBe(0)
  await expect.poll(() => onDisk(page, 'files')).toBe(0)
  expect(complaints).toEqual([])
})

test('a tab closed in the middle goes on with the same link, and fetches nothing twice', async () => {
  const someone = await reader()
  const whole = arrivals(someone)
  const link = await sendFilm('with a text')
  await openHalf(someone.page, link)
  await someone.page.close({ runBeforeUnload: false })

  const again = await someone.context.newPage()
  await visit(again, link)
  await heading(again, 'Opened')
  await again.getByText('The server has deleted it').waitFor()
  await expect.poll(() => whole.toSorted()).toEqual(['ack', 'claim', 'part?n=1'])

  // Opened but not saved: a reload opens it once more, without the server.
  await again.reload()
  await again.getByText('You opened it before in this browser.').waitFor()
  const [first] = await Promise.all([
    again.waitForEvent('download'),
    again.getByRole('button', { name: 'Save film' }).click(),
  ])
  expect(await hashOf(first)).toBe(sha256Of(FILM))
  expect(whole).toHaveLength(3)
})

test('the page waits for a server that is killed in the middle and started again, and all of it arrives', async () => {
  const someone = await reader()
  const link = await sendFilm()
  await throttle(someone.page, 1_000_000)
  await openInPage(someone.page, link)
  await heading(someone.page, 'It is coming in')
  await reaches(someone.page, 20)
  await server().kill()
  await someone.page.getByText('Waiting for the connection. Nothing is lost.').first().waitFor()
  await server().start()
  await throttle(someone.page, -1)
  await heading(someone.page, 'Opened')
  expect(await hashOf(await saves(someone.page, `Save ${NAME}`))).toBe(sha256Of(FILM))
})

test('a lack of room is reported before anything is claimed, and the link stays as good as it was', async () => {
  const poor = await reader(() => {
    navigator.storage.estimate = async () => ({ quota: 12_000_000, usage: 2_000_000 })
  })
  const link = await sendFilm()
  const whole = arrivals(poor)
  await visit(poor.page, link)
  await poor.page.getByText(/It needs 1[\d.]+ MB on this device, and this browser has 10 MB left/).waitFor()
  expect(await poor.page.getByRole('button', { name: 'Open it now' }).count()).toBe(0)
  expect(await violations(poor.page)).toEqual([])
  expect(whole).toEqual([])
  const rich = await reader()
  await openInPage(rich.page, link)
  await heading(rich.page, 'Opened')
})

test('a browser without a disk for pages opens a drop that fits its memory, and says first what that means', async () => {
  const someone = await reader(() => Reflect.deleteProperty(FileSystemFileHandle.prototype, 'createWritable'))
  const link = await sendFilm()
  await visit(someone.page, link)
  await someone.page.getByText('This browser holds what it receives in memory only').waitFor()
  await someone.page.getByRole('button', { name: 'Open it now' }).click()
  await heading(someone.page, 'Opened')
  await someone.page.getByText('when you close this page, what is on it is gone for good').waitFor()
  expect(await hashOf(await saves(someone.page, `Save ${NAME}`))).toBe(sha256Of(FILM))
})

test('one bit flipped in a staged part is one failure: nothing is shown, saved or acknowledged, and it can be fetched again', async () => {
  const someone = await reader()
  const whole = arrivals(someone)
  const link = await sendFilm('never shown of a changed drop')
  await openHalf(someone.page, link)
  await someone.page.close({ runBeforeUnload: false })

  const again = await someone.context.newPage()
  await again.goto(server().url)
  await again.evaluate(async () => {
    const root = await navigator.storage.getDirectory()
    const parts = await root.getDirectoryHandle('parts')
    for await (const drop of parts.values()) {
      const file = await (drop as FileSystemDirectoryHandle).getFileHandle('0')
      const bytes = new Uint8Array(await (await file.getFile()).arrayBuffer())
      bytes[5_000_000] = (bytes[5_000_000] ?? 0) ^ 1
      const writable = await file.createWritable()
      await writable.write(bytes)
      await writable.close()
    }
  })
  await visit(again, link)
  await heading(again, 'It arrived and cannot be opened')
  expect(await again.getByText('never shown').count()).toBe(0)
  expect(whole).not.toContain('ack')
  expect(await onDisk(again, 'files')).toBe(0)
  await again.getByRole('button', { name: 'Try again' }).click()
  await heading(again, 'Opened')
  await again.getByText('never shown of a changed drop').waitFor()
})

test('a browser with file dialogs writes straight to the chosen place, and leaves nothing elsewhere', async () => {
  const someone = await person()
  // Stands in for the platform's dialogs, which no test can press; everything after them is ours.
  await someone.context.addInitScript(() => {
    const picked = async (): Promise<FileSystemDirectoryHandle> => {
      const root = await navigator.storage.getDirectory()
      return root.getDirectoryHandle('picked', { create: true })
    }
    Object.assign(globalThis, {
      showSaveFilePicker: async ({ suggestedName }: { suggestedName: string }) =>
        (await picked()).getFileHandle(suggestedName, { create: true }),
      showDirectoryPicker: picked,
    })
  })
  const { page } = someone
  const link = await sendFilm('and a text')
  await openInPage(page, link)
  await heading(page, 'Opened')
  await page.getByRole('button', { name: `Save ${NAME}` }).click()
  await page.getByRole('button', { name: 'Save film' }).getByText('Saved').waitFor()
  await page.getByRole('button', { name: 'Save all into a folder' }).click()
  await page.getByText('You have copied or saved everything.').waitFor()
  const hashes = await page.evaluate(async () => {
    const picked = await (await navigator.storage.getDirectory()).getDirectoryHandle('picked')
    const folder = await picked.getDirectoryHandle('sealdrop')
    const film = await folder.getDirectoryHandle('film')
    const found = [
      await picked.getFileHandle('film_summer.mp4'),
      await film.getFileHandle('summer.mp4'),
      await folder.getFileHandle('message.txt'),
    ]
    return Promise.all(
      found.map(async (file) => {
        const digest = await crypto.subtle.digest('SHA-256', await (await file.getFile()).arrayBuffer())
        return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('')
      }),
    )
  })
  expect(hashes).toEqual([sha256Of(FILM), sha256Of(FILM), sha256Of(Buffer.from('and a text'))])
  expect(await onDisk(page, 'files')).toBe(0)
  expect(someone.complaints).toEqual([])
})

test('stopping in the middle leaves nothing here, and the link goes on in this browser alone', async () => {
  const someone = await reader()
  const { page } = someone
  const link = await sendFilm()
  await openHalf(page, link)
  await page.getByRole('button', { name: 'Stop and remove' }).click()
  await page.getByRole('button', { name: 'Yes, stop and remove it' }).click()
  await page.getByText('what had come in is removed from this device').waitFor()
  expect(await onDisk(page, 'parts')).toBe(0)
  const other = await reader()
  await visit(other.page, link)
  await heading(other.page, 'Somebody came first')
  await page.unroute(SECOND_PART)
  await page.getByRole('button', { name: 'Open it now' }).click()
  await heading(page, 'Opened')
  await page.getByRole('button', { name: 'Remove it from this device' }).click()
  await page.getByRole('button', { name: 'Yes, remove it' }).click()
  await heading(page, 'Leave a message only one person can open')
  expect(await onDisk(page, 'parts')).toBe(0)
})
