// Starts workerd by Miniflare, watches it, and starts it again if it exits by itself.
import { Log, LogLevel, Miniflare, Response } from 'miniflare'
import type { ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { mkdirSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ROOT } from '../bundle.ts'
import type { Settings } from '../settings.ts'
import { workerConfig } from '../worker.ts'
import { MARK_NAME, type Owner } from './owner.ts'

export interface RuntimeSettings {
  /** The data folder, which is also the working directory: the path of a socket has at most 107 bytes (unix(7)). */
  readonly data: string
  readonly settings: Settings
  readonly script: string
  /** The worker's own origins, separated by commas. */
  readonly origins: string
  readonly printsLogs: boolean
  /** Notes the process that has the folder open. */
  readonly owner: Owner
  /** Called before each start, while nothing has the folder open. */
  readonly prepare: () => void
  readonly say: (sentence: string) => void
  /** Called if it cannot be kept running. */
  readonly giveUp: (sentence: string) => void
}

/** Keeps one workerd running. */
export class Runtime {
  readonly #settings: RuntimeSettings
  readonly #mark = randomUUID()
  readonly #ends: number[] = []
  #miniflare: Miniflare | undefined
  #isUp = false
  #isStopping = false

  constructor(settings: RuntimeSettings) {
    this.#settings = settings
  }

  /** The path of its socket, relative to the data folder; `undefined` while it does not run. */
  get socket(): string | undefined {
    return this.#isUp ? SOCKET : undefined
  }

  /** @throws Error if it does not start */
  async start(): Promise<void> {
    const { data, owner, prepare } = this.#settings
    prepare()
    // Miniflare's temporary files are in the folder as well, and are removed here if a killed server left them.
    const temporary = join(data, 'tmp')
    rmSync(temporary, { recursive: true, force: true })
    mkdirSync(temporary)
    process.env['TMPDIR'] = temporary
    if (process.platform !== 'win32') {
      process.env['MINIFLARE_WORKERD_PATH'] = fileURLToPath(new URL('workerd.sh', import.meta.url))
      process.env['SEALDROP_WORKERD'] = WORKERD
    }
    owner.expect(this.#mark)
    const watch = (message: unknown): void => {
      const { process: child } = message as { process: ChildProcess }
      child.once('spawn', () => {
        if (!child.spawnfile.includes('workerd')) return
        unsubscribe('child_process', watch)
        if (child.pid !== undefined) owner.note(child.pid)
      })
      // Before Miniflare notices: it would start workerd again by itself, without cleaning up.
      child.once('exit', (code, signal) => {
        if (child.spawnfile.includes('workerd')) this.#ended(signal ?? `code ${code}`)
      })
    }
    subscribe('child_process', watch)
    const heard = SIGNALS.map((signal) => [signal, process.listeners(signal)] as const)
    this.#miniflare = this.#configure(temporary)
    // Miniflare would exit with a failure, although stopping was asked for.
    for (const [signal, ours] of heard) {
      for (const each of process.listeners(signal)) if (!ours.includes(each)) process.off(signal, each)
    }
    await this.#miniflare.ready
    this.#isUp = true
  }

  async stop(): Promise<void> {
    this.#isStopping = true
    this.#isUp = false
    await this.#miniflare?.dispose()
  }

  #ended(how: string): void {
    if (this.#isStopping || !this.#isUp) return
    this.#isUp = false
    const disposed = this.#miniflare?.dispose()
    void this.#restart(how, disposed)
  }

  async #restart(how: string, disposed: Promise<void> | undefined): Promise<void> {
    const { giveUp, say } = this.#settings
    const now = performance.now()
    this.#ends.push(now)
    const recent = this.#ends.filter((end) => now - end < WINDOW_MS).length
    if (recent > MOST_RESTARTS)
      return giveUp(`The runtime, workerd, ended ${recent} times in ten minutes, the last time by ${how}. Giving up.`)
    say(`The runtime, workerd, was ended by ${how}. Starting it again.`)
    try {
      await disposed?.catch(() => undefined)
      await this.start()
      say('The runtime is running again.')
    } catch (error) {
      giveUp(`The runtime does not start again: ${error instanceof Error ? error.message : String(error)}`)
    }
  }

  #configure(temporary: string): Miniflare {
    const { data, origins, printsLogs, script, settings } = this.#settings
    return new Miniflare({
      host: '127.0.0.1',
      port: 0,
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
      unsafeRuntimeEnv: { [MARK_NAME]: this.#mark },
      workers: [
        {
          config: workerConfig(settings, script, origins, `${ROOT}dist/web`),
          dev: {
            cacheAPI: false,
            outboundService: { type: 'fetcher', handler: () => new Response(null, { status: 599 }) },
            // Straight to the worker, without Miniflare's proxy for development.
            unsafeDirectSockets: [{ host: `unix:${SOCKET_NAME}`, port: 0 }],
          },
        },
      ],
    })
  }
}

/** Miniflare appends a port, which a socket on disk does not have. */
const SOCKET_NAME = 'tmp/worker'
const SOCKET = `${SOCKET_NAME}:0`

const { default: WORKERD } = createRequire(import.meta.resolve('miniflare'))('workerd') as { default: string }

/** Signals that stop this process. */
export const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** The greatest number of restarts in a period. */
const MOST_RESTARTS = 5
const WINDOW_MS = 600_000
