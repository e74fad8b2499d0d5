import { execFile } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parsePhrase } from '#client/box/root.ts'
import { parseReturnCode } from '#client/box/return.ts'
import { parseBase64url, utf8 } from '#protocol/bytes.ts'
import { newPassphrase, noteLink } from './drops.ts'
import { unique, uniqueText, type Person } from './person.ts'
import { notePhrase, noteReturnCode } from './secrets.ts'

/** A person at a terminal: the built command, as a process of its own. */
export interface Terminal {
  readonly person: Person
  /** The folder of its files and its SEALDROP_HOME. */
  readonly folder: string
  /** The top folder of the product whose command is run. */
  readonly root: string
}

/** Sends and opens by the command, makes a box with it, and gets an answer there. */
export async function practiseCommands({ person, folder, root }: Terminal): Promise<void> {
  const { name: who, notebook, server } = person
  mkdirSync(folder, { recursive: true })
  const env = { ...process.env, SEALDROP_SERVER: server.origin, SEALDROP_HOME: join(folder, 'home') }
  const run = (args: readonly string[], input = ''): Promise<string> =>
    runCommand([join(root, 'dist/cli/sealdrop.js'), ...args], { cwd: folder, env }, input)
  const passphrase = newPassphrase()
  notebook.text(who, 'passphrase', passphrase)
  writeFileSync(join(folder, 'pass.txt'), `${passphrase}\n`)

  const file = `Überweisung ${uniqueText('Konto').trim()}.csv`
  notebook.text(who, 'name of a file', file)
  const rows = unique('Kontoauszug', 3_000)
  notebook.plaintext(who, 'contents of a file', rows)
  writeFileSync(join(folder, file), rows)
  const text = noted(person, 'from a terminal')
  const link = (await run(['send', '-', file, '--reads', '2', '--passphrase-file', 'pass.txt'], text)).trim()
  await noteLink(person, link, passphrase)
  await run(['open', '-', '-o', 'opened', '--passphrase-file', 'pass.txt'], link)
  await run(['status'])

  const box = (
    await run([
      'box',
      'create',
      '--name',
      uniqueText('Kiosk').trim(),
      '--passphrase-file',
      'pass.txt',
      '--phrase-file',
      'phrase.txt',
    ])
  ).trim()
  const phrase = parsePhrase(readFileSync(join(folder, 'phrase.txt'), 'utf8'))
  if (phrase === undefined) throw new Error('the command wrote no phrase')
  notePhrase(person, phrase)
  const code = parseReturnCode(await run(['send', '--to', box, '--return-code'], noted(person, 'to a kiosk')))
  if (code === undefined) throw new Error('the command printed no return code')
  await noteReturnCode(person, code)
  const listed = await run(['box', 'list', '--passphrase-file', 'pass.txt'])
  const [item = ''] = listed.split(' ')
  await run(['box', 'open', item, '--passphrase-file', 'pass.txt'])
  await run(['box', 'answer', item, '--passphrase-file', 'pass.txt'], noted(person, 'from a kiosk'))
  writeFileSync(join(folder, 'code.txt'), `${code.words.join(' ')}\n`)
  await run(['return', '--code-file', 'code.txt'])
  await run(['box', 'backup', 'box.age', '--passphrase-file', 'pass.txt'])
  noteSeeds(person, join(folder, 'home'))
}

function noted({ name, notebook }: Person, about: string): string {
  const text = uniqueText(about)
  notebook.plaintext(name, 'text of a drop', utf8(text))
  return text
}

/** The seeds that the command keeps on the device. */
function noteSeeds({ name, notebook }: Person, home: string): void {
  for (const entry of readdirSync(home, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const text = readFileSync(join(entry.parentPath, entry.name), 'utf8')
    for (const [, seed = ''] of text.matchAll(/"seed":"([\w-]{43})"/g)) {
      const bytes = parseBase64url(seed, 32)
      if (bytes !== undefined) notebook.bytes(name, 'seed that the command keeps', bytes)
    }
  }
}

function runCommand(
  args: readonly string[],
  place: { cwd: string; env: NodeJS.ProcessEnv },
  input: string,
): Promise<string> {
  return new Promise((done, failed) => {
    const child = execFile(process.execPath, args, place, (error, stdout, stderr) => {
      if (error === null) done(stdout)
      else failed(new Error(`sealdrop ${args.slice(1, 3).join(' ')} failed: ${stderr}`))
    })
    child.stdin?.end(input)
  })
}
