import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { utf8 } from '#protocol/bytes.ts'
import { prepareFolder, saveInto, type Saved, type FileSaver } from '../../cli/open/save.ts'

let folder: string

beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'sealdrop-save-'))))
afterEach(() => rmSync(folder, { recursive: true }))

test('a name with folders is saved in them', async () => {
  expect(await save('a/b/c.txt')).toEqual(['a/b/c.txt'])
  expect(await save('a/b/d.txt')).toEqual(['a/b/d.txt'])
  expect(readFileSync(join(folder, 'a/b/d.txt'), 'utf8')).toBe('a/b/d.txt')
})

test('nothing has its name before the whole drop is known to be genuine', async () => {
  const saver = saverFor()
  await take(saver, 'a/b.txt')
  await take(saver, 'c.txt')
  expect(readdirSync(folder).filter((name) => !name.endsWith('.partial'))).toEqual([])
  await saver.discard()
  expect(readdirSync(folder)).toEqual([])
})

test('who tidies up the folder while a file is saved is named', async () => {
  const saver = saverFor()
  await take(saver, 'a.txt')
  for (const name of readdirSync(folder)) rmSync(join(folder, name))
  await expect(saver.publish()).rejects.toThrow(
    'cannot save a.txt: another process opens the same drop into this folder',
  )
})

test('a symbolic link leads no file out of the folder', async () => {
  const outside = mkdtempSync(join(tmpdir(), 'sealdrop-outside-'))
  symlinkSync(outside, join(folder, 'a'))
  await expect(save('a/b.txt')).rejects.toThrow(/cannot save into .*: it is not a folder/)
  symlinkSync(join(outside, 'c.txt'), join(folder, 'c.txt'))
  expect(await save('c.txt')).toEqual(['c (2).txt'])
  expect(readdirSync(outside)).toEqual([])
  rmSync(outside, { recursive: true })
})

test('when a file cannot get its name, nothing decrypted stays behind under another', async () => {
  writeFileSync(join(folder, 'b'), 'mine')
  const saver = saverFor()
  for (const name of ['a.txt', 'b/c.txt', 'd.txt']) await take(saver, name)
  await expect(saver.publish()).rejects.toThrow(/it is not a folder/)
  expect(readdirSync(folder).toSorted()).toEqual(['a.txt', 'b'])
})

