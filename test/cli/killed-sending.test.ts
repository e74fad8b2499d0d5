// A command that is killed when its link has been printed, before it has forgotten what it kept to print it.
import { spawnSync, type SpawnSyncReturns } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startServer, type Server } from '../tools/server.ts'

let server: Server
let top: string
beforeAll(async () => {
  server = await startServer()
  top = mkdtempSync(join(tmpdir(), 'sealdrop-killed-sending-'))
})
afterAll(async () => {
  await server.close()
  rmSync(top, { recursive: true })
})

test.for([
  ['one part', 100, ['printed']],
  // At the third call its journal is gone: it could not go on.
  ['parts', 9_000_000, ['printed', 'sealdrop: there is nothing to resume']],
] as const)(
  'after a kill between the link of a drop in %s and the forgetting the next command prints that link again or has nothing to resume, and nothing stays',
  ([, size, told]) => {
    writeFileSync(join(top, 'file'), new Uint8Array(size))
    const resumed = told.map((_, index) => {
      const sent = run(['send', 'file'], [KILLER, AFTER_LINK], 1 + 2 * index)
      expect([sent.signal, sent.status], sent.stderr).toEqual(['SIGKILL', null])
      expect(sent.stdout).toContain('#sdlink1')
      const again = run(['resume'])
      expect(again.stdout).toBe(again.status === 0 ? sent.stdout : '')
      expect(['uploads', 'outbox', 'writing'].flatMap(kept)).toEqual([])
      expect(kept('tickets')).toHaveLength(1)
      rmSync(join(top, 'home'), { recursive: true })
      return again.status === 0 ? 'printed' : again.stderr.trim()
    })
    expect(resumed).toEqual(told)
  },
)

function kept(folder: string): string[] {
  try {
    return readdirSync(join(top, 'home', folder))
  } catch {
    return []
  }
}

function run(args: readonly string[], preloaded: readonly string[] = [], killAt = 0): SpawnSyncReturns<string> {
  const env = { ...process.env, SEALDROP_HOME: join(top, 'home'), SEALDROP_SERVER: server.url, KILL_AT: `${killAt}` }
  const imports = preloaded.flatMap((path) => ['--import', path])
  return spawnSync(process.execPath, [...imports, COMMAND, ...args], { cwd: top, env, encoding: 'utf8' })
}

const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url))
const KILLER = path('killed-at.mjs')
const AFTER_LINK = path('killed-after-link.mjs')
const COMMAND = path('../../dist/cli/sealdrop.js')
