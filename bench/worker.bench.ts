// The cost of large drops to the worker: memory of its isolate, which must not grow with the drop, and CPU time for each part. The
// built worker in local workerd, with both stores. Exits with 1 if the isolate holds more than it may.
import { Log, LogLevel, Miniflare, Response } from 'miniflare'
import type { ChildProcess } from 'node:child_process'
import { subscribe } from 'node:diagnostics_channel'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PART_BYTES } from '#protocol/limits.ts'
import { bundleWorker } from '../tools/bundle.ts'
import { readSettings, type Settings } from '../tools/settings.ts'
import { workerConfig } from '../tools/worker.ts'
import { busyMs, inspect, watchMemory, type Inspector } from './inspector.ts'
import { makeBigDrop } from './sender.ts'

const MEBIBYTE = 1_048_576
const MOST_BYTES = 64 * MEBIBYTE
const SIZES = [64, 256]

let runtime: number | undefined
subscribe('child_process', (message) => {
  const { process: child } = message as { process: ChildProcess }
  child.once('spawn', () => {
    if (child.spawnfile.includes('workerd')) runtime = child.pid
  })
})

const { files } = await bundleWorker('worker/main.ts')
const script = new TextDecoder().decode(files.get('main.js'))
const settings = readSettings()
let worst = 0
console.log(
  '  store  drop        way  peak of the isolate (heap, buffers)         CPU of the isolate  of all of workerd',
)
for (const [store, r2] of [
  ['KV', []],
  ['R2', ['R2']],
] as const) {
  const vars = { ...settings.vars, LARGEST_ON_KV: '1073741824' }
  await withWorker({ ...settings, vars, r2 }, async (origin, inspector) => {
    // The worker is compiled and its tables are made before anything is measured.
    const warm = await makeBigDrop(origin, 2)
    await warm.upload()
    await warm.download()
    for (const size of SIZES) {
      const parts = (size * MEBIBYTE) / PART_BYTES
      const drop = await makeBigDrop(origin, parts)
      for (const way of ['upload', 'download'] as const) {
        await inspector.ask('Profiler.start')
        const before = cpuMs()
        const memory = watchMemory(inspector)
        await drop[way]()
        const peak = await memory.stop()
        const all = cpuMs() - before
        const own = busyMs(await inspector.ask('Profiler.stop'))
        worst = Math.max(worst, peak.together)
        const each = (ms: number): string => `${(ms / parts).toFixed(1)} ms a part`
        console.log(
          [
            store.padStart(7),
            `${size} MiB`.padStart(9),
            way.padStart(9),
            `${mebibytes(peak.together)} (${mebibytes(peak.heap)}, ${mebibytes(peak.buffers)})`.padStart(28),
            `in ${peak.samples} looks`.padStart(15),
            each(own).padStart(16),
            each(all).padStart(18),
          ].join(' '),
        )
      }
    }
  })
}
console.log('CPU of all of workerd includes the simulation of KV and R2, which the platform does elsewhere.')
console.log(`The isolate held ${mebibytes(worst)} at most; ${mebibytes(MOST_BYTES)} are allowed.`)
if (worst > MOST_BYTES) process.exitCode = 1

async function withWorker(
  bound: Settings,
  run: (origin: string, inspector: Inspector) => Promise<void>,
): Promise<void> {
  const data = mkdtempSync(join(tmpdir(), 'sealdrop-bench-'))
  const port = await freePort()
  const origin = `http://127.0.0.1:${port}`
  const miniflare = new Miniflare({
    host: '127.0.0.1',
    port,
    inspectorPort: 0,
    cf: false,
    log: new Log(LogLevel.NONE),
    resourcePersistencePath: data,
    telemetry: { enabled: false },
    workers: [
      {
        config: workerConfig(bound, script, origin),
        dev: { outboundService: { type: 'fetcher', handler: () => new Response(null, { status: 599 }) } },
      },
    ],
  })
  try {
    await miniflare.ready
    const inspector = await inspect(await isolateAt(await miniflare.getInspectorURL()))
    await inspector.ask('Runtime.enable')
    await inspector.ask('Profiler.enable')
    await run(origin, inspector)
    inspector.close()
  } finally {
    await miniflare.dispose()
    rmSync(data, { recursive: true, force: true })
  }
}

/** Finds the isolate of the worker among those of the simulator. */
async function isolateAt(url: URL): Promise<string> {
  const listed = (await (await fetch(new URL('/json', url.href.replace('ws:', 'http:')))).json()) as Isolate[]
  const found = listed.find(({ id }) => id.endsWith(settings.name))
  if (found === undefined) throw new Error(`No isolate of ${settings.name} among ${listed.map(({ id }) => id).join()}.`)
  return found.webSocketDebuggerUrl
}

interface Isolate {
  readonly id: string
  readonly webSocketDebuggerUrl: string
}

/** The CPU time of workerd so far: user and system, in hundredths of a second (proc(5)); 0 where there is no /proc. */
function cpuMs(): number {
  if (process.platform !== 'linux' || runtime === undefined) return 0
  const said = readFileSync(`/proc/${runtime}/stat`, 'latin1')
  const fields = said.slice(said.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) * 10
}

function freePort(): Promise<number> {
  return new Promise((found) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo
      probe.close(() => found(port))
    })
  })
}

function mebibytes(bytes: number): string {
  return `${(bytes / MEBIBYTE).toFixed(1)} MiB`
}
