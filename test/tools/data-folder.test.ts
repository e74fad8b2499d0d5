import { mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { closeFolder, inFolder } from '../../tools/serve/folder.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sealdrop-data-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** The sentence for the operator about a data folder. */
async function refusalOf(data: string): Promise<string> {
  return inFolder(data, async () => closeFolder(data)).then(
    () => '',
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  )
}

test('a data folder is made with all that lead to it, for this user alone', async () => {
  const data = join(folder, 'a', 'b')
  expect(await refusalOf(data)).toBe('')
  expect(statSync(data).mode & 0o777).toBe(0o700)
})

test('a data folder that is a file, lies below one, or cannot have its name was refused in the words of Node', async () => {
  const file = join(folder, 'file')
  writeFileSync(file, '')
  const circle = join(folder, 'circle')
  symlinkSync(circle, circle)
  const expected: readonly (readonly [data: string, cause: string])[] = [
    [file, 'there is a file of that name'],
    [join(file, 'below', 'it'), 'a part of its path is a file'],
    [join(folder, 'n'.repeat(300)), 'its path is too long'],
    [circle, 'its path leads in a circle'],
  ]
  for (const [data, cause] of expected)
    expect(await refusalOf(data)).toBe(
      `The data folder ${data} cannot be used: ${cause}. Choose another folder: SEALDROP_DATA=/path/to/folder npm start.`,
    )
})

test('a data folder in /proc was tried for ever, without a word', async () => {
  // /proc has no folder of this name, and none can be made there.
  const refusal = await refusalOf('/proc/sealdrop/data')
  expect(refusal).toMatch(/^The data folder \/proc\/sealdrop\/data cannot be used: .+\. Choose another folder/)
})

test('a full disk is told with the folder that lies on it', async () => {
  const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC', syscall: 'write' })
  await expect(inFolder(folder, () => Promise.reject(full))).rejects.toThrow(
    `The data folder ${folder} cannot be used: its disk is full. Make room there, or choose another folder: SEALDROP_DATA=/path/to/folder npm start.`,
  )
})

test('an error that is no refusal of the system is passed on unchanged', async () => {
  mkdirSync(join(folder, 'theirs'))
  writeFileSync(join(folder, 'theirs', 'notes'), '')
  rmSync(join(folder, 'theirs', 'notes'))
  const said = new Error('Sealdrop is already running on it.')
  await expect(inFolder(folder, () => Promise.reject(said))).rejects.toBe(said)
})
