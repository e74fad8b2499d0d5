import { setTimeout as sleep } from 'node:timers/promises'
import { DropError } from '#protocol/error.ts'
import { nameServer } from '../network/connect.ts'
import { EXIT, type ExitCode } from '../failure.ts'
import { requireWay } from '../network/transport.ts'
import { misused, parseOptions } from '../options.ts'
import { print, printJson, visible } from '../terminal/terminal.ts'
import { makeVisitor } from './browse.ts'
import { BROWSERS, type Browser } from './browsers.ts'
import { describeBriefly, describeObservation, describeSeen } from './describe.ts'
import { readManifest } from './manifest.ts'
import { observe, type Observation } from './observe.ts'

/** Compares what a server serves with a release. */
export async function verify(args: readonly string[]): Promise<ExitCode> {
  const { values, positionals } = parseOptions(args, OPTIONS, 1)
  const origin = parseOrigin(positionals[0])
  const everyMs = parseEvery(values.every)
  if (values.every !== undefined && !values.watch) throw misused('--every belongs to --watch')
  const browsers = parseBrowsers(values.as)
  const manifest = await readManifest(values.manifest)
  requireWay(origin)
  const look = async (): Promise<Observation> => {
    // Each time over connections of their own, as somebody who comes anew.
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
  return observation.ok ? EXIT.done : EXIT.differs
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

const OPTIONS = {
  as: { type: 'string' },
  manifest: { type: 'string' },
  watch: { type: 'boolean', default: false },
  every: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const
