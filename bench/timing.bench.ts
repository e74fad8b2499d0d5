// How much answer times tell a stranger: requests without a key about drops and boxes that exist and about ones that do not, in
// random order, with the built worker in local workerd. For each pair it prints the ratio of the medians, and the chance that a
// request of the first kind took longer than one of the second (AUC): 0.5 tells nothing. Exits with 1 if a pair can be told apart
// better than it may.
import { Log, LogLevel, Miniflare, Response } from 'miniflare'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bundleWorker } from '../tools/bundle.ts'
import { readSettings } from '../tools/settings.ts'
import { workerConfig } from '../tools/worker.ts'
import { Connection, type PreparedRequest, type TimedAnswer } from './requests.ts'
import { compareTimes } from './rank-times.ts'
import { makePairs } from './timing-pairs.ts'

const COUNT = Number(process.env['COUNT'] ?? '3000')
const ONLY = process.env['ONLY'] ?? ''

/** `PADDING=0` takes the padding of refusals away, to check that the differences are found without it. */
const PADDING = process.env['PADDING']

/** Connections that ask at the same time: a refused request spends most of its time waiting. */
const LINES = 4

/** How far from 0.5 an AUC may be, beyond four standard errors of chance. */
const ALLOWED = 0.03

const { files } = await bundleWorker('worker/main.ts')
const built = new TextDecoder().decode(files.get('main.js'))
const script = PADDING === undefined ? built : built.replace(/(REFUSAL_PADDING_MS = )\d+/, `$1${PADDING}`)
const settings = readSettings()
// One shelf and one rack: differences between several are not to be measured.
const vars = { ...settings.vars, SHELVES: '1', BARE_BOX_ITEMS: '1000000' }
const data = mkdtempSync(join(tmpdir(), 'sealdrop-bench-'))
const port = await freePort()
const origin = `http://127.0.0.1:${port}`
const miniflare = new Miniflare({
  host: '127.0.0.1',
  port,
  cf: false,
  log: new Log(LogLevel.NONE),
  resourcePersistencePath: data,
  telemetry: { enabled: false },
  workers: [
    {
      config: workerConfig({ ...settings, vars }, script, origin),
      dev: { outboundService: { type: 'fetcher', handler: () => new Response(null, { status: 599 }) } },
    },
  ],
})
const setup = new Connection(origin)
const lines = Array.from({ length: LINES }, () => new Connection(origin))
try {
  await miniflare.ready
  const pairs = await makePairs(origin, setup)
  console.log('pair'.padEnd(52), 'answer', 'µs there', 'not there', ' ratio', 'at 10%', '   AUC', '    ±')
  for (const { name, cases } of pairs.filter((pair) => pair.name.includes(ONLY))) {
    const [here, nowhere] = await cases()
    const isOnce = Math.max(here.length, nowhere.length) >= 100
    const times = await interleave(here, nowhere, isOnce ? here.length : COUNT)
    const { auc, error, ratio, ratioOfShort, medians } = compareTimes(times.here, times.nowhere)
    const isTold = Math.abs(auc - 0.5) > ALLOWED + 4 * error
    if (isTold) process.exitCode = 1
    console.log(
      name.padEnd(52),
      `${times.status}`.padStart(6),
      ...medians.map((us, n) => us.toFixed(0).padStart(8 + n)),
      ratio.toFixed(3).padStart(6),
      ratioOfShort.toFixed(3).padStart(6),
      auc.toFixed(3).padStart(6),
      error.toFixed(3).padStart(6),
      isTold ? 'TOLD' : '',
    )
  }
} finally {
  for (const line of [setup, ...lines]) line.close()
  await miniflare.dispose()
  rmSync(data, { recursive: true, force: true })
}

interface Times {
  readonly status: number
  readonly here: readonly number[]
  readonly nowhere: readonly number[]
}

/** Sends both in random order, `count` times each. @throws Error if the answers differ, since times then add nothing */
async function interleave(
  here: readonly PreparedRequest[],
  nowhere: readonly PreparedRequest[],
  count: number,
): Promise<Times> {
  const left = shuffle([here, nowhere].flatMap((asks) => Array.from({ length: count }, (_, n) => [asks, n] as const)))
  const taken = new Map<readonly PreparedRequest[], number[]>([
    [here, []],
    [nowhere, []],
  ])
  const answers = new Set<string>()
  let status = 0
  const goOn = async (line: Connection): Promise<void> => {
    for (let next = left.pop(); next !== undefined; next = left.pop()) {
      const [asks, n] = next
      const ask = asks[n % asks.length]
      if (ask === undefined) throw new Error('There is nothing to ask.')
      const timed = await line.send(ask)
      status = timed.status
      answers.add(shapeOf(timed))
      taken.get(asks)?.push(timed.us)
    }
  }
  await Promise.all(lines.map(goOn))
  if (answers.size > 1) throw new Error(`Two answers: ${[...answers].join(' and ')}`)
  return { status, here: taken.get(here) ?? [], nowhere: taken.get(nowhere) ?? [] }
}

function shuffle<T>(all: T[]): T[] {
  for (let n = all.length - 1; n > 0; n--) {
    const m = Math.floor(Math.random() * (n + 1))
    const [a, b] = [all[n], all[m]]
    if (a !== undefined && b !== undefined) [all[n], all[m]] = [b, a]
  }
  return all
}

function shapeOf({ status, text }: TimedAnswer): string {
  return `${status} ${text.replaceAll(/\d{6,}/g, 'N')}`
}

function freePort(): Promise<number> {
  return new Promise((found) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port: free } = probe.address() as AddressInfo
      probe.close(() => found(free))
    })
  })
}
