import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, onTestFinished, test, vi } from 'vitest'
import { generateSigningKey } from '#client/crypto/keys.ts'
import { seal } from '#client/send.ts'
import { formatDropId, type DropId } from '#protocol/id.ts'
import { problemFor } from '#protocol/problem.ts'
import { connect } from '../../cli/network/connect.ts'
import { forgetExpiredReaders, noteOpened, openedBy, takeReaderKey } from '../../cli/open/reader-key.ts'
import { sweepLeftovers } from '../../cli/state/sweep.ts'
import { forgetEndedUploads, forgetUpload, keepUpload, listUploads } from '../../cli/send/uploads.ts'

const home = mkdtempSync(join(tmpdir(), 'sealdrop-uploads-'))
vi.stubEnv('SEALDROP_HOME', home)
afterAll(() => {
  vi.unstubAllEnvs()
  rmSync(home, { recursive: true })
})

const SEALED = 1_800_000_000_000
const DAY = 86_400_000

// Everything it takes to go on, the link too, is forgotten when the server has ended the upload and both clocks say that it
// has.
test.for([
  ['a day later', DAY + 1, DAY + 1, 'gone', []],
  ['a second before', DAY - 1_000, DAY - 1_000, 'gone', ['kept']],
  ['by a clock that is a month ahead', 30 * DAY, 3_600_000, 'gone', ['kept']],
  ['by a clock that is twenty years ahead', 7_300 * DAY, 3_600_000, 'gone', ['kept']],
  ['by a clock that is behind', -30 * DAY, 2 * DAY, 'gone', ['kept']],
  ['while its server has it', 2 * DAY, 2 * DAY, 'internal', ['kept']],
  ['while its server does not tell the time', 2 * DAY, undefined, 'gone', ['kept']],
] as const)('an upload that nobody has gone on with %s', async ([, ownMs, serverMs, code, left]) => {
  const origin = await serve((request, response) => {
    const isTime = request.url === '/v1/limits' && serverMs !== undefined
    const body = isTime
      ? { largest: 1, time: Math.floor((SEALED + serverMs) / 1_000) }
      : problemFor(code, 'https://drop.example')
    if (isTime) response.setHeader('Date', new Date(SEALED + serverMs).toUTCString())
    response.writeHead('status' in body ? body.status : 200).end(JSON.stringify(body))
  })
  const id = await keepOne(SEALED, origin)
  onTestFinished(() => forgetUpload(id))
  vi.useFakeTimers({ toFake: ['Date'], now: SEALED + ownMs })
  onTestFinished(() => void vi.useRealTimers())
  await forgetEndedUploads('https://another.example')
  expect(listUploads()).toHaveLength(1)
  await forgetEndedUploads()
  expect(listUploads().map(() => 'kept')).toEqual(left)
  expect(readdirSync(join(home, 'uploads'))).toHaveLength(2 * left.length)
})

test('a clock that was ahead for one command lost the key of a drop that had been claimed', async () => {
  const id = formatDropId(new Uint8Array(16).fill(9))
  let told: number | undefined = SEALED
  const origin = await serve((_, response) => {
    if (told !== undefined) response.setHeader('Date', new Date(told).toUTCString())
    response.end(JSON.stringify({ largest: 1, ...(told === undefined ? {} : { time: told / 1_000 }) }))
  })
  vi.useFakeTimers({ toFake: ['Date'], now: SEALED })
  onTestFinished(() => void vi.useRealTimers())
  const { key } = await takeReaderKey(id, SEALED + DAY)
  noteOpened(id, key.publicKey, SEALED + DAY)
  for (const ahead of [3 * DAY, 40 * DAY, 7_300 * DAY]) {
    vi.setSystemTime(SEALED + ahead)
    for (told of [SEALED, undefined]) await forgetExpiredReaders(connect(origin, 0))
  }
  const { key: same, isResumed } = await takeReaderKey(id, SEALED + DAY)
  expect([same.publicKey, isResumed, openedBy(id)]).toEqual([key.publicKey, true, [key.publicKey]])
  told = SEALED + 3 * DAY
  await forgetExpiredReaders(connect(origin, 0))
  expect([readdirSync(join(home, 'reading')), readdirSync(join(home, 'opened'))]).toEqual([[], []])
})

test('an upload that a killed command was forgetting is forgotten by the next, one that it was not is kept', async () => {
  await keepOne(Date.now())
  await sweepLeftovers()
  expect(listUploads()).toHaveLength(1)
  const [journal = ''] = readdirSync(join(home, 'uploads')).filter((name) => name.endsWith('.hashes'))
  rmSync(join(home, 'uploads', journal))
  await sweepLeftovers()
  expect(readdirSync(join(home, 'uploads'))).toEqual([])
})

async function keepOne(now: number, origin = 'https://drop.example'): Promise<DropId> {
  const stretch = async () => new Uint8Array(0)
  const sender = await generateSigningKey()
  const options = {
    origin,
    ttlSeconds: 2_592_000,
    reads: 1,
    passphrase: '',
    now,
    sender,
    stretch,
  }
  const { unfinished } = await seal({ text: 'x', files: [] }, options)
  keepUpload({ ticket: 'ab', seed: new Uint8Array(32), paths: [], unfinished })
  return unfinished.dropId
}

async function serve(answer: RequestListener): Promise<string> {
  const server = createServer((request, response) => {
    request.resume()
    response.setHeader('Content-Type', 'application/json')
    answer(request, response)
  })
  onTestFinished(() => void server.close())
  onTestFinished(() => server.closeAllConnections())
  await new Promise<void>((resolve) => void server.listen(0, 'localhost', resolve))
  const address = server.address()
  return `http://localhost:${typeof address === 'object' && address !== null ? address.port : 0}`
}
