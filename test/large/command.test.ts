import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { PART_BYTES } from '#protocol/limits.ts'
import { startProxy, type Way } from '../tools/proxy.ts'
import { startServer } from '../tools/server.ts'
import { bytesBelow, configFor, hashFile, LARGE_BYTES, mostGrowth, peakMemory, until, writeLarge } from './support.ts'

// The built command, against the built server in real workerd, with a file too large to hold in memory.

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sealdrop-large-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

test.for(['Workers KV', 'R2'] as const)(
  'a large file goes through %s and back, though the server dies in both directions and the command too',
  async (store) => {
    await using line = await startProxy()
    await using server = await startServer({ config: configFor(store, folder), origin: line.url })
    line.lead(Number(new URL(server.url).port))
    // On a machine of any speed the transfer has a middle, and does not end before it is killed.
    const dieInTheMiddle = async (way: Way, begin: () => Run): Promise<Run> => {
      const aQuarter = line.hold(way, 0.25 * LARGE_BYTES)
      const begun = begin()
      await aQuarter
      await server.kill()
      line.mend()
      const aThirdMore = line.hold(way, 0.35 * LARGE_BYTES)
      await sleep(500)
      await server.start()
      await aThirdMore
      begun.child.kill('SIGKILL')
      return begun
    }
    const file = join(folder, 'film.bin')
    const hash = writeLarge(file)
    const small = join(folder, 'small.bin')
    writeLarge(small, 1_000)
    // The memory of the command for a small file, in either direction.
    const sentLittle = await finish(run(line.url, ['send', small]))
    const openedLittle = await finish(run(line.url, ['open', '-', '-o', join(folder, 'little')], sentLittle.stdout))
    expect(openedLittle.exitCode).toBe(0)

    const sent = await finish(await dieInTheMiddle('up', () => run(line.url, ['send', file])))
    expect(sent.stdout).toBe('')
    line.mend()
    const resumed = await finish(run(line.url, ['resume']))
    expect([resumed.exitCode, resumed.stderr]).toEqual([0, expect.any(String)])
    const link = resumed.stdout.trim()

    const out = join(folder, 'out')
    mkdirSync(out)
    const stopped = await finish(await dieInTheMiddle('down', () => run(line.url, ['open', '-', '-o', out], link)))
    line.mend()
    const opened = await finish(run(line.url, ['open', '-', '-o', out], link))
    expect([opened.exitCode, opened.stderr]).toEqual([0, expect.stringContaining('opened and burned')])
    expect(readdirSync(out)).toEqual(['film.bin'])
    expect(await hashFile(join(out, 'film.bin'))).toBe(hash)
    // The server keeps nothing but the parts on their way to the disk, still noted nowhere, when the power went.
    await until(() => bytesBelow(server.data) < FLIGHTS * PART_BYTES)

    const grew = (each: { peakBytes: number }, from: { peakBytes: number }): number =>
      (each.peakBytes - from.peakBytes) / 1_048_576
    const growth = [
      ...[sent, resumed].map((each) => grew(each, sentLittle)),
      ...[stopped, opened].map((each) => grew(each, openedLittle)),
    ]
    console.log(
      `${store}: send, resume, open, open again grew by ${growth.map((each) => each.toFixed(0)).join(', ')} MiB`,
    )
    for (const each of growth) expect(each).toBeLessThan(mostGrowth(100))
  },
)

interface Run {
  readonly child: ChildProcess
  readonly ended: Promise<{ exitCode: number | null; stdout: string; stderr: string; peakBytes: number }>
}

/** Starts the command. @param input - its standard input */
function run(url: string, args: readonly string[], input = ''): Run {
  const child = spawn(process.execPath, [COMMAND, ...args], {
    cwd: folder,
    env: { ...process.env, SEALDROP_HOME: join(folder, 'home'), SEALDROP_SERVER: url },
  })
  let stdout = ''
  let stderr = ''
  let peakBytes = 0
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  child.stdin.end(input)
  const timer = setInterval(() => (peakBytes = Math.max(peakBytes, peakMemory(child.pid ?? 0))), 20)
  const ended = once(child, 'close').then(() => {
    clearInterval(timer)
    return { exitCode: child.exitCode, stdout, stderr, peakBytes }
  })
  return { child, ended }
}

function finish({ ended }: Run): Run['ended'] {
  return ended
}

/** Parts on their way at once, and a little for the rest. */
const FLIGHTS = 4
const COMMAND = fileURLToPath(new URL('../../dist/cli/sealdrop.js', import.meta.url))
