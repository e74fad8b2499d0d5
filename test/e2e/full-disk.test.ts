// A disk that other programs have filled to the last byte: requests that free room have to get through, and all others get the
// reason.
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { accessOfState } from '#client/box/access.ts'
import { deleteItems, listItems } from '#client/box/inbox.ts'
import { rootOf } from '#client/box/root.ts'
import type { BoxState } from '#client/box/state.ts'
import { generateSigningKey } from '#client/crypto/keys.ts'
import { acknowledge } from '#client/receive.ts'
import { checkDrop, revokeDrop } from '#client/sender.ts'
import { isDropError } from '#protocol/error.ts'
import type { DropId } from '#protocol/id.ts'
import { fileOf } from '../kit/messages.ts'
import { claim, openWhole } from '../kit/sealed.ts'
import { startServer, type Server } from '../tools/server.ts'
import { mountSmallDisk } from '../tools/small-disk.ts'
import { reach, send, type Deposited } from './support/people.ts'
import { randomNoise } from '../kit/bytes.ts'
import { publishBox, writeTo } from '../kit/owned-boxes.ts'

test('on a disk that is full to the last byte messages are refused at once, and reading, revoking and deleting go on', async () => {
  await using disk = await mountSmallDisk(DISK_BYTES)
  const isFull = disk !== undefined
  await using own = await startServer(isFull ? { data: join(disk.path, 'data'), within: disk.within } : {})
  const [toRead, toRevoke, afterwards] = await Promise.all([sendFiles(own), sendFiles(own), sendFiles(own)])
  const { state, items } = await fillBox(own)

  disk?.fill()
  expect(await create(own)).toEqual(isFull ? [503, '5'] : [400, null])
  for (const drop of toRead) await readWhole(drop)
  disk?.fill()
  for (const drop of toRevoke) await revoke(drop)
  disk?.fill()
  const { key: root } = await rootOf(state)
  expect(await deleteItems(reach(own.url), root, state.box, items)).toBe(items.length)
  for (const { server, sealed, sender } of toRead)
    expect((await checkDrop(server, sealed.ticket, sender)).state).toBe('read')

  // A program that takes every byte as it is freed gets the last one in the end: then an honest answer is all that is promised.
  for (let n = 0; n < 8; n += 1) {
    disk?.fill()
    await create(own)
  }
  expect(await Promise.all(afterwards.map(outcomeOfRevoking))).toContain(isFull ? 'try_later' : 'revoked')
  disk?.empty()
  for (const drop of afterwards) await revoke(patiently(drop))
  await readWhole(patiently(await sendFile(own)))
  expect(own.printed()).toMatch(
    isFull ? /The disk is nearly full: .*The disk is full: .*There is room on the disk again/s : /^Sealdrop is running/,
  )
})

async function readWhole({ opener, server }: Deposited): Promise<void> {
  const reader = await generateSigningKey()
  const { opened } = await openWhole(await claim(server, opener, reader), opener)
  expect(await acknowledge(server, opener, reader, opened)).toBe(true)
}

test('with its home on a full disk the command says so and sends nothing, and its tickets can be revoked and forgotten', async () => {
  await using own = await startServer()
  await using disk = await mountSmallDisk(DISK_BYTES)
  // Where nothing can be mounted, a limit keeps every file from growing.
  const full = disk?.within ?? ['sh', '-c', 'ulimit -f 0; exec "$@"', 'sh']
  const home = join(disk?.path ?? own.data, 'home')
  const run = async (within: readonly string[], args: readonly string[], typed = ''): Promise<string> => {
    const [program = '', ...words] = [...within, process.execPath, COMMAND, ...args]
    const env = { ...process.env, SEALDROP_HOME: home, SEALDROP_SERVER: own.url }
    const running = promisify(execFile)(program, words, { env })
    running.child.stdin?.end(typed)
    return (await running).stdout
  }
  const { ticket } = JSON.parse(await run(disk?.within ?? [], ['send', '--json'], 'waits')) as { ticket: string }
  disk?.fill()
  await expect(run(full, ['send'], 'hello')).rejects.toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringMatching(
      /^sealdrop: cannot write in .*: (no space left|file too large)\nsealdrop: hint: SEALDROP_HOME/,
    ),
  })
  await run(full, ['revoke', ticket])
  expect(await run(full, ['status'])).toContain('revoked')
  await run(full, ['forget', ticket])
  expect(await run(full, ['status'])).toBe('')
})

/** Like a client that is told to come back, and does. */
function patiently(drop: Deposited): Deposited {
  return { ...drop, server: reach(drop.server.origin, 60_000) }
}

async function revoke({ sealed, sender, server }: Deposited): Promise<void> {
  expect((await revokeDrop(server, sealed.ticket, sender)).state).toBe('revoked')
}

/** @returns the state of a drop, or why it could not be revoked */
function outcomeOfRevoking({ sealed, sender, server }: Deposited): Promise<string> {
  return revokeDrop(server, sealed.ticket, sender).then(
    ({ state }) => state,
    (error: unknown) => (isDropError(error) ? error.code : String(error)),
  )
}

function sendFiles(own: Server): Promise<Deposited[]> {
  return Promise.all(Array.from({ length: EACH }, () => sendFile(own)))
}

function sendFile(own: Server): Promise<Deposited> {
  return send(own.url, { files: [fileOf('a.bin', randomNoise(100_000))] })
}

/** A box with `EACH` items. */
async function fillBox(own: Server): Promise<{ state: BoxState; items: readonly DropId[] }> {
  const server = reach(own.url)
  const state = await publishBox(server, { largest: 1_000_000 })
  for (let n = 0; n < EACH; n += 1)
    await writeTo(server, state.box, { text: 'a tip', files: [fileOf('a.bin', randomNoise(100_000))] })
  const { items } = await listItems(server, await accessOfState(state), { order: 'after', seq: 0, most: 100 })
  return { state, items: items.map(({ drop }) => drop) }
}

/** @returns the status, and when to come back */
async function create(own: Server): Promise<[number, string | null]> {
  const headers = { 'Drop-Id': 'A'.repeat(22), 'Drop-Terms': 'ttl=300' }
  const { headers: fields, status } = await fetch(`${own.url}/v1/drops`, {
    method: 'POST',
    headers,
    body: randomNoise(18_000),
  })
  return [status, fields.get('Retry-After')]
}

const COMMAND = fileURLToPath(new URL('../../dist/cli/sealdrop.js', import.meta.url))
const EACH = 12
const DISK_BYTES = 33_554_432
