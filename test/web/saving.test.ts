import { unpackTar } from 'modern-tar'
import { beforeAll, expect, test } from 'vitest'
import { equalBytes, joinBytes, type Bytes } from '#protocol/bytes.ts'
import type { Disk } from '../../web/platform/disk.ts'
import { pickersOf } from '../../web/platform/pickers.ts'
import {
  bytesOf,
  largeDrop,
  lineTo,
  openBrowser,
  openPage,
  outletThat,
  type Browser,
  type LargeDrop,
} from './support/large.ts'

let drop: LargeDrop
let browser: Browser
beforeAll(async () => {
  drop = await largeDrop()
  browser = await openBrowser()
})

/** The drop, opened in this browser. From the second time on without the server. */
async function opened(disk: Partial<Disk>) {
  const page = openPage(lineTo(drop), browser, { disk })
  await page.opening.arrive(drop.fragment)
  if (page.state().main.at === 'open') await page.opening.open('')
  expect(page.state().main).toMatchObject({ at: 'opened', text: 'the film' })
  return page
}

/** A folder of this browser, as its dialog would give it. */
async function pickedFolder(): Promise<FileSystemDirectoryHandle> {
  const root = await navigator.storage.getDirectory()
  return root.getDirectoryHandle(`picked-${crypto.randomUUID()}`, { create: true })
}

test('a file goes straight to where the person wants it, and the dialog is asked within the press', async () => {
  const taken: Bytes[] = []
  const outlet = outletThat(() => undefined, taken)
  let asked = ''
  const { opening, said, state } = await opened({
    pickFile: async (name) => {
      asked = name
      return outlet
    },
  })
  const saved = opening.saveFile('film/one.mp4')
  expect(asked).toBe('film_one.mp4')
  await saved
  expect(equalBytes(joinBytes(taken), drop.film)).toBe(true)
  expect(outlet.ends).toEqual(['closed'])
  expect(state().main).toMatchObject({ taken: ['film/one.mp4'], saving: undefined })
  expect(said.at(-1)).toBe('Saved film/one.mp4.')
})

test('whoever thinks better of it in the dialog has saved nothing and is told nothing', async () => {
  const { opening, said, state } = await opened({ pickFile: async () => undefined })
  const { length } = said
  await opening.saveFile('notes.txt')
  expect(state().main).toMatchObject({ taken: [], saving: undefined, saveFault: undefined })
  expect(said).toHaveLength(length)
})

test('a browser that opens no dialog saves into its downloads', async () => {
  const pickFile = async (): Promise<never> => {
    throw new DOMException('no press', 'SecurityError')
  }
  const { opening, state } = await opened({ pickFile })
  await opening.saveFile('notes.txt')
  expect((await bytesOf(browser.saved.get('notes.txt'))).length).toBe(100)
  expect(state().main).toMatchObject({ taken: ['notes.txt'] })
})

test.for([
  ['full', new DOMException('', 'QuotaExceededError')],
  ['denied', new DOMException('', 'NotAllowedError')],
  ['failed', new TypeError('whatever')],
] as const)('a save that fails (%s) says so, leaves nothing half, and can be done again', async ([code, error]) => {
  let isBroken = true
  let pieces = 0
  const outlets = [outletThat(() => (isBroken && pieces++ > 0 ? error : undefined)), outletThat(() => undefined)]
  const { opening, state } = await opened({ pickFile: async () => outlets[isBroken ? 0 : 1] })
  await opening.saveFile('film/one.mp4')
  expect(state().main).toMatchObject({ taken: [], saving: undefined, saveFault: { code } })
  expect(outlets[0]?.ends).toEqual(['aborted'])
  isBroken = false
  await opening.saveFile('film/one.mp4')
  expect(state().main).toMatchObject({ taken: ['film/one.mp4'], saveFault: undefined })
  expect(outlets[1]?.ends).toEqual(['closed'])
})

test('a save can be stopped, and says how far it is', async () => {
  let stop = (): void => {}
  const outlet = outletThat(() => undefined)
  const page = await opened({
    pickFile: async () => ({
      ...outlet,
      async write() {
        expect(page.state().main).toMatchObject({ saving: { name: 'film/one.mp4', total: 8_600_000 } })
        stop()
      },
    }),
  })
  stop = () => page.opening.stopSaving()
  await page.opening.saveFile('film/one.mp4')
  expect(outlet.ends).toEqual(['aborted'])
  expect(page.state().main).toMatchObject({ taken: [], saving: undefined, saveFault: undefined })
})

test('all of it goes into a folder of its own, with its folders, and overwrites nothing there', async () => {
  const picked = await pickedFolder()
  await picked.getDirectoryHandle('sealdrop', { create: true })
  const { pickFolder } = pickersOf({ showDirectoryPicker: async () => picked })
  const { opening, state } = await opened({ pickFolder: pickFolder ?? (async () => undefined) })
  expect(state().main).toMatchObject({ held: { hasFolders: true } })
  await opening.saveAll()
  const folder = await picked.getDirectoryHandle('sealdrop (2)')
  const film = await (await folder.getDirectoryHandle('film')).getFileHandle('one.mp4')
  expect(equalBytes(await bytesOf(await film.getFile()), drop.film)).toBe(true)
  expect(await (await (await folder.getFileHandle('message.txt')).getFile()).text()).toBe('the film')
  expect(state().main).toMatchObject({ taken: ['', 'film/one.mp4', 'notes.txt'] })
})

test.for([
  ['the browser lets no page write', new TypeError('Name is not allowed.')],
  ['is too long for the disk', new DOMException('File name too long', 'InvalidModificationError')],
] as const)('a name that %s is told of, and everything else is saved', async ([, error]) => {
  const { opening, state } = await opened({
    pickFolder: async () => ({
      async open(path) {
        if (path === 'notes.txt') throw error
        return outletThat(() => undefined)
      },
    }),
  })
  await opening.saveAll()
  expect(state().main).toMatchObject({
    taken: ['', 'film/one.mp4'],
    saveFault: { code: 'names', names: ['notes.txt'] },
  })
})

test('without a dialog all of it is one tar file that any tar reads, the text in it', async () => {
  const { opening } = await opened({})
  await opening.saveAll()
  const entries = await unpackTar(await bytesOf(browser.saved.get('sealdrop.tar')), { strict: true })
  expect(entries.map(({ header }) => header.name)).toEqual(['message.txt', 'film/one.mp4', 'notes.txt'])
  expect(equalBytes(new Uint8Array(entries[1]?.data ?? []), drop.film)).toBe(true)
  expect(new TextDecoder().decode(entries[0]?.data)).toBe('the film')
})
