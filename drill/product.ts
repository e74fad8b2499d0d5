import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** A running server, started as `npm start` does, with a data folder of its own. */
export interface Product {
  /** `http://localhost:<port>` */
  readonly url: string
  /** Everything that it has printed and that its worker has logged. */
  printed(): string
  /** The environment of its processes, as the system reports it. */
  readonly environment: string
  /** Kills it, like somebody who seizes a machine: a write in progress stays unfinished. */
  seize(): Promise<void>
}

/**
 * Starts the build in `root`.
 * @param root - the top folder of a project. @param data - the folder for everything that the server stores
 * @throws Error with the output, if it does not start
 */
export async function startProduct(root: string, data: string): Promise<Product> {
  let printed = ''
  const args = [join(root, 'tools/serve.ts'), '--no-build', '--print-logs', '--data', data]
  // Without the environment of the person who runs the drill, which would count as the operator's.
  const { HOME, PATH, TMPDIR } = process.env
  const env = { HOME, PATH, TMPDIR, PORT: '0', ORIGIN: '' }
  const child = spawn(process.execPath, args, { detached: true, env, stdio: ['ignore', 'pipe', 'pipe'] })
  const kill = (): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
    } catch {
      // No process of the group is left.
    }
  }
  process.once('exit', kill)
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (printed += text))
  const deadline = Date.now() + START_MS
  let url: string | undefined
  while ((url = /^Sealdrop is running at (http:\/\/localhost:\d+)$/m.exec(printed)?.[1]) === undefined) {
    if (child.exitCode !== null || child.signalCode !== null || Date.now() > deadline) {
      kill()
      throw new Error(`The server did not start: ${printed}`)
    }
    await sleep(10)
  }
  return {
    url,
    printed: () => printed,
    environment: environmentOf(child.pid, data),
    seize: async () => {
      const ended = child.exitCode === null && child.signalCode === null ? once(child, 'close') : undefined
      kill()
      await ended
      process.off('exit', kill)
    },
  }
}

/** Of the server and of the runtime that it has started. Empty where the system has no /proc. */
function environmentOf(server: number | undefined, data: string): string {
  const { runtime } = JSON.parse(readFileSync(join(data, 'server.json'), 'utf8')) as { runtime?: number }
  return [server, runtime]
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/environ`, 'utf8')
      } catch {
        return ''
      }
    })
    .join('\n')
}

const START_MS = 120_000
