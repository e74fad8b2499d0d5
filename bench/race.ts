/** What one run of a contestant took. */
export interface Lap {
  readonly seconds: number
  /** Most memory that the process had, in bytes. */
  readonly peakBytes: number
}

export type Act = 'seal' | 'open'

/** The best of several runs. Others use the machine too, so that no mean means anything. */
export interface Best {
  /** Bytes of plaintext per second. */
  readonly pace: number
  readonly peakBytes: number
}

export type Results = Readonly<Record<string, Best>>

/** Runs the contestants in turns, `rounds` times, so that a slow minute of the machine is everybody's. */
export async function race(
  names: readonly string[],
  { bytes, rounds, run }: { bytes: number; rounds: number; run: (name: string) => Lap | Promise<Lap> },
): Promise<Results> {
  const best: Record<string, Best> = {}
  for (let round = 0; round < rounds; round++) {
    for (const name of names) {
      const { seconds, peakBytes } = await run(name)
      const before = best[name] ?? { pace: 0, peakBytes: Infinity }
      best[name] = { pace: Math.max(before.pace, bytes / seconds), peakBytes: Math.min(before.peakBytes, peakBytes) }
    }
  }
  return best
}

/** A table, the ratios to the contestant that all are compared with included. */
export function printResults(title: string, results: Results, ours: string): void {
  console.log(`\n${title}`)
  const base = results[ours]?.pace ?? Number.NaN
  for (const [name, { pace, peakBytes }] of Object.entries(results)) {
    const cells = [mebibytes(pace).padStart(7), 'MiB/s', `${(base / pace).toFixed(2)} ×`.padStart(9)]
    console.log(`  ${name.padEnd(34)}${cells.join(' ')}${mebibytes(peakBytes).padStart(8)} MiB of memory`)
  }
  console.log(`  The ratio says how many times as fast ${ours} is.`)
}

/** What was promised: a pace that is at least so many times another. */
export interface Promised {
  readonly what: string
  readonly pace: number
  readonly least: number
}

/** Says of each promise whether it is kept. @returns whether all are */
export function judge(promises: readonly Promised[]): boolean {
  for (const { what, pace, least } of promises) {
    const kept = pace >= least ? 'kept  ' : 'MISSED'
    console.log(`${kept} ${what}: ${mebibytes(pace)} MiB/s, at least ${mebibytes(least)} promised`)
  }
  return promises.every(({ pace, least }) => pace >= least)
}

/** @throws Error if nobody of that name ran: a promise about nothing would always be kept */
export function paceOf(results: Results, name: string): number {
  const best = results[name]
  if (best === undefined) throw new Error(`${name} did not run`)
  return best.pace
}

function mebibytes(bytes: number): string {
  return (bytes / 1_048_576).toFixed(0)
}
