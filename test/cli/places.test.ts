import { execFile, execFileSync } from 'node:child_process'
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { startServer, type Server } from '../tools/server.ts'

const BUILT = fileURLToPath(new URL('../../dist/cli/sealdrop.js', import.meta.url))

/**
 * The command that somebody types, and its needs: the home to be read or written (or written if that can be), a folder to be
 * written, standard output to be read.
 */
type Row = readonly [command: string, ...needs: ('reads' | 'notes' | 'writes' | 'folder' | 'output')[]]

const COMMANDS: readonly Row[] = [
  ['send <text', 'writes', 'output'],
  ['send big', 'writes', 'output'],
  ['send --to-file box --return-code <text', 'writes', 'output'],
  ['send --to-file box --remember <text', 'writes'],
  ['send --age-only -o out <text', 'writes', 'folder', 'output'],
  ['resume', 'reads'],
  ['open - <link', 'writes', 'output'],
  ['open - -o out <files', 'writes', 'folder'],
  ['open - --sealed out/sealed.age <files', 'writes', 'folder'],
  ['status', 'reads', 'notes', 'output'],
  ['receipt save TICKET out/proof', 'reads', 'folder'],
  ['revoke TICKET --json', 'reads', 'notes', 'output'],
  ['reopen TICKET', 'reads'],
  ['forget TICKET --json', 'reads', 'output'],
  ['key - <link', 'output'],
  ['return --code-file code'],
  ['box list --passphrase-file pass', 'reads', 'output'],
  ['box show --passphrase-file pass', 'reads', 'output'],
  ['box open ITEM --passphrase-file pass', 'writes', 'output'],
  ['box backup out/backup --passphrase-file pass', 'writes', 'folder'],
  ['box invite --passphrase-file pass', 'writes', 'output'],
  ['box renew --passphrase-file pass', 'writes'],
  ['box create --passphrase-file pass --phrase-file out/phrase', 'writes', 'folder', 'output'],
  ['box forget --yes', 'reads'],
  ['operator key out/key', 'folder', 'output'],
  ['operator disclose --data DATA BOX -o out/disclosure', 'folder', 'output'],
  ['operator disclose --data DATA BOX', 'output'],
  ['help', 'output'],
]

/** More would only wait for each other where there are two processors. */
vi.setConfig({ maxConcurrency: 2 })

let server: Server
let top: string
const names: Record<string, string> = {}

beforeAll(async () => {
  server = await startServer()
  top = mkdtempSync(join(tmpdir(), 'sealdrop-places-'))
  const write = (name: string, text: string): void => writeFileSync(join(top, name), text)
  write('pass', 'correct horse\n')
  write('text', 'hi')
  write('big', 'x'.repeat(9_000_000))
  const sh = (command: string): string =>
    execFileSync('/bin/sh', ['-c', `'${process.execPath}' '${BUILT}' ${command}`], {
      cwd: top,
      encoding: 'utf8',
      env: environment(join(top, 'home')),
      stdio: ['ignore', 'pipe', 'ignore'],
    })
  write('link', sh('send --reads 99 <text'))
  write('files', sh('send text pass --reads 99'))
  const { link, ticket } = JSON.parse(sh('send --reads 99 --json <text')) as Record<'link' | 'ticket', string>
  names['TICKET'] = ticket
  write('opened', link)
  sh('open - <opened')
  write('box', sh('box create --passphrase-file pass --phrase-file phrase'))
  names['BOX'] = /sdbox1\w+/.exec(readFileSync(join(top, 'box'), 'utf8'))?.[0] ?? ''
  write('code', sh('send --to-file box --return-code <text'))
  names['ITEM'] = /^\w+/.exec(sh('box list --passphrase-file pass'))?.[0] ?? ''
  names['DATA'] = server.data
})
afterAll(async () => {
  await server.close()
  rmSync(top, { recursive: true })
})