test.for(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('%s leaves nothing decrypted behind', async (signal) => {
  const child = spawn(process.execPath, ['--input-type=module', '-e', HOLD, folder])
  await once(child.stdout, 'data')
  expect(readdirSync(folder)).toHaveLength(2)
  child.kill(signal)
  expect(await once(child, 'exit')).toEqual([null, signal])
  expect(readdirSync(folder)).toEqual([])
})

test('a file in the place of a folder is left alone', async () => {
  writeFileSync(join(folder, 'a'), 'mine')
  await expect(save('a/b.txt')).rejects.toThrow(/it is not a folder/)
  expect(readFileSync(join(folder, 'a'), 'utf8')).toBe('mine')
})

test('a folder in the place of a file is left alone', async () => {
  mkdirSync(join(folder, 'a.txt'))
  expect(await save('a.txt')).toEqual(['a (2).txt'])
})

test('the same bytes are found again, however many of that name there are', async () => {
  for (const mine of ['a.txt', 'a (2).txt']) writeFileSync(join(folder, mine), 'mine!')
  expect(await save('a.txt')).toEqual(['a (3).txt'])
  const saver = saverFor()
  await take(saver, 'a.txt')
  expect(await saver.publish()).toMatchObject([{ wasThere: true, path: join(folder, 'a (3).txt') }])
  expect(readdirSync(folder)).toHaveLength(3)
})

test.for([
  ['.profile', '_.profile'],
  ['.ssh/authorized_keys', '_.ssh/authorized_keys'],
  ['a/.git/hooks/post-checkout', 'a/_.git/hooks/post-checkout'],
])('%s is not hidden where nobody named a folder for it', async ([name = '', visible = '']) => {
  const saver = saverFor(false)
  await take(saver, name)
  expect(pathsOf(await saver.publish())).toEqual([visible])
})

test('the longest name can be saved, beside another one of that name', async () => {
  const name = `${'x'.repeat(251)}.txt`
  writeFileSync(join(folder, name), 'mine')
  const [saved = ''] = await save(name)
  expect(saved).not.toBe(name)
  expect(readFileSync(join(folder, saved), 'utf8')).toBe(name)
})

test('a path that is too long for where it goes loses its folders, and nothing else', async () => {
  let deep = folder
  while (deep.length < 3_700) mkdirSync((deep = join(deep, 'd'.repeat(200))))
  const saver = saveInto({ folder: deep, partials: folder, keepsHidden: true, hint: '' })
  const names = ['a', 'b'].map((top) => `${top}/${`${'ф'.repeat(100)}/`.repeat(2)}решение.txt`)
  for (const name of [...names, 'a/short.txt']) await take(saver, name)
  const paths = (await saver.publish()).map(({ path }) => path.slice(deep.length + 1))
  expect(paths).toEqual(['решение.txt', 'решение (2).txt', 'a/short.txt'])
  expect(paths.map((path) => readFileSync(join(deep, path), 'utf8'))).toEqual([...names, 'a/short.txt'])
})

test('two folders did not become one where the dot before one of them was taken off', async () => {
  const saver = saverFor(false)
  const names = ['_.git/config', '.git/config', '.git/HEAD', '_.x', '.x']
  for (const name of names) await take(saver, name)
  const paths = pathsOf(await saver.publish())
  expect(paths).toEqual(['_.git/config', '_.git (2)/config', '_.git (2)/HEAD', '_.x', '_ (2).x'])
  expect(paths.map((path) => readFileSync(join(folder, path), 'utf8'))).toEqual(names)
})

test('a path of as many bytes as a drop can have is saved, with all its folders', async () => {
  const name = `${`${'文'.repeat(85)}/`.repeat(14)}решение.txt`
  expect(await save(name)).toEqual([name])
})

test('only its owner can read what is saved', async () => {
  await save('a/b.txt')
  expect(statSync(join(folder, 'a')).mode & 0o777).toBe(0o700)
  expect(statSync(join(folder, 'a/b.txt')).mode & 0o777).toBe(0o600)
})

test('what is saved has the time that it was sealed with', async () => {
  await save('a.txt')
  expect(statSync(join(folder, 'a.txt')).mtimeMs).toBe(MODIFIED_AT_MS)
})

test('missing folders are made, for their owner only, and what is in their place is left alone', () => {
  prepareFolder(join(folder, 'a/b/c'))
  prepareFolder(join(folder, 'a/b/c'))
  for (const made of ['a', 'a/b', 'a/b/c']) expect(statSync(join(folder, made)).mode & 0o777).toBe(0o700)
  symlinkSync('nowhere', join(folder, 'dangling'))
  expect(() => prepareFolder(join(folder, 'dangling'))).toThrow(/cannot save files in .*: something else has that name/)
  symlinkSync('a', join(folder, 'linked'))
  prepareFolder(join(folder, 'linked/d'))
  expect(readdirSync(join(folder, 'a'))).toEqual(['b', 'd'])
})

/** Saves one file that holds its own name. @returns where, below the folder */
async function save(name: string): Promise<string[]> {
  const saver = saverFor()
  await take(saver, name)
  return pathsOf(await saver.publish())
}

async function take(saver: FileSaver, name: string): Promise<void> {
  const bytes = utf8(name)
  await saver.file({ name, size: bytes.length, modifiedAtMs: MODIFIED_AT_MS })
  await saver.write(bytes.slice(0, 2))
  await saver.write(bytes.slice(2))
}

function saverFor(keepsHidden = true): FileSaver {
  return saveInto({ folder, partials: folder, keepsHidden, hint: '' })
}

function pathsOf(saved: readonly Saved[]): string[] {
  return saved.map(({ path }) => path.slice(folder.length + 1))
}

const MODIFIED_AT_MS = 1_790_000_000_000

/** Takes in one file and a half, and waits. */
const HOLD = `
  import { saveInto } from ${JSON.stringify(new URL('../../cli/open/save.ts', import.meta.url).href)}
  import { restoreOnSignals } from ${JSON.stringify(new URL('../../cli/terminal/terminal.ts', import.meta.url).href)}
  restoreOnSignals()
  const folder = process.argv[1]
  const saver = saveInto({ folder, partials: folder, keepsHidden: true, hint: '' })
  for (const name of ['a', 'b']) await saver.file({ name, size: 2, modifiedAtMs: 0 })
  await saver.write(new Uint8Array(1))
  console.log('held')
  setInterval(() => saver, 1_000)
`
