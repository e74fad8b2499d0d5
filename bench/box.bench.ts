// The cost of a full box: 10,000 drops in one box, with the built worker in local workerd. For each step it prints the time, and
// the SQLite rows read and written on the rack and on the shelf, which are what the platform bills.
import { Log, LogLevel, Miniflare, Response } from 'miniflare'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MIN_BOX_DROP_BYTES } from '#protocol/limits.ts'
import { bundleWorker } from '../tools/bundle.ts'
import { readSettings } from '../tools/settings.ts'
import { workerConfig } from '../tools/worker.ts'
import { makeBox } from './box-owner.ts'

const ITEMS = Number(process.env['ITEMS'] ?? '10000')
const DELETED = 500

interface Rows {
  readonly read: number
  readonly written: number
}

/** The worker, counting all rows. It has one rack and one shelf, so that the counts are in one place each. */
const METERED = `
import worker, { Rack as PlainRack, Shelf as PlainShelf } from './main.js'

const metered = (Plain) => class extends Plain {
  constructor(context, env) {
    const { storage } = context
    const exec = storage.sql.exec.bind(storage.sql)
    const setAlarm = storage.setAlarm.bind(storage)
    const spent = { cursors: [], alarms: 0 }
    Object.assign(storage.sql, { exec: (...all) => { const cursor = exec(...all); spent.cursors.push(cursor); return cursor } })
    Object.assign(storage, { setAlarm: (time) => (spent.alarms++, setAlarm(time)) })
    super(context, env)
    this.spent = spent
  }
  meter() {
    const { cursors, alarms } = this.spent
    const sum = (name) => cursors.reduce((all, cursor) => all + cursor[name], 0)
    const rows = { read: sum('rowsRead'), written: sum('rowsWritten') + alarms }
    Object.assign(this.spent, { cursors: [], alarms: 0 })
    return rows
  }
}
export class Rack extends metered(PlainRack) {}
export class Shelf extends metered(PlainShelf) {}
export default {
  async fetch(request, env, context) {
    if (!request.url.endsWith('/meter')) return worker.fetch(request, env, context)
    const rack = env.RACK.get(env.RACK.idFromName('rack-0')), shelf = env.SHELF.get(env.SHELF.idFromName('shelf-0'))
    return Response.json({ rack: await rack.meter(), shelf: await shelf.meter() })
  },
}
`

const { files } = await bundleWorker('worker/main.ts')
const script = new TextDecoder().decode(files.get('main.js'))
const settings = readSettings()
const vars = { ...settings.vars, SHELVES: '1', BOX_ITEMS: `${Math.ceil(ITEMS / 0.9)}` }
const data = mkdtempSync(join(tmpdir(), 'sealdrop-bench-'))
const port = await freePort()
const origin = `http://127.0.0.1:${port}`
const config = workerConfig({ ...settings, vars }, script, origin)
const miniflare = new Miniflare({
  host: '127.0.0.1',
  port,
  cf: false,
  log: new Log(LogLevel.NONE),
  resourcePersistencePath: data,
  telemetry: { enabled: false },
  workers: [
    {
      config: {
        ...config,
        manifest: {
          mainModule: 'metered.js',
          modulesRoot: '/',
          modules: {
            'metered.js': { type: 'esm', contents: METERED },
            'main.js': { type: 'esm', contents: script },
          },
        },
      },
      dev: { outboundService: { type: 'fetcher', handler: () => new Response(null, { status: 599 }) } },
    },
  ],
})
try {
  await miniflare.ready
  const box = await makeBox(origin)
  await box.publish()
  await meter()
  console.log('step'.padEnd(30), 'ms each'.padStart(10), 'rack: read'.padStart(12), 'written', 'shelf: read', 'written')
  for (let done = 0; done < ITEMS; done += 2_500) {
    const count = Math.min(2_500, ITEMS - done)
    await step(`deposit ${done + 1} to ${done + count}`, count, () => box.fill(count, MIN_BOX_DROP_BYTES))
  }
  const items = await step(`list ${ITEMS}, a page`, Math.ceil(ITEMS / 200), () => box.listAll())
  const last = items.at(-1)
  if (items.length !== ITEMS || last === undefined) throw new Error(`${items.length} of ${ITEMS} are listed.`)
  await step('collect the last', 1, () => box.collect(last.drop))
  const condemned = items.slice(0, DELETED).map(({ drop }) => drop)
  await step(`delete ${condemned.length}, a drop`, condemned.length, () => box.delete(condemned))
  const left = await step('list what is left, a page', Math.ceil((ITEMS - DELETED) / 200), () => box.listAll())
  if (left.length !== ITEMS - condemned.length) throw new Error(`${left.length} are left.`)
} finally {
  await miniflare.dispose()
  rmSync(data, { recursive: true, force: true })
}

async function step<T>(name: string, count: number, run: () => Promise<T>): Promise<T> {
  const began = performance.now()
  const result = await run()
  const each = (performance.now() - began) / count
  const { rack, shelf } = await meter()
  const per = (rows: number): string => (rows / count).toFixed(2)
  const columns = [rack.read, rack.written, shelf.read, shelf.written].map((rows) => per(rows).padStart(10))
  console.log(name.padEnd(30), each.toFixed(2).padStart(10), ...columns)
  return result
}

async function meter(): Promise<{ rack: Rows; shelf: Rows }> {
  return (await (await fetch(`${origin}/meter`)).json()) as { rack: Rows; shelf: Rows }
}

function freePort(): Promise<number> {
  return new Promise((found) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port: free } = probe.address() as AddressInfo
      probe.close(() => found(free))
    })
  })
}
