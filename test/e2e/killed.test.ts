// The remains of a server that was killed, or whose folder was damaged, and how the next one deals with them.
import { once } from 'node:events'
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  watch,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { basename, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { generateSigningKey } from '#client/crypto/keys.ts'
import { claim, openWhole } from '../kit/sealed.ts'
import { checkDrop, revokeDrop } from '#client/sender.ts'
import { startServer, type Server } from '../tools/server.ts'
import { sealdrop } from './support/command.ts'
import { reach, send, type Deposited } from './support/people.ts'
import { randomNoise } from '../kit/bytes.ts'
import { fileOf } from '../kit/messages.ts'
import { tablesOn } from './support/disk.ts'

test('ciphertext that no drop names is gone before a killed server serves again, and waiting messages are still there', async () => {
  await using own = await startServer()
  const waiting = await send(own.url, { text: 'waits' })
  const ended = await send(own.url, { text: 'was revoked' })
  const [whole = ''] = kept(own)
  await own.kill()
  const planted = ['f'.repeat(80), '.kj-tmp.1234'].map((name) => join(blobsOf(own), name))
  for (const path of planted) writeFileSync(path, readFileSync(whole))
  changeIndex(own, (index) => {
    const insert = index.prepare('INSERT INTO _mf_entries (key, blob_id, expiration) VALUES (?, ?, ?)')
    insert.run('part/11111111-1111-4111-8111-111111111111', 'e'.repeat(80), Date.now() + 3_600_000)
    insert.run('part/22222222-2222-4222-8222-222222222222', 'd'.repeat(80), 1)
  })
  for (const name of ['e'.repeat(80), 'd'.repeat(80)]) writeFileSync(join(blobsOf(own), name), 'left over')
  await own.start()
  expect(kept(own)).toHaveLength(2)
  expect(own.printed()).toContain('Removed the remains of a killed server: 4 files')
  expect(await openText(waiting)).toBe('waits')
  await revokeDrop(ended.server, ended.sealed.ticket, ended.sender)
  await expect.poll(() => kept(own).length).toBe(1)
})

test.for([1, 3, 8])(
  'a server killed at write %i of its ciphertexts keeps none afterwards that no drop names',
  async (nth) => {
    await using own = await startServer()
    const first = await send(own.url, { text: 'makes the folder' })
    const files = Array.from({ length: 6 }, (_, n) => fileOf(`${n}.bin`, randomNoise(200_000)))
    const seen = new Set<string>()
    const watcher = watch(blobsOf(own))
    const reached = new Promise<void>((done) => {
      watcher.on('change', (_, name) => {
        seen.add(String(name))
        if (seen.size >= nth) done()
      })
    })
    const sent = files.map(async (file) => {
      const each = await send(own.url, { files: [file] })
      await revokeDrop(each.server, each.sealed.ticket, each.sender)
    })
    const settled = Promise.allSettled(sent)
    await reached
    await own.kill()
    watcher.close()
    await own.start()
    await settled
    // Requests still on their way have ended by now, one way or the other; a sender who deposits again and revokes is done too.
    expect(await openText(first)).toBe('makes the folder')
    await own.stop()
    await own.start()
    const named = tablesOn(own.data).flatMap(({ rows, table }) => (table === '_mf_entries' ? rows : []))
    expect(new Set(kept(own).map((path) => basename(path)))).toEqual(new Set(named.map(({ blob_id: blob }) => blob)))
    const rows = tablesOn(own.data).flatMap(({ rows: each, table }) => (table === 'drops' ? each : []))
    const live = rows.filter(({ phase }) => phase === 'uploading' || phase === 'live')
    const keys = new Set(live.flatMap(({ blobs }) => JSON.parse(String(blobs)) as string[]))
    expect(named.filter(({ key }) => !keys.has(String(key)))).toEqual([])
  },
)

test('a message whose ciphertext is gone from the folder is lost to its reader, its sender and the operator', async () => {
  await using own = await startServer()
  const { opener, sealed, sender, server } = await send(own.url, { text: 'gone' })
  for (const path of kept(own)) rmSync(path)
  const reader = await generateSigningKey()
  for (let n = 0; n < 2; n += 1)
    await expect(claim(reach(own.url), opener, reader)).rejects.toMatchObject({ code: 'lost' })
  expect((await checkDrop(server, sealed.ticket, sender)).state).toBe('lost')
  await expect.poll(() => own.printed()).toContain('Somebody asked for a message whose ciphertext is gone')
  expect(own.printed()).not.toContain(sealed.dropId)
})

test('a link whose message is lost opens with that news, and with no advice to try again', async () => {
  await using own = await startServer()
  const link = await sealdrop(own, ['send'], 'gone')
  for (const path of kept(own)) rmSync(path)
  await expect(sealdrop(own, ['open', '-'], link)).rejects.toMatchObject({
    code: 3,
    stderr: expect.stringMatching(
      /the server has lost this message.*\nsealdrop: hint: ask the sender to send it again/,
    ),
  })
})

test('a ciphertext that the disk has cut short is counted as lost at the start, and its reader is told so', async () => {
  await using own = await startServer()
  const { opener } = await send(own.url, { files: [fileOf('film.bin', randomNoise(100_000))] })
  await own.stop()
  for (const path of kept(own)) truncateSync(path, 50_000)
  await own.start()
  expect(own.printed()).toContain(`Ciphertext of waiting messages is missing in ${own.data} (1 file).`)
  await expect(claim(reach(own.url), opener, await generateSigningKey())).rejects.toMatchObject({ code: 'lost' })
})

test('a workerd that is killed alone is started again, and the operator is told so', async () => {
  await using own = await startServer()
  const waiting = await send(own.url, { text: 'still here' })
  const first = runtimeOf(own)
  process.kill(first, 'SIGKILL')
  await expect.poll(() => own.printed()).toContain('The runtime is running again.')
  expect(own.printed()).toContain('The runtime, workerd, was ended by SIGKILL. Starting it again.')
  expect(runtimeOf(own)).not.toBe(first)
  expect(await openText(waiting)).toBe('still here')
})

test('while workerd is away, clients are told to come back', async () => {
  await using own = await startServer()
  process.kill(runtimeOf(own), 'SIGKILL')
  const answers = new Set<string>()
  await expect
    .poll(async () => {
      const answer = await fetch(`${own.url}/v1/limits`)
      answers.add(`${answer.status} ${answer.headers.get('Retry-After') ?? ''}`.trim())
      return own.printed().includes('running again') && answer.status === 200
    })
    .toBe(true)
  expect([...answers].filter((each) => each !== '200' && each !== '503 5')).toEqual([])
})

test('a workerd that ends over and over is given up with a sentence and a failure', async () => {
  await using own = await startServer()
  for (let round = 1; round < 6; round += 1) {
    process.kill(runtimeOf(own), 'SIGKILL')
    await expect.poll(() => own.printed().split('running again').length).toBe(round + 1)
  }
  process.kill(runtimeOf(own), 'SIGKILL')
  expect(await own.ended()).toBe(1)
  expect(own.printed()).toContain('ended 6 times in ten minutes, the last time by SIGKILL. Giving up.')
})

test('a start waits for the port of the killed server before it', async () => {
  await using own = await startServer()
  await own.kill()
  const holder = createServer().listen(Number(new URL(own.url).port), '127.0.0.1')
  await once(holder, 'listening')
  const starting = own.start()
  await expect.poll(() => own.printed()).toContain('is still taken. Waiting for the killed server')
  holder.close()
  await starting
  expect((await fetch(own.url)).status).toBe(200)
})

test('a workerd of which no note is left does not stay on the folder', async () => {
  await using own = await startServer()
  const runtime = runtimeOf(own)
  process.kill(serverOf(own), 'SIGKILL')
  await expect.poll(() => isRunning(serverOf(own))).toBe(false)
  const note = join(own.data, 'server.json')
  const { runtime: _, ...rest } = JSON.parse(readFileSync(note, 'utf8')) as Record<string, unknown>
  writeFileSync(note, JSON.stringify(rest))
  await own.kill()
  await own.start()
  expect(isRunning(runtime)).toBe(false)
})

test.for<[name: string, damage: (path: string) => void, how: RegExp]>([
  [
    'overwritten in the middle',
    (path) => writeFileSync(path, damaged(readFileSync(path))),
    /is damaged|cannot be read/,
  ],
  ['cut off', (path) => truncateSync(path, 5_000), /is damaged|cannot be read/],
  ['emptied', (path) => truncateSync(path, 0), /is empty/],
  ['no database', (path) => writeFileSync(path, 'x'.repeat(9_000)), /cannot be read/],
])(
  'a database that was %s is named at the start, and nothing is served until the loss is accepted',
  async ([, damage, how]) => {
    await using own = await startServer()
    await send(own.url, { text: 'on this shelf' })
    await own.stop()
    const [shelf = ''] = shelvesOf(own)
    // Puts everything into the one file: a log beside it would repair the damage.
    const database = new DatabaseSync(join(own.data, shelf))
    database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    database.close()
    damage(join(own.data, shelf))
    await expect(own.start()).rejects.toThrow(`${shelf} `)
    expect(own.printed()).toMatch(how)
    expect(own.printed()).toContain('npm start -- --accept-loss')
    expect(statSync(join(own.data, shelf)).isFile()).toBe(true)
    await using next = await startServer({ data: own.data, args: ['--accept-loss'] })
    expect((await send(next.url, { text: 'again' })).sealed.link).not.toBe('')
    expect(statSync(join(own.data, 'damaged', shelf)).isFile()).toBe(true)
  },
)

test('a database that was there and is missing is named at the start', async () => {
  await using own = await startServer()
  await send(own.url, { text: 'on this shelf' })
  await own.stop()
  const [shelf = ''] = shelvesOf(own)
  mkdirSync(join(own.data, 'elsewhere'))
  renameSync(join(own.data, shelf), join(own.data, 'elsewhere', 'x.sqlite'))
  await expect(own.start()).rejects.toThrow(`${shelf} is missing`)
})

async function openText(deposited: Deposited): Promise<string> {
  const { opener, server } = deposited
  return (await openWhole(await claim(reach(server.origin, 30_000), opener, await generateSigningKey()), opener)).text
}

function blobsOf({ data }: Server): string {
  return join(data, 'state/kv/KV/blobs')
}

/** The files of ciphertext. */
function kept(server: Server): string[] {
  return readdirSync(blobsOf(server)).map((name) => join(blobsOf(server), name))
}

/** The databases of the shelves that hold anything, as paths from the data folder. */
function shelvesOf({ data }: Server): string[] {
  const folder = 'state/do/sealdrop-Shelf'
  return readdirSync(join(data, folder))
    .filter((name) => name.endsWith('.sqlite') && name !== 'metadata.sqlite')
    .map((name) => join(folder, name))
}

function changeIndex({ data }: Server, change: (index: DatabaseSync) => void): void {
  const folder = join(data, 'state/kv/miniflare-KVNamespaceObject')
  const [name = ''] = readdirSync(folder).filter((each) => each.endsWith('.sqlite') && each !== 'metadata.sqlite')
  const index = new DatabaseSync(join(folder, name))
  change(index)
  index.close()
}

function damaged(bytes: Buffer): Buffer {
  return Buffer.concat([bytes.subarray(0, 4_096), Buffer.alloc(bytes.length - 4_096, 0xa5)])
}

function noteOf({ data }: Server): Record<string, number> {
  return JSON.parse(readFileSync(join(data, 'server.json'), 'utf8')) as Record<string, number>
}

function runtimeOf(server: Server): number {
  return noteOf(server)['runtime'] ?? 0
}

function serverOf(server: Server): number {
  return noteOf(server)['server'] ?? 0
}

function isRunning(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8') !== ''
  } catch {
    return false
  }
}
