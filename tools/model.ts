// Checks the models in docs/model, of claims and of deposits into a box: every reachable state of each design, and of worse designs
// that must be refuted, which shows that the check can fail. It needs Spin and a C compiler.
// Usage: node tools/model.ts
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The result of a search: whether the promise is kept in every state, and the number of visited states. */
export interface SearchResult {
  readonly result: Outcome
  readonly states: number
  /** Statements of the model that the search never reached. */
  readonly unreached: readonly string[]
}

export type Outcome = 'kept' | 'broken'

/**
 * Reads the output of a verifier about one promise.
 * @throws Error unless it shows that all states were searched, or that this very promise was broken: running out of memory or
 *   depth, an error of another kind, or no search at all must never look like an answer
 */
export function parseSearchResult(promise: string, printed: string): SearchResult {
  const refuse = (why: string): never => {
    throw new Error(`${why}. The verifier printed:\n${printed}`)
  }
  if (!/^Full statespace search for:$/m.test(printed)) refuse('The search was not a full one')
  if (!new RegExp(`never claim\\s+\\+ \\(${promise}\\)`).test(printed)) refuse(`The search was not for ${promise}`)
  if (/max search depth too small|out of memory|MEMLIM|hash table full/.test(printed))
    refuse('The search was cut short')
  const errors = Number(/errors: (\d+)$/m.exec(printed)?.[1] ?? Number.NaN)
  const states = Number(/^\s*([\d.e+]+) states, stored/m.exec(printed)?.[1] ?? Number.NaN)
  if (!(states > 0)) refuse('No state was searched')
  const [ofModel = ''] = printed.split(`unreached in claim ${promise}`)
  const unreached = [...ofModel.matchAll(UNREACHED)].map(([, at, what]) => `${at} (${what})`)
  if (errors === 0) {
    if (/Search not completed/.test(printed)) refuse('The search was not completed')
    return { result: 'kept', states, unreached }
  }
  if (errors !== 1 || !/^pan:1: (?:assertion violated {2}!\(|acceptance cycle )/m.test(printed))
    refuse(`The error found does not break ${promise}`)
  return { result: 'broken', states, unreached: [] }
}

/** The end of a process is never reached: all of them loop. */
const UNREACHED = /^\t(?:\S*\/)?([^/\s]+:\d+), state \d+, "(?!-end-")(.*)"$/gm

const FOLDER = fileURLToPath(new URL('../docs/model/', import.meta.url))
const INSTALL = 'apt-get install spin gcc libc6-dev'
/** Bounds of one search. It takes seconds, 200 MB and a depth of 400; reaching a bound is a failure. */
const MOST_MEGABYTES = 1_024
const MOST_STEPS = 100_000
const MOST_MS = 120_000

/** The expected result of each design of a model for each promise. */
interface Model {
  readonly file: string
  readonly designs: readonly (readonly [design: string, promises: Readonly<Record<string, Outcome>>])[]
}

const THE_DESIGN = 'the design'

/** Promises that the designs themselves must break: states that a model in which nothing happens would never reach. */
const MODELS: readonly Model[] = [
  {
    file: 'claim.pml',
    designs: [
      [THE_DESIGN, { ...keptBut(), nobody_recovers: 'broken', nobody_follows: 'broken' }],
      ['LEASE', keptBut('one_reader', 'one_entitled')],
      ['BURN_ON_SEND', keptBut('nothing_lost')],
      ['BYTES_FIRST', keptBut('nothing_lost', 'no_empty_offer')],
      ['SERVE_AFTER_END', keptBut('burned_is_unreadable')],
    ],
  },
  {
    file: 'settle.pml',
    designs: [
      [
        THE_DESIGN,
        {
          ends: 'kept',
          asks_once: 'kept',
          one_state: 'kept',
          arrived_stays: 'kept',
          no_more_than_room: 'kept',
          nobody_moves: 'broken',
          nobody_is_refused: 'broken',
        },
      ],
      // Designs that go on for ever have more states than their refutation needs.
      ['ASK_AGAIN', { ends: 'broken', asks_once: 'broken' }],
      ['NO_TURNS', { one_state: 'broken', arrived_stays: 'broken' }],
      ['FORGETFUL', { one_state: 'kept', arrived_stays: 'broken' }],
      ['TURNED_AWAY_OUTSIDE', { arrived_stays: 'broken' }],
    ],
  },
]

