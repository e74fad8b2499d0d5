import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { heading, linkOf, openInPage, stage } from './support/pages.ts'
import { folderOf, openWhole } from './support/uploads.ts'
import { sha256Of } from './support/people.ts'

// Names of every kind through the built page: chosen as a folder, sealed, opened, and saved.

const { person, server } = stage()
const work = mkdtempSync(join(tmpdir(), 'sealdrop-names-'))
afterAll(() => rmSync(work, { recursive: true, force: true }))

const deep = 'протоколы совещаний рабочей группы по закупкам/'.repeat(3)
/** Names on the sender's side, and on the reader's where they differ. */
const NAMES: readonly (readonly [name: string, arrives?: string])[] = [
  ['budget.txt'],
  [`архив/${deep}решение.txt`],
  [`новое/${deep}решение.txt`],
  [`${'n'.repeat(92)}é.txt`],
  [`${'n'.repeat(91)}文.txt`],
  [`${'n'.repeat(90)}👩.txt`],
  ['2026年度予算案および事業計画書に関する説明資料最終版改訂第三稿承認済み.pdf'],
  ['文'.repeat(85)],
  ['نامه\u200cی من.txt'],
  ['👩\u200d🚀.png'],
  ['\u{1faef}.png'],
  ['cafe\u0301/x', 'caf\u00e9/x'],
  ['a\u{e0065}.txt', 'a_.txt'],
  ['exe.\u202egnp', 'exe._gnp'],
  ['docs/...', 'docs/_'],
  ['con.txt', '_con.txt'],
  ['.env'],
]
const arriving = NAMES.map(([name, arrives = name]) => `all/${arrives}`)
const contentOf = (index: number): string => `content ${index}`

function chosenFolder(): string {
  return folderOf(Object.fromEntries(NAMES.map(([name], index) => [`all/${name}`, contentOf(index)])))
}

test('a folder with names of every kind is sealed in the page, and arrives', async () => {
  const { page, complaints } = await person()
  await page.goto(server().url)
  await page.locator('input[type=file]').nth(1).setInputFiles(join(chosenFolder(), 'all'))
  const changed = NAMES.flatMap(([, arrives]) => arrives ?? [])
  for (const arrives of changed) await page.getByText(`goes as all/${arrives}`).waitFor()
  expect(await page.getByText('goes as').count()).toBe(changed.length)
  await page.getByLabel('Opens').selectOption('2')
  await page.getByRole('button', { name: 'Seal message' }).click()
  const link = await linkOf(page)
  const { files } = await openWhole(link)
  const expected = arriving.map((name, index) => ({ name, hash: sha256Of(contentOf(index)) }))
  const byName = (a: { name: string }, b: { name: string }): number => (a.name < b.name ? -1 : 1)
  expect(files.toSorted(byName)).toEqual(expected.toSorted(byName))

  const reader = await person()
  await reader.context.addInitScript(() => {
    for (const name of ['showSaveFilePicker', 'showDirectoryPicker']) Reflect.deleteProperty(globalThis, name)
  })
  await reader.page.reload()
  await openInPage(reader.page, link)
  await heading(reader.page, 'Opened')
  const [archive] = await Promise.all([
    reader.page.waitForEvent('download'),
    reader.page.getByRole('button', { name: 'Save all as one tar file' }).click(),
  ])
  mkdirSync(join(work, 'out'))
  execFileSync('tar', ['-xf', await archive.path(), '-C', join(work, 'out')])
  for (const [index, name] of arriving.entries())
    expect([name, readFileSync(join(work, 'out', name), 'utf8')]).toEqual([name, contentOf(index)])
  // The longest path, by itself: its folders become part of the name, which is shortened on the screen.
  const [single] = await Promise.all([
    reader.page.waitForEvent('download'),
    reader.page.getByRole('button', { name: `Save all/архив/${deep}решение.txt` }).click(),
  ])
  expect(single.suggestedFilename()).toMatch(/^all_архив_протоколы.*….txt$/u)
  expect(await readFile(await single.path(), 'utf8')).toBe(contentOf(1))
  expect([...complaints, ...reader.complaints]).toEqual([])
})
