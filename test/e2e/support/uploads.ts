import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { BrowserContext, Page, Request, Route } from 'playwright'
import { expect, onTestFinished } from 'vitest'
import { stretch } from '#client/crypto/argon2.ts'
import { generateSigningKey } from '#client/crypto/keys.ts'
import { look, openDrop, receiveParts } from '#client/receive.ts'
import { memoryStaging } from '#client/staging.ts'
import { joinBytes, type Bytes } from '#protocol/bytes.ts'
import { heading } from './pages.ts'
import { reach, sha256Of } from './people.ts'
import { openerOf } from '../../kit/sealed.ts'
import { randomNoise } from '../../kit/bytes.ts'

/** A file of three parts on a disk. @returns its path, its bytes, and their hash */
export function largeFile(name: string, size = 17_000_000): { path: string; bytes: Bytes; hash: string } {
  const folder = mkdtempSync(join(tmpdir(), 'sealdrop-files-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const path = join(folder, name)
  const bytes = randomNoise(size)
  rewrite(path, bytes)
  return { path, bytes, hash: sha256Of(bytes) }
}

/** Changes a file invisibly: its time stays. */
export function rewrite(path: string, bytes: Bytes): void {
  writeFileSync(path, bytes)
  // A whole second: a browser and a file system may disagree about fractions.
  utimesSync(path, 1_700_000_000, 1_700_000_000)
}

/** A folder on a disk. @param files - texts by path. @returns its path */
export function folderOf(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'sealdrop-files-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  return folder
}

/** Holds back the third part, so that an upload has a middle. */
export interface Gate {
  /** How often each part was sent, by its number. */
  readonly sent: ReadonlyMap<string, number>
  /** Numbers of the parts that the server has taken. */
  readonly taken: ReadonlySet<string>
  open(): Promise<void>
  /** Closes the page before the third part is there. */
  close(): Promise<void>
}

export async function holdThirdPart(page: Page): Promise<Gate> {
  const sent = new Map<string, number>()
  const taken = new Set<string>()
  const held: Route[] = []
  let state: 'held' | 'open' | 'cut' = 'held'
  const pass = async (route: Route): Promise<void> => route.continue().catch(() => {})
  // Only this one: a body that is held passes through the test process, which is slow.
  await page.route(/\/v1\/drops\/upload\?n=2$/, async (route) => {
    if (state === 'open') await pass(route)
    else if (state === 'cut') await route.abort()
    else held.push(route)
  })
  page.on('request', (request) => {
    const n = partOf(request)
    if (n !== undefined) sent.set(n, (sent.get(n) ?? 0) + 1)
  })
  page.on('response', (response) => {
    const n = partOf(response.request())
    if (n !== undefined && response.ok()) taken.add(n)
  })
  return {
    sent,
    taken,
    async open() {
      state = 'open'
      await Promise.all(held.splice(0).map(pass))
    },
    async close() {
      // Closing a page would release its held requests.
      state = 'cut'
      const { origin } = new URL(page.url())
      await Promise.all(held.splice(0).map((route) => route.abort()))
      await page.close()
      await allLocksFree(page.context(), origin)
    },
  }
}

/** Waits until no page holds a lock: the process of a closed one may do so for a moment longer. */
async function allLocksFree(context: BrowserContext, origin: string): Promise<void> {
  const page = await context.newPage()
  await page.goto(`${origin}/licenses.txt`)
  await expect.poll(() => page.evaluate(async () => (await navigator.locks.query()).held)).toEqual([])
  await page.close()
}

/** Fills the form and seals, up to the screen that sends. */
export async function beginUpload(
  page: Page,
  origin: string,
  path: string,
  wish: { text?: string; passphrase?: string } = {},
): Promise<void> {
  await page.goto(origin)
  if (wish.text !== undefined) await page.getByLabel('Message', { exact: true }).fill(wish.text)
  await page.locator('input[type=file]').first().setInputFiles(path)
  if (wish.passphrase !== undefined) {
    await page.getByRole('button', { name: 'Ask for a passphrase too' }).click()
    await page.getByLabel('Passphrase', { exact: true }).fill(wish.passphrase)
  }
  await page.getByRole('button', { name: 'Seal message' }).click()
  await heading(page, 'Sending')
}

/** Waits until two parts are there, and the third is on its way. */
export async function middle(gate: Gate): Promise<void> {
  await expect.poll(() => [...gate.taken].toSorted()).toEqual(['0', '1'])
}

/** Presses the button that goes on with an interrupted upload. */
export async function takeUp(page: Page, origin: string): Promise<void> {
  await page.goto(origin)
  await page.getByRole('heading', { name: 'An upload was interrupted' }).waitFor()
  await page.getByRole('button', { name: /^Go on with/ }).click()
}

function partOf(request: Request): string | undefined {
  const { pathname, searchParams } = new URL(request.url())
  return pathname === '/v1/drops/upload' ? (searchParams.get('n') ?? undefined) : undefined
}

/** Opens a drop like any client. @returns its text, and the files by their hashes */
export async function openWhole(
  link: string,
  passphrase = '',
): Promise<{ text: string; files: { name: string; hash: string }[] }> {
  const server = reach(new URL(link).origin)
  const opener = await openerOf(link, passphrase, stretch)
  const waiting = await look(server, opener)
  const parts = receiveParts(server, opener, await generateSigningKey(), waiting, memoryStaging())
  const opened = await openDrop(parts, opener)
  const files: { name: string; hash: string }[] = []
  for (const file of opened.files) {
    const pieces: Bytes[] = []
    for await (const piece of file.read()) pieces.push(piece)
    files.push({ name: file.name, hash: sha256Of(joinBytes(pieces)) })
  }
  return { text: opened.text, files }
}

/** The number of files below a folder that are as large as a part. */
export function countParts(folder: string): number {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile() && statSync(join(entry.parentPath, entry.name)).size > 4_000_000)
    .length
}