test.concurrent.for(COMMANDS)('where nobody may enter the home, it is said: %s', async ([command, ...needs]) => {
  await using place = makePlace()
  chmodSync(place.home, 0)
  const done = await place.run(command)
  chmodSync(place.home, 0o700)
  const isNeeded = needs.includes('reads') || needs.includes('writes')
  expect(faultsOf(done, isNeeded ? /permission denied/ : undefined)).toEqual([])
})

// Not what reads the databases of a server: SQLite writes beside them.
const WRITERS = COMMANDS.filter(([command]) => !command.startsWith('operator disclose'))
test.concurrent.for(WRITERS)('where the home is full, it is said: %s', async ([command, ...needs]) => {
  await using place = makePlace()
  // Writing grows no file: as on a full disk, without one.
  const done = await place.run(command, { before: 'ulimit -f 0; ' })
  const isNeeded = needs.includes('writes') || needs.includes('folder')
  const isNoted = needs.includes('notes')
  expect(faultsOf(done, isNeeded ? /file too large/ : isNoted ? 'noted' : undefined)).toEqual([])
})

test.concurrent.for(COMMANDS.filter(([, ...needs]) => needs.includes('folder')))(
  'where nothing may be written into the folder, it is said: %s',
  async ([command]) => {
    await using place = makePlace()
    chmodSync(place.out, 0o500)
    expect(faultsOf(await place.run(command), /permission denied/)).toEqual([])
  },
)

test.concurrent.for(COMMANDS.filter(([, ...needs]) => needs.includes('output')))(
  'where what is printed goes to a full disk, it is said: %s',
  async ([command]) => {
    await using place = makePlace()
    expect(
      faultsOf(await place.run(command, { after: ' >/dev/full' }), /cannot write to standard output: no space left/),
    ).toEqual([])
  },
)

test.concurrent.for([
  'send <text',
  'send --to-file box --return-code <text',
  'open - <link',
  'open - --json <link',
  'box open ITEM --passphrase-file pass',
])('of a disk that fills while it is printed nothing is lost, and it is said: %s', async (command) => {
  await using place = makePlace()
  // One byte less than a file may have: the system takes one, and calls that a success.
  writeFileSync(join(place.out, 'full'), 'x'.repeat(FEW_BLOCKS * BLOCK_BYTES - 1))
  const done = await place.run(command, { before: `ulimit -f ${FEW_BLOCKS}; `, after: ' >>out/full' })
  expect(faultsOf(done, /cannot write to standard output: file too large/)).toEqual([])
  // A drop that was not handed over was not acknowledged.
  expect(await place.run(command, { after: ' >out/whole' })).toMatchObject({ code: 0 })
})

test.concurrent.for([
  ['send <text >/dev/full', 'revoke PENDING', /cancelled: what was sent of it is deleted/],
  ['send <text >/dev/full', 'revoke PENDING --json', /cancelled: what was sent of it is deleted/],
  ['send <text', 'revoke PENDING', /revoked: nobody can open it any more/],
  ['open - <link >/dev/full', 'open - <link', /opened; its sender will see that/],
] as const)(
  'what was done was not told where the home is only to be read: %s, then %s',
  async ([first, then, told]) => {
    await using place = makePlace()
    const { stderr } = await place.run(first)
    const command = then.replace('PENDING', /sealdrop revoke ([0-9a-f]+)/.exec(stderr)?.[1] ?? '')
    const folders = [...readdirSync(place.home).map((name) => join(place.home, name)), place.home]
    for (const folder of folders) chmodSync(folder, 0o500)
    const done = await place.run(command)
    for (const folder of folders.toReversed()) chmodSync(folder, 0o700)
    expect(faultsOf(done, 'noted')).toEqual([])
    expect(done.stderr).toMatch(told)
    expect(done.stderr).toContain('this could not be noted here: ')
  },
)

