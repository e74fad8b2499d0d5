// `npm start`: the built product on local workerd, with Workers KV, Durable Objects and R2 in a folder. It makes no request to other
// machines, and logs nothing about requests.
import { readFileSync, statSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { ROOT } from './bundle.ts'
import { checkDatabases, databasesIn, noteDatabases, setAside } from './serve/databases.ts'
import { closeFolder, inFolder } from './serve/folder.ts'
import { openFront } from './serve/front.ts'
import { Lanes } from './serve/lanes.ts'
import { takeFolder, type Owner } from './serve/owner.ts'
import { Reports } from './serve/reports.ts'
import { DiskSpace } from './serve/disk-space.ts'
import { Runtime, SIGNALS } from './serve/runtime.ts'
import { sweepStores } from './serve/sweep.ts'
import type { Settings } from './settings.ts'

interface Place {
  /** The data folder. */
  readonly data: string
  readonly port: number
  /** The origins of the server other than this machine's own names. */
  readonly origins: readonly string[]
  /** The bindings of the worker. */
  readonly settings: Settings
  /** Bytes of the disk to keep free. */
  readonly keepFree: number | undefined
  /** Whether to put damaged databases aside and give missing ones up. */
  readonly acceptsLoss: boolean
  /** Whether to print the log of the worker, for the drill, which searches it. The worker logs nothing. */
  readonly printsLogs: boolean
}

/**
 * Serves dist/.
 * @returns the address, and a function that stops the server
 * @throws Error with a sentence for the terminal if the port or the folder is taken, something in it is damaged, or nothing is
 *   built
 */
async function serve(place: Place): Promise<{ url: string; stop: () => Promise<void> }> {
  const { data, origins, printsLogs, settings } = place
  const script = readBuilt('main.js')
  const { owner, port, diskSpace } = await inFolder(data, () => enter(place))
  const runtime = new Runtime({
    data,
    settings,
    script,
    origins: [...originsOf(port), ...origins].join(),
    printsLogs,
    owner,
    prepare: () => sweep(data),
    say,
    giveUp: (sentence) => {
      say(sentence)
      process.exit(1)
    },
  })
  await runtime.start()
  const lanes = new Lanes()
  const reports = new Reports(say)
  const front = await openFront({
    host: HOST,
    port,
    origin: origins[0] ?? `http://localhost:${port}`,
    runtime: () => runtime.socket,
    lanes,
    reserveSpace: (path, size) => diskSpace.take(path, size),
    isFull: () => diskSpace.isFull(),
    notice: (code) => reports.notice(code),
  })
  const noting = setInterval(() => note(data), NOTED_MS)
  return {
    url: `http://localhost:${port}`,
    stop: async () => {
      clearInterval(noting)
      front.close()
      lanes.close()
      await runtime.stop()
      note(data)
    },
  }
}

/** Takes the data folder for this server, and checks it. */
async function enter(place: Place): Promise<{ owner: Owner; port: number; diskSpace: DiskSpace }> {
  const { data, keepFree } = place
  closeFolder(data)
  // The paths of sockets must be short: they are relative to this folder.
  process.chdir(data)
  const diskSpace = new DiskSpace(data, { keepFree, say })
  // On a full disk not even the folder could be taken without the space that this releases.
  diskSpace.settle()
  const owner = await takeFolder(data)
  const port = await freePort(place.port, owner)
  owner.listen(port)
  checkFolder(place)
  return { owner, port, diskSpace }
}

/** @throws Error with a sentence for the terminal if a database is damaged or missing, and nobody has accepted the loss */
function checkFolder({ acceptsLoss, data }: Place): void {
  const bytes = databasesIn(data).reduce((sum, file) => sum + statSync(join(data, file)).size, 0)
  if (bytes > LONG_CHECK_BYTES) say(`Checking ${Math.round(bytes / 1_048_576)} MiB of databases in ${data}…`)
  const damages = checkDatabases(data)
  if (damages.length > 0 && !acceptsLoss) {
    const list = damages.map(({ file, how }) => `  ${file} ${how}`).join('\n')
    throw new Error(
      `In ${data} not everything is as it was left:\n${list}\nMessages in these files are lost unless you put the files back. ` +
        'To go on without them: npm start -- --accept-loss. Damaged files are then kept in the folder damaged.',
    )
  }
  setAside(data, damages)
}

function note(data: string): void {
  try {
    noteDatabases(data)
  } catch {
    // The disk is full: the list is written when there is space again.
  }
}

function sweep(data: string): void {
  try {
    const { lost, removed, removedBytes } = sweepStores(data, Date.now())
    if (removed > 0) say(`Removed the remains of a killed server: ${removed} files, ${removedBytes} bytes.`)
    if (lost > 0)
      say(
        `Ciphertext of waiting messages is missing in ${data} (${lost} ${lost === 1 ? 'file' : 'files'}). Anyone who opens one of them is told that it is lost.`,
      )
  } catch (error) {
    // On a full disk nothing can be written here; but requests that end a drop, and free space, must get through.
    say(`${data} could not be tidied: ${error instanceof Error ? error.message : String(error)}`)
  }
}

/** Prints a line for the operator. It names nothing that anybody sent. */
function say(sentence: string): void {
  console.error(sentence)
}

/** Bytes of databases that take longer than a second to check. */
const LONG_CHECK_BYTES = 104_857_600

/** How often the list of databases is written. */
const NOTED_MS = 2_000

/** The server listens on the loopback interface alone. */
const HOST = '127.0.0.1'

function originsOf(port: number): string[] {
  return [`http://localhost:${port}`, `http://${HOST}:${port}`]
}

/** The origins of a proxy in front of the server: `ORIGIN`, separated by commas. */
function readOrigins(text: string): string[] {
  const origins = text.split(',').filter((each) => each !== '')
  for (const each of origins) {
    if (URL.parse(each)?.origin !== each)
      throw new Error(`ORIGIN has ${each}, which is no origin: https://drop.example is one.`)
  }
  return origins
}

function readBuilt(file: string): string {
  try {
    return readFileSync(`${ROOT}dist/worker/${file}`, 'utf8')
  } catch {
    throw new Error('Nothing is built yet: run `npm run build`.')
  }
}

/**
 * `port`, or any free one for 0. The worker must know its port before it listens, to compare it with the host of requests. The port
 * of a killed server of this folder becomes free in a moment.
 * @throws Error with a sentence for the terminal
 */
async function freePort(port: number, { lastPort }: Owner): Promise<number> {
  const patienceMs = port !== 0 && port === lastPort ? PORT_MS : 0
  for (let waited = 0; ; waited += PORT_LOOK_MS) {
    const free = await probe(port)
    if (free !== undefined) return free
    if (waited >= patienceMs)
      throw new Error(`Port ${port} is taken by another program: choose one with PORT=8788 npm start.`)
    if (waited === PORT_LOOK_MS * 10) say(`Port ${port} is still taken. Waiting for the killed server to release it…`)
    await sleep(PORT_LOOK_MS)
  }
}

function probe(port: number): Promise<number | undefined> {
  return new Promise((found) => {
    const server = createServer()
    server.once('error', () => found(undefined))
    server.listen(port, HOST, () => {
      const { port: free } = server.address() as AddressInfo
      server.close(() => found(free))
    })
  })
}

const PORT_MS = 10_000
const PORT_LOOK_MS = 100

/** The settings of the build, or those of another file like `wrangler.toml`, for this server alone. */
async function settingsOf(config: string | undefined): Promise<Settings> {
  if (config === undefined) return JSON.parse(readBuilt('settings.json')) as Settings
  return (await import('./settings.ts')).readSettings(pathToFileURL(resolve(config)))
}

/** `PORT= npm start` sets no port. */
function given(text: string | undefined): string | undefined {
  return text === '' ? undefined : text
}

function readPort(text: string): number {
  const port = Number(text)
  if (!/^\d{1,5}$/.test(text) || port > 65_535) throw new Error(`PORT is ${text}, which is no port.`)
  return port
}

function readKeepFree(text: string | undefined): number | undefined {
  if (text !== undefined && !/^\d{1,15}$/.test(text))
    throw new Error(`KEEP_FREE is ${text}, which is no number of bytes.`)
  return text === undefined ? undefined : Number(text)
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      'accept-loss': { type: 'boolean' },
      config: { type: 'string' },
      data: { type: 'string' },
      'no-build': { type: 'boolean' },
      'print-logs': { type: 'boolean' },
    },
  })
  const port = readPort(given(process.env['PORT']) ?? '8787')
  const origins = readOrigins(process.env['ORIGIN'] ?? '')
  const data = resolve(given(values.data) ?? given(process.env['SEALDROP_DATA']) ?? `${ROOT}.sealdrop-data`)
  if (values['no-build'] !== true) await (await import('./build.ts')).build()
  const settings = await settingsOf(given(values.config))
  const { url, stop } = await serve({
    data,
    origins,
    port,
    settings,
    keepFree: readKeepFree(given(process.env['KEEP_FREE'])),
    acceptsLoss: values['accept-loss'] === true,
    printsLogs: values['print-logs'] === true,
  })
  for (const signal of SIGNALS) process.once(signal, () => void stop().then(() => process.exit(0)))
  // Last: a signal that arrives while its listeners change is lost.
  console.log(`Sealdrop is running at ${url}`)
}

try {
  await main()
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error))
  process.exit(1)
}
