import { spawnSync, type SpawnSyncReturns } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { saveInto } from '../../cli/open/save.ts'
import { sweepLeftovers } from '../../cli/state/sweep.ts'
import { listFolder } from '../../tools/files.ts'
import { writeProgram } from '../tools/program.ts'

const KILLER = fileURLToPath(new URL('killed-at.mjs', import.meta.url))
const SECRET = 'swordfish'

let top: string

beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), 'sealdrop-killed-'))
  mkdirSync(join(top, 'out'))
  vi.stubEnv('SEALDROP_HOME', join(top, 'home'))
  vi.stubEnv('OUT', join(top, 'out'))
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(top, { recursive: true })
})

/** How a command writes a secret, and the names under which people and commands find it again. */
const WRITERS: Readonly<Record<string, readonly [program: string, ...names: RegExp[]]>> = {
  'a record': [`state.createRecord('tickets', 'ab', { secret })`, /^home\/tickets\/ab\.json$/],
  'a record in the place of another': [
    `for (const n of [1, 2]) state.replaceRecord('boxes', 'ab', { secret, n })`,
    /^home\/boxes\/ab\.json$/,
  ],
  'a phrase or a key': [`files.createSecretFile(out + '/phrase', bytes)`, /^out\/phrase$/],
  'a backup or a proof': [`writing.createNamedFile(out + '/backup', bytes)`, /^out\/backup$/],
  'files that were opened': [
    `const saver = save.saveInto({ folder: out, keepsHidden: true, hint: '' })
    for (const name of ['a', 'b']) {
      await saver.file({ name, size: bytes.length, modifiedAtMs: 0 })
      await saver.write(bytes)
    }
    await saver.publish()`,
    /^out\/[ab]$/,
  ],
  'a part that came in, and the file in it': [
    `const part = await staging.stageIn(out + '/.sealdrop-0123456789ab.partial')
    await part.keep(0, bytes)
    const saver = save.saveInto({ folder: out, partials: part.path, keepsHidden: true, hint: '' })
    await saver.file({ name: 'a', size: bytes.length, modifiedAtMs: 0 })
    await saver.write(bytes)
    await saver.publish()
    await part.clear()`,
    /^out\/a$/,
    /^out\/\.sealdrop-0123456789ab\.partial\/part-0\.age$/,
  ],
}

test.for(Object.entries(WRITERS))(
  'of %s that a killed command was writing, the next command leaves nothing under a name that nobody looks at',
  async ([, [program, ...names]]) => {
    const file = await write(program)
    let kills = -1
    for (let isDone = false; !isDone; kills++) {
      const { signal, status, stderr } = run(file, ['--import', KILLER], `${kills + 2}`)
      expect([signal, status], stderr).toEqual(status === 0 ? [null, 0] : ['SIGKILL', null])
      await sweepLeftovers()
      const found = listFolder(top).filter((path) => readFileSync(join(top, path), 'utf8').includes(SECRET))
      expect(found.filter((path) => !names.some((name) => name.test(path)))).toEqual([])
      expect(listFolder(join(top, 'home/writing'))).toEqual([])
      for (const folder of ['home', 'out']) rmSync(join(top, folder), { recursive: true, force: true })
      mkdirSync(join(top, 'out'))
      isDone = status === 0
    }
    expect(kills).toBeGreaterThan(1)
  },
)

test('what a command that is running has opened is left alone by the next one', async () => {
  const saver = saveInto({ folder: join(top, 'out'), keepsHidden: true, hint: '' })
  await saver.file({ name: 'a', size: 1, modifiedAtMs: 0 })
  await saver.write(new Uint8Array(1))
  await sweepLeftovers()
  expect(await saver.publish()).toMatchObject([{ name: 'a', wasThere: false }])
  expect(listFolder(top)).toEqual(['out/a'])
})

test('a file that another command takes for a leftover is written once more', async () => {
  const file = await write(`
    const fs = (await import('node:fs')).default
    const { linkSync, renameSync, rmSync } = fs
    let left = 2
    for (const [name, call] of Object.entries({ linkSync, renameSync }))
      fs[name] = (from, to) => (left-- > 0 ? (rmSync(from), call(from, to)) : call(from, to))
    ;(await import('node:module')).syncBuiltinESMExports()
    files.createFile(out + '/a', bytes)
    left = 2
    files.replaceFile(out + '/b', bytes)`)
  expect(run(file)).toMatchObject({ status: 0, stderr: '' })
  expect(listFolder(join(top, 'out'))).toEqual(['a', 'b'])
})

/** @returns the file that runs it */
async function write(program: string): Promise<string> {
  const file = join(top, 'program.mjs')
  const needed = MODULES.filter(([name]) => program.includes(`${name}.`))
  const code = `
    ${needed.map(([name, path]) => `import * as ${name} from './cli/${path}.ts'`).join('\n')}
    const secret = process.env.SECRET, out = process.env.OUT, bytes = new TextEncoder().encode(secret)
    process.removeAllListeners('warning')
    globalThis.arm?.()
    ;${program}`
  await writeProgram(code, file)
  return file
}

function run(file: string, args: readonly string[] = [], killAt = ''): SpawnSyncReturns<string> {
  return spawnSync(process.execPath, [...args, file], {
    env: { ...process.env, SECRET, KILL_AT: killAt },
    encoding: 'utf8',
  })
}

/** Names that the programs use, and what they stand for. */
const MODULES = Object.entries({
  state: 'state/records',
  files: 'state/files',
  writing: 'state/writing',
  save: 'open/save',
  staging: 'open/staging',
})
