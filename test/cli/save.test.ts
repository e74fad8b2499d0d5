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
import type { DropFile } from '#client/archive.ts'
import { prepareFolder, saveFiles } from '../../cli/save.ts'

let folder: string

beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'sealdrop-save-'))))
afterEach(() => rmSync(folder, { recursive: true }))

test('a name with folders is saved in them', () => {
  expect(save('a/b/c.txt')).toEqual(['a/b/c.txt'])
  expect(save('a/b/d.txt')).toEqual(['a/b/d.txt'])
  expect(readFileSync(join(folder, 'a/b/d.txt'), 'utf8')).toBe('a/b/d.txt')
})

test('a symbolic link leads no file out of the folder', () => {
  const outside = mkdtempSync(join(tmpdir(), 'sealdrop-outside-'))
  symlinkSync(outside, join(folder, 'a'))
  expect(() => save('a/b.txt')).toThrow(/cannot save into .*: it is not a folder/)
  symlinkSync(join(outside, 'c.txt'), join(folder, 'c.txt'))
  expect(save('c.txt')).toEqual(['c (2).txt'])
  expect(readdirSync(outside)).toEqual([])
  rmSync(outside, { recursive: true })
})

test('a file in the place of a folder is left alone', () => {
  writeFileSync(join(folder, 'a'), 'mine')
  expect(() => save('a/b.txt')).toThrow(/it is not a folder/)
  expect(readFileSync(join(folder, 'a'), 'utf8')).toBe('mine')
})

test('a folder in the place of a file is left alone', () => {
  mkdirSync(join(folder, 'a.txt'))
  expect(save('a.txt')).toEqual(['a (2).txt'])
})

test('the same bytes are found again, however many of that name there are', () => {
  for (const mine of ['a.txt', 'a (2).txt']) writeFileSync(join(folder, mine), 'mine')
  expect(save('a.txt')).toEqual(['a (3).txt'])
  expect(saveFiles([file('a.txt')], folder, true)).toMatchObject([{ wasThere: true, path: join(folder, 'a (3).txt') }])
})

test.for([
  ['.profile', '_.profile'],
  ['.ssh/authorized_keys', '_.ssh/authorized_keys'],
  ['a/.git/hooks/post-checkout', 'a/_.git/hooks/post-checkout'],
])('%s is not hidden where nobody named a folder for it', ([name, visible]) => {
  expect(saveFiles([file(name ?? '')], folder, false).map(({ path }) => path)).toEqual([join(folder, visible ?? '')])
})

test('the longest name can be saved, beside another one of that name', () => {
  const name = `${'x'.repeat(251)}.txt`
  writeFileSync(join(folder, name), 'mine')
  const [saved = ''] = save(name)
  expect(saved).not.toBe(name)
  expect(readFileSync(join(folder, saved), 'utf8')).toBe(name)
})

test('only its owner can read what is saved', () => {
  save('a/b.txt')
  expect(statSync(join(folder, 'a')).mode & 0o777).toBe(0o700)
  expect(statSync(join(folder, 'a/b.txt')).mode & 0o777).toBe(0o600)
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
function save(name: string): string[] {
  return saveFiles([file(name)], folder, true).map(({ path }) => path.slice(folder.length + 1))
}

function file(name: string): DropFile {
  return { name, type: '', modifiedAtMs: 1_790_000_000_000, bytes: utf8(name) }
}
