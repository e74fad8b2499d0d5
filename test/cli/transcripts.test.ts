import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { startServer, withStoppedServer, type Server } from '../tools/server.ts'
import { runTranscript } from './transcript.ts'

const TRANSCRIPTS = fileURLToPath(new URL('transcripts/', import.meta.url))
const STARTER = fileURLToPath(new URL('../../tools/sealdrop.js', import.meta.url))
const BETWEEN = fileURLToPath(new URL('between.mjs', import.meta.url))
const BUILT = fileURLToPath(new URL('../../dist/cli/sealdrop.js', import.meta.url))

/** Most of them wait half of their time: for a retry, or for a terminal. */
vi.setConfig({ maxConcurrency: 4 })

const folder = mkdtempSync(join(tmpdir(), 'sealdrop-cli-'))
let server: Server

beforeAll(async () => {
  server = await startServer()
  mkdirSync(join(folder, 'bin'))
  makeCommand('sealdrop', `'${BUILT}'`)
  makeCommand('between', `'${BETWEEN}'`)
  // The starter of a clone, under a Node that claims to be an old one.
  const oldNode = `Object.defineProperty(process, "versions", { value: { ...process.versions, node: "20.0.0" } })`
  makeCommand('old-node-sealdrop', `--import 'data:text/javascript,${oldNode}' '${STARTER}'`)
  symlinkSync(process.execPath, join(folder, 'bin/node'))
})

afterAll(async () => {
  await server.close()
  rmSync(folder, { recursive: true })
})

// Most of them wait most of the time. Those that stop the server, or count its files, run alone.
const [lonely, others] = [true, false].map((isLonely) =>
  readdirSync(TRANSCRIPTS)
    .filter(
      (file) => /^(crash|expire|find \$DATA.*)$/m.test(readFileSync(join(TRANSCRIPTS, file), 'utf8')) === isLonely,
    )
    .map((file) => [titleOf(file), file] as const),
)
test.concurrent.for(others ?? [])('%s', async ([, file]) => expect(await run(file)).toBeGreaterThan(0))
test.for(lonely ?? [])('%s', async ([, file]) => expect(await run(file)).toBeGreaterThan(0))

/** @returns how many of its lines were run */
async function run(file: string): Promise<number> {
  const work = join(folder, file)
  mkdirSync(work)
  const env = {
    PATH: `${join(folder, 'bin')}:${process.env['PATH'] ?? ''}`,
    HOME: work,
    SEALDROP_HOME: join(work, 'home'),
    SEALDROP_SERVER: server.url,
    NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] ?? '',
    // The server's data folder.
    DATA: server.data,
    TERM: 'xterm',
    TZ: 'UTC',
  }
  const transcript = readFileSync(join(TRANSCRIPTS, file), 'utf8')
  return runTranscript(transcript, { folder: work, env, verbs: { crash, expire } })
}

/** Puts a command on the path that runs Node with these words, and its own arguments after them. */
function makeCommand(name: string, words: string): void {
  writeFileSync(join(folder, 'bin', name), `#!/bin/sh\nexec '${process.execPath}' ${words} "$@"\n`)
  chmodSync(join(folder, 'bin', name), 0o755)
}

/** The first comment of a transcript is its promise. */
function titleOf(file: string): string {
  return /^# (.*)$/m.exec(readFileSync(join(TRANSCRIPTS, file), 'utf8'))?.[1] ?? file
}

/** Cuts the server's power, and restores it. */
async function crash(): Promise<void> {
  await server.kill()
  await server.start()
}

/** Makes time pass on the server: every drop on it expires. */
function expire(): Promise<void> {
  return withStoppedServer(server, (shelves) => {
    for (const shelf of shelves) shelf.exec(`UPDATE drops SET expires = ${Date.now()}, due = ${Date.now()}`)
  })
}
