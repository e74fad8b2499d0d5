import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { tryLock, withLock } from '../../cli/state/lock.ts'

let folder: string
let path: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sealdrop-lock-'))
  path = join(folder, 'a.lock')
})
afterEach(() => rmSync(folder, { recursive: true }))

test('one has a lock at a time, and its file is its owner’s alone', () => {
  const lock = tryLock(path)
  expect([lock === undefined, tryLock(path)]).toEqual([false, undefined])
  expect(statSync(path).mode & 0o777).toBe(0o600)
  lock?.release()
  const next = tryLock(path)
  next?.release('nothing')
  expect([next === undefined, readdirSync(folder)]).toEqual([false, []])
})

test('a lock is taken back from a process that was killed', async () => {
  const program = `const { DatabaseSync } = require('node:sqlite'); const database = new DatabaseSync(process.argv[1])
    database.exec('BEGIN EXCLUSIVE'); console.log('held'); setInterval(() => database, 1000)`
  const child = spawn(process.execPath, ['-e', program, path])
  await once(child.stdout, 'data')
  expect(tryLock(path)).toBeUndefined()
  child.kill('SIGKILL')
  await once(child, 'exit')
  const lock = tryLock(path)
  expect(lock).toBeDefined()
  lock?.release()
})

test('what is read and written under a lock is not lost, even when its file is removed meanwhile', async () => {
  let value = 0
  const add = (): Promise<void> =>
    withLock(path, async () => {
      const read = value
      await sleep(1)
      value = read + 1
    })
  const remove = (): Promise<void> => withLock(path, async () => rmSync(path))
  await Promise.all([add(), add(), remove(), add(), add()])
  expect(value).toBe(4)
})

test('work that fails gives the lock back', async () => {
  await expect(withLock(path, () => Promise.reject(new Error('no')))).rejects.toThrow('no')
  tryLock(path)?.release()
  expect(await withLock(path, async () => 'done')).toBe('done')
})