function keptBut(...broken: readonly string[]): Readonly<Record<string, Outcome>> {
  const promises = ['one_reader', 'one_entitled', 'nothing_lost', 'no_empty_offer', 'burned_is_unreadable']
  return Object.fromEntries(promises.map((each) => [each, broken.includes(each) ? 'broken' : 'kept']))
}

/** Searches a whole model and prints a line for each search. @returns a sentence for each unexpected result */
function check(folder: string, { file, designs }: Model): string[] {
  const complaints: string[] = []
  console.log(row(file, 'promise', 'result', 'states'))
  for (const [design, promises] of designs) {
    const variant = design === THE_DESIGN ? [] : [`-D${design}`]
    run(folder, 'spin', [...variant, '-a', join(FOLDER, file)])
    run(folder, 'gcc', ['-O2', '-w', `-DMEMLIM=${MOST_MEGABYTES}`, '-o', 'pan', 'pan.c'])
    for (const [promise, expected] of Object.entries(promises)) {
      const printed = run(folder, './pan', ['-a', `-m${MOST_STEPS}`, '-N', promise])
      const { result, states, unreached } = parseSearchResult(promise, printed)
      console.log(row(design, promise, result, states.toLocaleString('en').replaceAll(',', ' ')))
      if (result !== expected) {
        const how = result === 'broken' ? ` ${howToSee(file, variant, promise)}` : ''
        complaints.push(`${file}, ${design}: ${promise} is ${result}, and must be ${expected}.${how}`)
      }
      // A worse design may leave out steps; in the real one each line must be reached.
      if (variant.length === 0) complaints.push(...unreached.map((each) => `${file}: nothing ever comes to ${each}.`))
    }
  }
  return complaints
}

function run(folder: string, command: string, args: readonly string[]): string {
  const ended = spawnSync(command, args, { cwd: folder, encoding: 'utf8', timeout: MOST_MS, maxBuffer: 1 << 24 })
  const isMissing = ended.error !== undefined && 'code' in ended.error && ended.error.code === 'ENOENT'
  if (isMissing) throw new Error(`${command} is not installed, and the model cannot be checked without it: ${INSTALL}`)
  if (ended.error !== undefined) throw new Error(`${command} did not end: ${ended.error.message}`)
  const printed = ended.stdout + ended.stderr
  if (ended.status === 0) return printed
  if (/error: .*stdio\.h/.test(printed)) throw new Error(`The headers of the C library are missing: ${INSTALL}`)
  throw new Error(`${command} failed:\n${printed}`)
}

function howToSee(file: string, variant: readonly string[], promise: string): string {
  const options = variant.map((each) => `${each} `).join('')
  const search = `spin ${options}-search -ltl ${promise} ${join(FOLDER, file)}`
  return `To see a way there, in an empty folder: ${search} && spin ${options}-k ${file}.trail -p ${join(FOLDER, file)}`
}

function row(design: string, promise: string, result: string, states: string): string {
  return `${design.padEnd(21)}${promise.padEnd(22)}${result.padEnd(8)}${states.padStart(9)}`
}

if (import.meta.main) {
  const folder = mkdtempSync(join(tmpdir(), 'sealdrop-model-'))
  try {
    // Spin runs gcc as its preprocessor, and its message without one does not help: check for both first.
    for (const tool of ['gcc', 'spin']) run(folder, tool, [tool === 'spin' ? '-V' : '--version'])
    const complaints = MODELS.flatMap((model) => check(folder, model))
    for (const each of complaints) console.error(each)
    if (complaints.length > 0) process.exitCode = 1
    else console.log('The designs keep their promises in every state that can be reached; the worse ones are refuted.')
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error))
    process.exitCode = 1
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
