import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startServer, type Server } from '../tools/server.ts'

// Every command that signs, publishes, expires or forgets, by a computer whose clock is wrong, against the real server.

const BUILT = fileURLToPath(new URL('../../dist/cli/sealdrop.js', import.meta.url))
const MINUTE = 60_000
const DAY = 86_400_000

const folder = mkdtempSync(join(tmpdir(), 'sealdrop-clocks-'))
const PASS = join(folder, 'pass')
const UNLOCK = ['--passphrase-file', PASS] as const
let server: Server
/** The key of the operator whom the server lets ask. */
let operatorKey: string

beforeAll(async () => {
  writeFileSync(PASS, 'a long passphrase\n')
  const key = join(folder, 'operator.pem')
  operatorKey = key
  const { out } = await run(join(folder, 'operator'), 0, ['operator', 'key', key])
  const config = join(folder, 'wrangler.toml')
  const settings = readFileSync(new URL('../../wrangler.toml', import.meta.url), 'utf8')
  writeFileSync(config, settings.replace(/^ORIGIN = /m, `OPERATOR_KEY = "${out.trim()}"\nORIGIN = `))
  server = await startServer({ config })
})

afterAll(async () => {
  await server.close()
  rmSync(folder, { recursive: true })
})

const CLOCKS = [
  ['ten minutes behind', -10 * MINUTE],
  ['forty days ahead', 40 * DAY],
  ['twenty years behind', -7_305 * DAY],
] as const

