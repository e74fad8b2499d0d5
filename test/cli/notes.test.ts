import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openBackup } from '#client/box/backup.ts'
import type { ItemNote } from '#client/box/reading.ts'
import type { BoxState } from '#client/box/state.ts'
import { formatVault, openVault, parseVault, saveState, type OpenVault } from '#client/box/vault.ts'
import { stretch } from '#client/crypto/argon2.ts'
import { formatDropId, parseDropId, type DropId } from '#protocol/id.ts'
import { startServer, type Server } from '../tools/server.ts'

// A vault with the notes that the page makes, in the hands of the built command.

const BUILT = fileURLToPath(new URL('../../dist/cli/sealdrop.js', import.meta.url))
const PASSPHRASE = 'a long passphrase'
const DAY = 86_400_000

const folder = mkdtempSync(join(tmpdir(), 'sealdrop-notes-'))
const PASS = join(folder, 'pass')
const UNLOCK = ['--passphrase-file', PASS] as const
let server: Server

beforeAll(async () => {
  writeFileSync(PASS, `${PASSPHRASE}\n`)
  server = await startServer()
})

afterAll(async () => {
  await server.close()
  rmSync(folder, { recursive: true })
})

test('on the command line an inbox keeps its answers, and nothing of a message that has expired', async () => {
  const [owner, other, sender] = ['owner', 'other', 'sender'].map(homeOf) as [string, string, string]
  const address = (await run(owner, ['box', 'create', ...UNLOCK, '--phrase-file', join(folder, 'phrase')])).trim()
  await run(sender, ['send', '--to', address, '--return-code'], '  a tip\nin two lines')
  await run(sender, ['send', '--to', address, '--return-code'], 'another tip')
  const listed = JSON.parse(await run(owner, ['box', 'list', '--json', ...UNLOCK])) as {
    items: { item: string; drop: string }[]
  }
  const [second, first] = listed.items.map(({ item, drop }) => ({ item, drop: dropOf(drop) }))
  if (first === undefined || second === undefined) throw new Error('two items')
  await run(owner, ['box', 'open', first.item, ...UNLOCK])
  await run(owner, ['box', 'open', second.item, ...UNLOCK])

  // As the page leaves it: an answer, a message put back among the unread ones, and one that is over.
  const expired = formatDropId(new Uint8Array(16))
  const answered = { answeredAtMs: 5, answers: [{ atMs: 5, text: 'from the browser' }] }
  await change(owner, (state) => {
    const { items } = state.reading
    return withItems(state, {
      ...items,
      [first.drop]: { ...noteIn(state, first.drop), ...answered, isUnread: true },
      [second.drop]: { ...noteIn(state, second.drop), isUnread: true },
      [expired]: { readAtMs: 1, preview: 'over long ago', expiresAtMs: Date.now() - DAY, sealedTo: [] },
    })
  })
  const before = noteIn((await vaultOf(owner)).state, first.drop)
  expect(await run(owner, ['box', 'list', '--unread', ...UNLOCK])).toMatch(/unread.*a tip in two lines\n/)

  await run(owner, ['box', 'open', first.item, ...UNLOCK])
  const { isUnread: _, ...read } = before
  expect(itemsOf((await vaultOf(owner)).state)).toEqual({
    [first.drop]: read,
    [second.drop]: expect.objectContaining({ isUnread: true, preview: 'another tip' }),
  })

  await run(owner, ['box', 'answer', first.item, ...UNLOCK], 'from the terminal')
  const answers = [...answered.answers, { atMs: expect.any(Number), text: 'from the terminal' }]
  const { items } = (await vaultOf(owner)).state.reading
  expect(items[first.drop]).toEqual({ ...read, answeredAtMs: expect.any(Number), answers })

  // Expired since the vault was opened the last time: not even the backup has it.
  await change(owner, (state) =>
    withItems(state, { ...items, [expired]: { readAtMs: 1, preview: 'over', expiresAtMs: 2, sealedTo: [] } }),
  )
  const backup = join(folder, 'backup.age')
  await run(owner, ['box', 'backup', backup, ...UNLOCK])
  const kept = await openBackup(new Uint8Array(readFileSync(backup)), PASSPHRASE)
  expect(kept.reading.items).toEqual(items)
  expect(itemsOf((await vaultOf(owner)).state)).toEqual(items)

  await run(other, ['box', 'restore', backup, ...UNLOCK])
  expect(itemsOf((await vaultOf(other)).state)).toEqual(items)
  // A message that its owner has put back among the unread ones is not deleted with those that were read.
  const { deleted } = JSON.parse(await run(other, ['box', 'delete', '--read', '--yes', '--json', ...UNLOCK])) as {
    deleted: string[]
  }
  expect(deleted).toEqual([first.item])
  expect(Object.keys(itemsOf((await vaultOf(other)).state))).toEqual([second.drop])
})

function homeOf(name: string): string {
  const home = join(folder, name)
  mkdirSync(home)
  return home
}

/** The state of the one box of a computer. */
async function vaultOf(home: string): Promise<OpenVault> {
  const vault = parseVault(JSON.parse(readFileSync(vaultPath(home), 'utf8')))
  if (vault === undefined) throw new Error('no vault')
  return openVault(vault, PASSPHRASE, stretch)
}

async function change(home: string, by: (state: BoxState) => BoxState): Promise<void> {
  const open = await vaultOf(home)
  writeFileSync(vaultPath(home), formatVault((await saveState(open, by(open.state))).vault))
}

function vaultPath(home: string): string {
  const [name = ''] = readdirSync(join(home, 'boxes')).filter((each) => each.endsWith('.json'))
  return join(home, 'boxes', name)
}

function withItems(state: BoxState, items: BoxState['reading']['items']): BoxState {
  return { ...state, reading: { items } }
}

function itemsOf(state: BoxState): Readonly<Record<string, ItemNote>> {
  return state.reading.items
}

function noteIn(state: BoxState, drop: DropId): ItemNote {
  const note = state.reading.items[drop]
  if (note === undefined) throw new Error('no note')
  return note
}

function dropOf(text: string): DropId {
  const drop = parseDropId(text)
  if (drop === undefined) throw new Error('no drop')
  return drop
}

/** Runs the command. @returns its output @throws Error with what it said if it fails */
function run(home: string, args: readonly string[], input = ''): Promise<string> {
  const child = spawn(process.execPath, [BUILT, ...args], {
    env: { PATH: process.env['PATH'], HOME: home, SEALDROP_HOME: home, NO_COLOR: '1', SEALDROP_SERVER: server.url },
  })
  let [out, err] = ['', '']
  child.stdout.on('data', (text) => (out += String(text)))
  child.stderr.on('data', (text) => (err += String(text)))
  child.stdin.end(input)
  return new Promise((resolve, reject) =>
    child.on('close', (code) => (code === 0 ? resolve(out) : reject(new Error(`${args.join(' ')}: ${code}\n${err}`)))),
  )
}
