import { setTimeout as sleep } from 'node:timers/promises'
import { DropError } from '#protocol/error.ts'
import { nameServer } from '../network/connect.ts'
import { EXIT, type ExitCode } from '../failure.ts'
import { requireWay } from '../network/transport.ts'
import { print, printJson, visible } from '../terminal/terminal.ts'
import { makeVisitor } from './browse.ts'
import { BROWSERS, type Browser } from './browsers.ts'
import { describeBriefly, describeObservation, describeSeen } from './describe.ts'
import { readManifest } from './manifest.ts'
import { observe, type Observation } from './observe.ts'
import { command, type Command, flag, misused, type ParsedArgs, row, value } from '../command.ts'

const OPTIONS = {
  as: {
    ...value(
      'BROWSER',
      'chrome, firefox or safari: ask as that one alone, for a third',
      'of the traffic; default all: as each of them',
    ),
    column: 18,
  },
  watch: { ...flag('go on, and print one line each time'), column: 18 },
  every: { ...value('TIME', 'how often, from 1s to 7d (s, m, h, d); default 10m'), column: 18 },
  manifest: { ...value('FILE', 'the manifest.json of another release'), column: 18 },
  json: { ...flag('print {"origin", "at", "version", "as", "ok",', '"differences": […]}'), column: 18 },
} as const

/** Compares what a server serves with a release. */
export const verifyCommand: Command = command({
  usage: [
    `Usage: sealdrop verify ORIGIN [--as BROWSER] [--manifest FILE] [--json]
       sealdrop verify ORIGIN --watch [--every 10m] [--as BROWSER] [--manifest FILE]
                       [--json]

Fetches everything that a server serves, its API aside, as browsers would, and
compares bytes and headers with the release that this command is of. Each
difference is one line, and says which browser was shown it if not all were. Exit
code 0 if there is none, 6 if there is any, 5 if the server cannot be reached.

It says what this computer was served just now. A server that knows whom it
wants to deceive can serve others, and you, something else: so look often, from
other networks, and compare with what others see. This command is no browser
below HTTP, and a close look can tell it from one.`,
    [{ ...row('ORIGIN', 'such as https://drop.example'), column: 18 }, 'as', 'watch', 'every', 'manifest', 'json'],
  ],
  options: OPTIONS,
  most: 1,
  needs: [['every', 'watch', '--every belongs to --watch']],
  isReport: true,
  run,
})

async function run({ values, positionals }: ParsedArgs<typeof OPTIONS>): Promise<ExitCode> {
  const origin = parseOrigin(positionals[0])
  const everyMs = parseEvery(values.every)
  const browsers = parseBrowsers(values.as)
  const manifest = await readManifest(values.manifest)
  requireWay(origin)
  const look = async (): Promise<Observation> => {
    // Over new connections each time, like a new visitor.
    const visitors = browsers.map(makeVisitor)
    try {
      return await observe(origin, manifest, visitors, Date.now())
    } finally {
      for (const visitor of visitors) visitor.leave()
    }
  }
  while (values.watch) {
    // By no clock that can be set: put back, it would hold the next look up.
    const began = performance.now()
    const observation = await look()
    await (values.json ? printJson(observation) : print(`${visible(describeBriefly(observation))}\n`))
    await sleep(Math.max(0, began + everyMs - performance.now()))
  }
  const observation = await look()
  if (values.json) await printJson(observation)
  if (observation.unreachable === true) {
    if (!values.json) throw nameServer(await silenceOf(origin, browsers), origin)
    return EXIT.tryLater
  }
  if (!values.json) {
    const { as, differences } = observation
    const lines = [describeObservation(observation, manifest), ...differences.map((each) => describeSeen(each, as))]
    await print(lines.map((line) => `${visible(line)}\n`).join(''))
  }
  return observation.ok ? EXIT.done : EXIT.mismatch
}

/** Why a server does not answer: it is asked once more. */
async function silenceOf(origin: string, [browser = 'chrome']: readonly Browser[]): Promise<DropError> {
  const visitor = makeVisitor(browser)
  try {
    await visitor.visit(`${origin}/`, 'document')
    return new DropError('offline')
  } catch (cause) {
    return new DropError('offline', { cause })
  } finally {
    visitor.leave()
  }
}

function parseOrigin(text: string | undefined): string {
  if (text === undefined) throw misused('the address of a server is missing')
  const url = URL.parse(text)
  const isOrigin = url !== null && url.pathname === '/' && url.search === '' && url.hash === '' && url.username === ''
  if (!isOrigin || !['https:', 'http:'].includes(url.protocol))
    throw misused('the address of a server is such as https://drop.example')
  return url.origin
}

function parseBrowsers(text = 'all'): readonly Browser[] {
  if (text === 'all') return BROWSERS
  const browser = BROWSERS.find((each) => each === text)
  if (browser === undefined) throw misused(`--as takes ${BROWSERS.join(', ')} or all`)
  return [browser]
}

/** @returns milliseconds */
function parseEvery(text = '10m'): number {
  const [, amount = '', unit = ''] = /^(\d{1,5})([smhd])$/.exec(text) ?? []
  const ms = Number(amount) * (UNIT_MS[unit] ?? Number.NaN)
  if (!(ms >= 1_000 && ms <= 604_800_000)) throw misused('--every takes a time from 1s to 7d, such as 10m')
  return ms
}

const UNIT_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }
