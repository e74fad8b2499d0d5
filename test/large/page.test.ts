import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { chromium, type BrowserContext, type Page } from 'playwright'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { PART_BYTES } from '#protocol/limits.ts'
import { CHROMIUM_FLAGS, findChromium } from '../../tools/browser.ts'
import { startServer } from '../tools/server.ts'
import { heading, linkOf, openInPage } from '../e2e/support/pages.ts'
import { bytesBelow, configFor, hashFile, LARGE_BYTES, mostGrowth, peakMemory, until, writeLarge } from './support.ts'

// The built page in Chromium, from one person's profile on the disk to another's, with a file too large to hold in memory.

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sealdrop-large-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

test('a large file goes through the page and back, though the server dies in both directions', async () => {
  await using server = await startServer({ config: configFor('Workers KV', folder) })
  const file = join(folder, 'film.bin')
  const hash = writeLarge(file)
  const dieAndCome = async (): Promise<void> => {
    await server.kill()
    await sleep(500)
    await server.start()
  }

  const sender = await enter('sender')
  await sender.page.goto(server.url)
  await sender.page.getByRole('button', { name: 'Seal message' }).waitFor()
  await sender.begin()
  await sender.page.locator('input[type=file]').first().setInputFiles(file)
  await sender.page.getByRole('button', { name: 'Seal message' }).click()
  await until(() => bytesBelow(server.data) > 0.4 * LARGE_BYTES)
  await dieAndCome()
  const link = await linkOf(sender.page)
  const sending = await sender.leave()

  const reader = await enter('reader')
  // Without the picker it is saved as a download, and no dialog has to be answered.
  await reader.page.addInitScript(() => Reflect.deleteProperty(globalThis, 'showSaveFilePicker'))
  let parts = 0
  reader.page.on('response', (answer) => (parts += answer.url().includes('/v1/drops/part') && answer.ok() ? 1 : 0))
  await reader.page.goto(server.url)
  await reader.page.getByRole('button', { name: 'Seal message' }).waitFor()
  await reader.begin()
  await openInPage(reader.page, link)
  await until(() => parts * PART_BYTES > 0.4 * LARGE_BYTES)
  await dieAndCome()
  await heading(reader.page, 'Opened')
  const downloading = reader.page.waitForEvent('download')
  await reader.page.getByRole('button', { name: 'Save film.bin' }).click()
  const saved = join(folder, 'saved.bin')
  await (await downloading).saveAs(saved)
  expect(await hashFile(saved)).toBe(hash)
  const opening = await reader.leave()

  const [sent, opened] = [sending, opening].map((bytes) => bytes / 1_048_576)
  console.log(`the page that sent grew by ${sent?.toFixed(0)} MiB, the page that opened by ${opened?.toFixed(0)} MiB`)
  for (const each of [sent, opened]) expect(each).toBeLessThan(mostGrowth(150))
  expect([...sender.complaints, ...reader.complaints]).toEqual([])
})

interface Visitor {
  readonly page: Page
  readonly complaints: readonly string[]
  /** Starts measuring memory. */
  begin(): Promise<void>
  /** Closes the browser. @returns the most that one of its pages grew since `begin`, in bytes */
  leave(): Promise<number>
}

/** Starts a browser on a profile of its own: the page's storage is on the disk, as it is at home. */
async function enter(name: string): Promise<Visitor> {
  const context = await chromium.launchPersistentContext(join(folder, name), {
    acceptDownloads: true,
    args: [...CHROMIUM_FLAGS],
    executablePath: findChromium(),
  })
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.setDefaultTimeout(0)
  let start = 0
  return {
    page,
    complaints,
    async begin() {
      start = await rendererPeak(context)
    },
    async leave() {
      const growth = (await rendererPeak(context)) - start
      await context.close()
      return growth
    },
  }
}

/** The most memory that a renderer of this browser had, in bytes. */
async function rendererPeak(context: BrowserContext): Promise<number> {
  const session = await context.browser()?.newBrowserCDPSession()
  const { processInfo } = (await session?.send('SystemInfo.getProcessInfo')) ?? { processInfo: [] }
  const peaks = processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => peakMemory(id))
  if (peaks.length === 0) throw new Error('the browser names no renderer')
  return Math.max(...peaks)
}
