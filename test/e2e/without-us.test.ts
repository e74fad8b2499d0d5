import { execFile, execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Decrypter } from 'age-encryption'
import { afterAll, expect, test } from 'vitest'
import { openInPage, sealInPage, stage } from './support/pages.ts'

const { person, server } = stage()
const folder = mkdtempSync(join(tmpdir(), 'sealdrop-without-us-'))
afterAll(() => rmSync(folder, { recursive: true }))

test('a file sealed with --age-only is deposited by the curl line that it prints, and opens in the page', async () => {
  const { link, curl, ticket } = JSON.parse(
    await sealdrop(['send', '--age-only', '--json', 'note.txt'], { 'note.txt': 'no program of ours has sent this' }),
  ) as { link: string; curl: string; ticket: string }
  expect(await sealdrop(['status', ticket])).toContain('unknown to the server')

  expect(await deposit(curl)).toMatchObject({ reads: 1, size: 18_043, parts: 1 })
  // Without having seen the answer, a person runs the line again.
  expect(await deposit(curl)).toMatchObject({ reads: 1, size: 18_043, parts: 1 })

  const { page, complaints } = await person()
  await openInPage(page, link)
  await page.getByRole('button', { name: 'Save note.txt' }).waitFor()
  await expect.poll(() => sealdrop(['status', ticket])).toContain('opened and burned')
  expect(complaints).toEqual([])
})

test('an age file that was damaged on its way is not accepted', async () => {
  const { curl, file } = JSON.parse(
    await sealdrop(['send', '--age-only', '--json', 'note.txt'], { 'note.txt': 'whole' }),
  ) as { curl: string; file: string }
  const bytes = readFileSync(join(folder, file))
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1
  writeFileSync(join(folder, file), bytes)
  expect(await deposit(curl)).toMatchObject({ type: `${server().url}/problems/bad_request` })
})

test('the curl line says the same to a program that is not curl', async () => {
  const { curl, link } = JSON.parse(
    await sealdrop(['send', '--age-only', '--json', 'note.txt'], { 'note.txt': 'by another program' }),
  ) as { curl: string; link: string }
  expect(await depositByFetch(curl)).toMatchObject({ reads: 1, size: 18_043 })
  await sealdrop(['open', '-', '-o', 'opened'], {}, link)
  expect(readFileSync(join(folder, 'opened/note.txt'), 'utf8')).toBe('by another program')
})

test('a message sealed in the page is opened by the age library and a stock tar', async () => {
  const sender = await person()
  const link = await sealInPage(sender.page, server().url, { text: 'The door code is 4471.', passphrase: 'horse' })
  writeFileSync(join(folder, 'pass.txt'), 'horse')
  await sealdrop(['open', '-', '--sealed', 'drop.age', '--passphrase-file', 'pass.txt'], {}, link)
  const decrypter = new Decrypter()
  decrypter.addIdentity((await sealdrop(['key', '-', '--passphrase-file', 'pass.txt'], {}, link)).trim())
  const archive = await decrypter.decrypt(new Uint8Array(readFileSync(join(folder, 'drop.age'))))
  const read = execFileSync('tar', ['-xOf', '-', 'message.txt'], { input: archive })
  expect(read.toString()).toBe('The door code is 4471.')

  // That lost nothing: the drop is still there for the computer that claimed it.
  const text = await sealdrop(['open', '-', '--passphrase-file', 'pass.txt'], {}, link)
  expect(text).toBe('The door code is 4471.')
})

/** Runs the built command in a home of its own. @returns its standard output */
function sealdrop(args: readonly string[], files: Readonly<Record<string, string>> = {}, input = ''): Promise<string> {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  const env = { ...process.env, SEALDROP_HOME: join(folder, 'home'), SEALDROP_SERVER: server().url }
  return new Promise((resolve, reject) => {
    const child = execFile(process.execPath, [PROGRAM, ...args], { cwd: folder, env }, (error, stdout) =>
      error === null ? resolve(stdout) : reject(error),
    )
    child.stdin?.end(input)
  })
}

/** Runs the line as it is. Without curl on the machine, it is taken apart. @returns the answer, whatever its status */
async function deposit(curl: string): Promise<unknown> {
  if (spawnSync('curl', ['--version']).status !== 0) return depositByFetch(curl)
  return new Promise((resolve) => {
    execFile('/bin/sh', ['-c', curl.replace('curl ', 'curl --silent ')], { cwd: folder }, (_, stdout) =>
      resolve(JSON.parse(stdout)),
    )
  })
}

async function depositByFetch(curl: string): Promise<unknown> {
  const headers = Object.fromEntries(
    Array.from(curl.matchAll(/-H '([\w-]+): ([^']*)'/g), ([, name, value]) => [name, value]),
  )
  const [, method] = /-X (\w+)/.exec(curl) ?? []
  const [, file = ''] = /--data-binary '@([^']*)'/.exec(curl) ?? []
  const [, url = ''] = /'(http[^']*)'$/.exec(curl) ?? []
  const answer = await fetch(url, {
    method: method ?? '',
    headers,
    body: new Uint8Array(readFileSync(join(folder, file))),
  })
  return answer.json()
}

const PROGRAM = fileURLToPath(new URL('../../dist/cli/sealdrop.js', import.meta.url))