test.for(CLOCKS)('what one person sends another arrives, is proved and ends, though a clock is %s', async ([, ms]) => {
  const [sender, reader] = homes('sender', 'reader')
  const link = (await run(sender, ms, ['send', '--expires', '1h'], 'by a wrong clock')).out.trim()
  expect(link).toMatch(/#sdlink1/)
  expect((await run(sender, ms, ['status'])).out).toMatch(/^\w+ {2}waits, until /)
  expect(await run(reader, ms, ['open', '-'], link)).toMatchObject({ code: 0, out: 'by a wrong clock' })
  const late = await run(homes('late')[0], ms, ['open', '-'], link)
  expect([late.code, late.err]).toEqual([3, expect.stringContaining('was opened: claimed')])
  expect((await run(sender, ms, ['status'])).out).toMatch(/opened and burned\n.*proved by signature/)
  const [ticket = ''] = tickets(sender)
  const proof = join(sender, 'proof.json')
  expect((await run(sender, ms, ['receipt', 'save', ticket, proof])).code).toBe(0)
  expect(readFileSync(proof, 'utf8')).toContain('"ack"')
  // Another, which is taken back.
  const other = (await run(sender, ms, ['send'], 'never mind')).out.trim()
  const [name = ''] = tickets(sender).filter((each) => each !== ticket)
  expect((await run(sender, ms, ['revoke', name])).code).toBe(0)
  expect((await run(reader, 0, ['open', '-'], other)).code).toBe(3)
})

test('an inbox that is made by a clock ten minutes behind takes messages at once', async () => {
  const [owner, second] = homes('owner', 'second')
  const ms = -10 * MINUTE
  const made = await run(owner, ms, ['box', 'create', ...UNLOCK, '--phrase-file', join(owner, 'phrase')])
  const address = made.out.trim()
  for (const [home, change] of changesOf(owner, second, address)) {
    expect(await run(home, ms, change)).toMatchObject({ code: 0 })
    await arrives(address)
  }
  await isReadable(owner, ms, 2)
  expect(await run(homes('writer')[0], ms, ['send', '--to', address], 'late')).toMatchObject({ code: 0 })
})

test.for(CLOCKS.filter(([, ms]) => Math.abs(ms) > DAY))(
  'an inbox is neither dead nor lost, and its owner and its senders are told, where a clock is %s',
  async ([, ms]) => {
    const [owner, second, writer] = homes('owner', 'second', 'writer')
    const create = ['box', 'create', ...UNLOCK, '--phrase-file', join(owner, 'phrase')]
    expect(await run(owner, ms, create)).toMatchObject({ code: 1, out: '', err: expect.stringMatching(BOTH_TIMES) })
    expect(readdirSync(owner)).not.toContain('phrase')
    const address = (await run(owner, 0, create)).out.trim()
    for (const [home, change] of changesOf(owner, second, address)) {
      expect(await run(home, ms, change)).toMatchObject({ code: 1, err: expect.stringMatching(BOTH_TIMES) })
      await arrives(address)
    }
    const sent = await run(writer, ms, ['send', '--to', address], 'by a wrong clock')
    expect(sent).toMatchObject({ code: 1, err: expect.stringMatching(/the server's says .*: nothing was sent/) })
    // A published box is read by whatever clock, and nothing is forgotten by it.
    await isReadable(owner, ms, 2)
  },
)

test.for(CLOCKS)('an operator asks what is held, though a clock is %s', async ([, ms]) => {
  const [home] = homes('operator')
  const ask = ['operator', 'disclose', 'oWoM-7cC-h23a0_amIcAbw', '--server', server.url, '--key-file', operatorKey]
  expect(await run(home, ms, ask)).toMatchObject({ code: 0, err: '' })
})

/** The commands that publish or sign for an inbox. */
function changesOf(owner: string, second: string, address: string): [home: string, args: readonly string[]][] {
  return [
    [owner, ['box', 'renew', ...UNLOCK]],
    [second, ['box', 'join', address, '--name', 'Ben', ...UNLOCK]],
  ]
}

/** By this clock and by a right one; and what it asks of the server is counted from the server's time. */
async function isReadable(owner: string, ms: number, messages: number): Promise<void> {
  const listed = await run(owner, ms, ['box', 'list', ...UNLOCK])
  expect(listed.out.trim().split('\n')).toHaveLength(messages)
  const [item = ''] = listed.out.split(' ')
  for (const at of [ms, 0]) expect((await run(owner, at, ['box', 'open', item, ...UNLOCK])).out).toBe('a tip')
  const invited = await run(owner, ms, ['box', 'invite', '--expires', '1h', '--json', ...UNLOCK])
  const { expires } = { expires: '', ...(JSON.parse(invited.out) as object) }
  expect(Math.abs(Date.parse(expires) - Date.now() - 60 * MINUTE)).toBeLessThan(30 * MINUTE)
}

/** A sender whose clock is right. */
async function arrives(address: string): Promise<void> {
  expect(await run(homes('writer')[0], 0, ['send', '--to', address], 'a tip')).toMatchObject({ code: 0 })
}

const BOTH_TIMES =
  /this computer's clock says \d{4,}-\d\d-\d\d \d\d:\d\d, the server's says \d{4}-\d\d-\d\d \d\d:\d\d: nothing was changed/

let made = 0

/** Folders of people who have nothing yet. */
function homes<const Names extends readonly string[]>(...names: Names): { [K in keyof Names]: string } {
  made += 1
  return names.map((name) => {
    const home = join(folder, `${made}-${name}`)
    mkdirSync(home)
    return home
  }) as { [K in keyof Names]: string }
}

function tickets(home: string): string[] {
  return readdirSync(join(home, 'tickets')).map((file) => file.replace('.json', ''))
}

interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/** Runs the command with a clock that is off by so many milliseconds. */
function run(home: string, ms: number, args: readonly string[], input = ''): Promise<Ended> {
  const skew = `const Real=Date;globalThis.Date=class extends Real{constructor(...given){given.length===0?super(Real.now()+${ms}):super(...given)}static now(){return Real.now()+${ms}}}`
  const child = spawn(
    process.execPath,
    ['--import', `data:text/javascript,${encodeURIComponent(skew)}`, BUILT, ...args],
    {
      env: {
        PATH: process.env['PATH'],
        HOME: home,
        SEALDROP_HOME: home,
        NO_COLOR: '1',
        ...(server === undefined ? {} : { SEALDROP_SERVER: server.url }),
      },
    },
  )
  let [out, err] = ['', '']
  child.stdout.on('data', (text) => (out += String(text)))
  child.stderr.on('data', (text) => (err += String(text)))
  child.stdin.end(input)
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, out, err })))
}
