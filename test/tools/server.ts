import { spawn, type ChildProcess, type ChildProcessByStdio } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

/** The server of `npm start`, in its own process group, with a data folder of its own. */
export interface Server {
  /** `http://localhost:<port>`, the same after every start. */
  readonly url: string
  /** The data folder. */
  readonly data: string
  /** Its output on both streams, over all starts. */
  printed(): string
  start(): Promise<void>
  /** Ends it with Ctrl-C. @throws Error if it exits with a failure */
  stop(): Promise<void>
  /** Waits until it exits by itself. @returns its exit code */
  ended(): Promise<number | null>
  /** Kills server and workerd, like a power cut. */
  kill(): Promise<void>
  /** Stops it, and removes the folder unless the caller named it. */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

interface Place {
  readonly data?: string
  readonly port?: number
  readonly config?: string
  readonly origin?: string
  readonly root?: string
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly within?: readonly string[]
}

/**
 * Starts the built product. The test projects that need it run `npm run build` first.
 * @param place.data - a folder to keep; by default a temporary one
 * @param place.config - a file like `wrangler.toml`, which `configWith` can make; by default that one
 * @param place.origin - more origins, as behind a proxy
 * @param place.args - more arguments
 * @param place.env - more environment variables
 * @param place.within - words before the command, such as one that runs it in a namespace
 * @param place.root - a copy of the project whose dist/ is served; by default this one
 * @throws Error with the output of the server, if it does not start
 */
export async function startServer(place: Place = {}): Promise<Server> {
  const data = place.data ?? mkdtempSync(join(tmpdir(), 'sealdrop-test-'))
  if (place.data === undefined) folders.add(data)
  let port = place.port ?? 0
  let printed = ''
  let child: ChildProcess | undefined

  const start = async (): Promise<void> => {
    const began = printed.length
    const started = spawnServer(place, data, port)
    child = started
    for (const stream of [started.stdout, started.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => (printed += text))
    const deadline = Date.now() + START_MS
    for (;;) {
      const said = printed.slice(began)
      const url = /^Sealdrop is running at (http:\/\/localhost:(\d+))$/m.exec(said)
      if (url !== null) {
        port = Number(url[2])
        return
      }
      if (started.exitCode !== null || started.signalCode !== null) throw new Error(`The server did not start: ${said}`)
      if (Date.now() > deadline) {
        await end('SIGKILL')
        throw new Error(`The server did not start in time: ${said}`)
      }
      await sleep(10)
    }
  }
  const end = async (signal: 'SIGINT' | 'SIGKILL'): Promise<void> => {
    const ending = child
    child = undefined
    if (ending === undefined) return
    if (!(await endServer(ending, signal))) throw new Error(`The server failed while it stopped: ${printed}`)
  }
  const ended = async (): Promise<number | null> => {
    if (child === undefined) throw new Error('The server does not run.')
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    return child.exitCode
  }
  const close = async (): Promise<void> => {
    await end('SIGINT')
    if (place.data !== undefined) return
    rmSync(data, { recursive: true, force: true })
    folders.delete(data)
  }

  try {
    await start()
  } catch (error) {
    await close()
    throw error
  }
  return {
    url: `http://localhost:${port}`,
    data,
    printed: () => printed,
    start,
    stop: () => end('SIGINT'),
    ended,
    kill: () => end('SIGKILL'),
    close,
    [Symbol.asyncDispose]: close,
  }
}

/** Starts the program, as its own group of processes. */
function spawnServer(
  { args = [], config, env, origin = '', root = ROOT, within: outer = [] }: Place,
  data: string,
  port: number,
): ChildProcessByStdio<null, Readable, Readable> {
  const [program, words] = within(outer, [process.execPath, join(root, 'tools/serve.ts')])
  const named = config === undefined ? [] : ['--config', config]
  const started = spawn(program, [...words, '--no-build', '--data', data, ...named, ...args], {
    detached: true,
    env: { ...process.env, ...env, PORT: String(port), ORIGIN: origin },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  running.add(started)
  return started
}

/** Ends the program and everything that it started. @returns whether it took the signal for no failure */
async function endServer(ending: ChildProcess, signal: 'SIGINT' | 'SIGKILL'): Promise<boolean> {
  const exited = ending.exitCode === null && ending.signalCode === null ? once(ending, 'exit') : undefined
  if (signal === 'SIGKILL') killGroup(ending)
  else ending.kill(signal)
  await exited
  killGroup(ending)
  running.delete(ending)
  return signal === 'SIGKILL' || exited === undefined || ending.exitCode === 0
}

/**
 * Stops the server, lets `work` change what it kept, and starts it again: so a test makes time pass or damages the store.
 * @param work - gets the databases of the shelves, open; they are closed for it.
 */
export async function withStoppedServer(
  server: Server,
  work: (shelves: DatabaseSync[]) => void | Promise<void>,
): Promise<void> {
  await server.stop()
  const folder = join(server.data, 'state/do/sealdrop-Shelf')
  const files = readdirSync(folder).filter((file) => file.endsWith('.sqlite') && file !== 'metadata.sqlite')
  const shelves = files.map((file) => new DatabaseSync(join(folder, file)))
  try {
    await work(shelves)
  } finally {
    for (const shelf of shelves) shelf.close()
  }
  await server.start()
}

/**
 * Writes a copy of `wrangler.toml` into a folder, with R2 bound and other values for some variables.
 * @returns its path, for `startServer`.
 */
export function configWith(folder: string, vars: Readonly<Record<string, string>> = {}): string {
  const bound = readFileSync(fileURLToPath(new URL('../../wrangler.toml', import.meta.url)), 'utf8')
    .replace(/^# (?=\[\[r2_buckets\]\]|binding = "R2"|bucket_name)/gm, '')
    .replace(/^(\w+) = ".*"$/gm, (line, name: string) =>
      vars[name] === undefined ? line : `${name} = "${vars[name]}"`,
    )
  const file = join(folder, 'wrangler.toml')
  writeFileSync(file, bound)
  return file
}

function within(
  [first, ...others]: readonly string[],
  [program, ...words]: readonly [string, ...string[]],
): [string, string[]] {
  return first === undefined ? [program, words] : [first, [...others, program, ...words]]
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // No process of the group is left.
  }
}

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const START_MS = 120_000

/** Ends everything that a test forgot, or left for the next one. */
const running = new Set<ChildProcess>()
const folders = new Set<string>()
// The signal that ends a process that ran tests; without a listener it would do nothing at its exit.
process.once('SIGTERM', () => process.exit())
process.once('exit', () => {
  running.forEach(killGroup)
  for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
})
