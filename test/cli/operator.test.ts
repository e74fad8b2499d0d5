import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { readAnswer } from '#client/answers.ts'
import type { DropId } from '#protocol/id.ts'
import { findCommand } from '../../cli/command.ts'
import { disclosureForm, operatorCommands } from '../../cli/operator/operator.ts'
import { searchFolder } from '../../cli/operator/folder.ts'
import { formatJson } from '../../cli/terminal/terminal.ts'
import { says } from '../kit/network.ts'

const ABOUT = { drop: 'oWoM-7cC-h23a0_amIcAbw' as DropId }
const ANSWER = { v: 1, kind: 'sealdrop disclosure', about: ABOUT, held: [] }

test('what a server answers about another drop is not signed as the answer to this one', async () => {
  const read = async (answer: unknown): Promise<unknown> =>
    readAnswer(
      await says(answer)({ method: 'POST', url: 'https://drop.example/v1/operator', fields: {} }),
      disclosureForm(ABOUT),
    )
  expect(await read(ANSWER)).toEqual({ said: ANSWER })
  const others = [
    { ...ANSWER, about: { drop: 'A'.repeat(22) } },
    { ...ANSWER, about: undefined },
    { about: ABOUT },
    null,
  ]
  for (const other of others) expect(await read(other)).toMatchObject({ code: 'bad_answer' })
})

test('what a server puts into a disclosure is no command to the terminal', () => {
  const value = { text: 'a\u009b2Jb\u202ec\u0007' }
  const shown = formatJson(value, 2)
  expect(shown).toBe('{\n  "text": "a\\u009b2Jb\\u202ec\\u0007"\n}')
  expect(JSON.parse(shown)).toEqual(value)
})

test('a server that has a database for itself for a moment is waited for, and makes no internal error', async () => {
  const { data, file } = folderOfServer()
  const writer = spawn(process.execPath, ['-e', HOLD, file])
  onTestFinished(() => void writer.kill())
  await once(writer.stdout, 'data')
  expect(searchFolder(data, ABOUT).held).toEqual([])
})

test('what is no database is named, and nothing is disclosed without it', () => {
  const { data, file } = folderOfServer()
  writeFileSync(file, 'no database, however one looks at it')
  expect(() => searchFolder(data, ABOUT)).toThrow(/^cannot read sealdrop-Shelf\/one\.sqlite: /)
})

test('an id that begins with a hyphen is an id and no option', async () => {
  const data = mkdtempSync(join(tmpdir(), 'sealdrop-operator-'))
  onTestFinished(() => rmSync(data, { recursive: true }))
  for (const args of [
    ['-AhYY8_u98yphnjkLq5DdQ', '--data', data],
    ['--data', data, '--', '-AhYY8_u98yphnjkLq5DdQ'],
  ])
    await expect(run(['disclose', ...args])).rejects.not.toThrow(/option|arguments/)
  await expect(run(['disclose', '-x'])).rejects.toThrow('no option -x')
})

test('a key whose public half cannot be written is not left behind', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sealdrop-operator-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  symlinkSync('nowhere', join(folder, 'key.pub'))
  await expect(run(['key', join(folder, 'key')])).rejects.toThrow(/key\.pub is there already$/)
  expect(readdirSync(folder)).toEqual(['key.pub'])
  await expect(run(['key', join(folder, 'none/key')])).rejects.toThrow(
    /^cannot write .*\/none\/key: no such file or folder$/,
  )
})

async function run(words: readonly string[]): Promise<unknown> {
  const { command, rest } = findCommand(words, operatorCommands)
  return command?.run(rest)
}

function folderOfServer(): { data: string; file: string } {
  const data = mkdtempSync(join(tmpdir(), 'sealdrop-operator-'))
  onTestFinished(() => rmSync(data, { recursive: true }))
  const shelf = join(data, 'state', 'do', 'sealdrop-Shelf')
  mkdirSync(shelf, { recursive: true })
  return { data, file: join(shelf, 'one.sqlite') }
}

/** Says when it has the database for itself, and lets go of it half a second later. */
const HOLD = `
  const database = new (require('node:sqlite').DatabaseSync)(process.argv[1])
  database.exec('CREATE TABLE drops (id BLOB); BEGIN EXCLUSIVE')
  console.log('held')
  setTimeout(() => database.exec('COMMIT'), 500)
`
