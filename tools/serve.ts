// `npm start`: the built product on local workerd, with Workers KV, Durable Objects and R2 kept in a folder. Nothing goes out, and
// nothing about a request is written down.
import { Log, LogLevel, Miniflare, Response } from 'miniflare'
import { randomUUID } from 'node:crypto'
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { ROOT } from './bundle.ts'
import { MARK_NAME, takeFolder } from './runtime.ts'
import type { Settings } from './settings.ts'
import { workerConfig } from './worker.ts'

interface Place {
  /** Where everything is kept. */
  readonly data: string
  readonly port: number
  /** What the server answers for besides this machine's own names. */
  readonly origins: readonly string[]
  /** What the worker is bound to. */
  readonly settings: Settings
  /** Whether what the worker logs is printed: for the drill, which looks for what must not be there. It logs nothing. */
  readonly printsLogs: boolean
}

/**
 * Serves dist/.
 * @returns the address, and what stops it.
 * @throws Error with a sentence for the terminal when the port or the folder is taken, or nothing is built.
 */
async function serve({
  data,
  origins,
  port,
  printsLogs,
  settings,
}: Place): Promise<{ url: string; stop: () => Promise<void> }> {
  const script = readBuilt('main.js')
  closeFolder(data)
  const mark = randomUUID()
  await takeFolder(data, mark)
  const free = await freePort(port)
  // What Miniflare needs while it runs stays in the folder too, and goes when a killed server could not remove it.
  const temporary = join(data, 'tmp')
  rmSync(temporary, { recursive: true, force: true })
  mkdirSync(temporary)
  process.env['TMPDIR'] = temporary
  const miniflare = new Miniflare({
    host: HOST,
    port: free,
    cf: false,
    enableDevRegistry: false,
    handleStructuredLogs: ({ message }) => (printsLogs ? console.log(message) : undefined),
    log: new Log(LogLevel.NONE),
    logRequests: false,
    resourcePersistencePath: join(data, 'state'),
    resourceTmpPath: temporary,
    telemetry: { enabled: false },
    unsafeLocalExplorer: false,
    unsafeObservability: false,
    unsafeRuntimeEnv: { [MARK_NAME]: mark },
    workers: [
      {
        config: workerConfig(settings, script, [...originsOf(free), ...origins].join(), `${ROOT}dist/web`),
        dev: {
          cacheAPI: false,
          outboundService: { type: 'fetcher', handler: () => new Response(null, { status: 599 }) },
        },
      },
    ],
  })
  await miniflare.ready
  return { url: `http://localhost:${free}`, stop: () => miniflare.dispose() }
}

/**
 * Makes the data folder, or shuts one that others may enter.
 * @throws Error with a sentence for the terminal when it holds other things too: it is not ours to shut.
 */
function closeFolder(data: string): void {
  mkdirSync(data, { recursive: true, mode: 0o700 })
  if (process.platform === 'win32' || (statSync(data).mode & 0o077) === 0) return
  const other = readdirSync(data).find((name) => !KEPT.has(name))
  if (other !== undefined)
    throw new Error(`${data} holds ${other} and can be entered by others: choose a folder for drops alone.`)
  chmodSync(data, 0o700)
}

/** What is in a data folder. docs/storage.md §4. */
const KEPT: ReadonlySet<string> = new Set(['server.json', 'state', 'tmp'])

/** The one host that is listened to: this machine alone. */
const HOST = '127.0.0.1'

function originsOf(port: number): string[] {
  return [`http://localhost:${port}`, `http://${HOST}:${port}`]
}

/** The origins under which a proxy in front of us is reached: `ORIGIN`, separated by commas. */
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

/** `port`, or any free one for 0. The worker must know its port before it listens: it compares it with what requests say. */
function freePort(port: number): Promise<number> {
  return new Promise((found, failed) => {
    const probe = createServer()
    probe.once('error', () =>
      failed(new Error(`Port ${port} is taken by another program: choose one with PORT=8788 npm start.`)),
    )
    probe.listen(port, HOST, () => {
      const { port: free } = probe.address() as AddressInfo
      probe.close(() => found(free))
    })
  })
}

/** What was built, or another file like `wrangler.toml`: what it binds and sets holds for this server alone. */
async function settingsOf(config: string | undefined): Promise<Settings> {
  if (config === undefined) return JSON.parse(readBuilt('settings.json')) as Settings
  return (await import('./settings.ts')).readSettings(pathToFileURL(resolve(config)))
}

/** `PORT= npm start` says nothing of the port. */
function given(text: string | undefined): string | undefined {
  return text === '' ? undefined : text
}

function readPort(text: string): number {
  const port = Number(text)
  if (!/^\d{1,5}$/.test(text) || port > 65_535) throw new Error(`PORT is ${text}, which is no port.`)
  return port
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
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
  const printsLogs = values['print-logs'] === true
  const { url, stop } = await serve({ data, origins, port, printsLogs, settings })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    // Miniflare would exit with a failure: stopping is what was asked for.
    process.removeAllListeners(signal)
    process.once(signal, () => void stop().then(() => process.exit(0)))
  }
  // Last: a signal that comes while its listeners change is lost.
  console.log(`Sealdrop is running at ${url}`)
}

try {
  await main()
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error))
  process.exit(1)
}