test.concurrent.for(COMMANDS)('where nobody reads what is said, the command does its work: %s', async ([command]) => {
  const codes: number[] = []
  for (const after of ['', ' 2>/dev/full', ' 2>&-']) {
    await using place = makePlace()
    codes.push((await place.run(command, { after })).code)
  }
  expect(new Set(codes).size, codes.join()).toBe(1)
})

test.concurrent.for(['send <text', 'open - <link', 'send --to-file box --return-code <text'])(
  'what is given out once is not given to a closed standard output: %s',
  async (command) => {
    await using place = makePlace()
    expect(
      faultsOf(await place.run(command, { after: ' >&-' }), /cannot write to standard output: it is closed/),
    ).toEqual([])
  },
)

interface Done {
  readonly code: number
  readonly stderr: string
}

/**
 * The fault in the end of a command.
 * @param cause - that it must name; `noted` if it is told and nothing fails; `undefined` if nothing is to
 */
function faultsOf({ code, stderr }: Done, cause: RegExp | 'noted' | undefined): string[] {
  const lines = stderr.split('\n').filter((each) => each !== '')
  const foreign = lines.filter((each) => !each.startsWith('sealdrop: ') || NO_SENTENCE.test(each))
  const isTold =
    cause === undefined
      ? !CAUSES.test(stderr)
      : cause === 'noted'
        ? code === 0 && CAUSES.test(stderr)
        : code === 1 && cause.test(stderr)
  return [...foreign, ...(isTold ? [] : [`ended with ${code}: ${stderr}`])]
}

const NO_SENTENCE = /internal error|unknown error|\berror E[A-Z]/

/** As `ulimit -f` of POSIX counts. */
const BLOCK_BYTES = 512

/** Enough for what is kept in the home. */
const FEW_BLOCKS = 100

const CAUSES = /permission denied|file too large|no space left/

interface Place extends AsyncDisposable {
  readonly home: string
  readonly out: string
  run(command: string, around?: { readonly before?: string; readonly after?: string }): Promise<Done>
}

/** A copy of the home, and a folder to write to. */
function makePlace(): Place {
  const folder = mkdtempSync(join(top, 'place-'))
  const [home, out] = [join(folder, 'home'), join(folder, 'out')]
  cpSync(join(top, 'home'), home, { recursive: true })
  mkdirSync(out)
  for (const name of ['pass', 'text', 'big', 'link', 'files', 'box', 'code'])
    cpSync(join(top, name), join(folder, name))
  const env = environment(home)
  return {
    home,
    out,
    run: (command, { before = '', after = '' } = {}) => {
      const words = command.replace(/\b[A-Z]{3,}\b/g, (name) => names[name] ?? name)
      const script = `${before}'${process.execPath}' '${BUILT}' ${words}${after}`
      const [program, ...args] = [...AS_OTHERS, '/bin/sh', '-c', script] as const
      return new Promise((resolve) => {
        const child = execFile(program, args, { cwd: folder, env }, (error, _, stderr) =>
          resolve({ code: error === null ? 0 : Number(error.code), stderr }),
        )
        child.stdin?.end()
      })
    },
    [Symbol.asyncDispose]: async () => {
      for (const each of [home, out]) chmodSync(each, 0o700)
      rmSync(folder, { recursive: true })
    },
  }
}

function environment(home: string): Record<string, string> {
  return { HOME: home, PATH: process.env['PATH'] ?? '', SEALDROP_HOME: home, SEALDROP_SERVER: server.url }
}

/**
 * A user who may do everything is not stopped by the rights of a folder: without that, root is as others are. `setpriv` is of
 * util-linux, like `script`.
 */
const AS_OTHERS =
  process.getuid?.() === 0
    ? ([
        'setpriv',
        '--bounding-set=-dac_override,-dac_read_search',
        '--inh-caps=-dac_override,-dac_read_search',
      ] as const)
    : ([] as const)
