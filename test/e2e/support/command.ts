import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Server } from '../../tools/server.ts'

/** Runs the built command against a server, with a home in the server's folder. @returns its output; rejects like `execFile` */
export async function sealdrop({ data, url }: Server, args: string[], stdin: string): Promise<string> {
  const program = fileURLToPath(new URL('../../../dist/cli/sealdrop.js', import.meta.url))
  const running = promisify(execFile)(process.execPath, [program, ...args], {
    env: { ...process.env, SEALDROP_HOME: join(data, 'home'), SEALDROP_SERVER: url },
  })
  running.child.stdin?.end(stdin)
  return (await running).stdout.trim()
}
