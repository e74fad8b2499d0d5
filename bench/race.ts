/** Time and memory of one run of a contestant. */
export interface Run {
  readonly seconds: number
  /** Most memory that the process had, in bytes. */
  readonly peakBytes: number
}

export type Operation = 'seal' | 'open'

/** The best of several runs. Other programs share the machine, so a mean would say nothing. */
export interface Best {
  /** Bytes of plaintext per second. */
  readonly bytesPerSecond: number
  readonly peakBytes: number
}

export type Results = Readonly<Record<string, Best>>

/** Runs the contestants in turn, `rounds` times, so that a slow minute of the machine affects all of them. */
export async function race(
  names: readonly string[],
  { bytes, rounds, run }: { bytes: number; rounds: number; run: (name: string) => Run | Promise<Run> },
): Promise<Results> {
  const best: Record<string, Best> = {}
  for (let round = 0; round < rounds; round++) {
    for (const name of names) {
      const { seconds, peakBytes } = await run(name)
      const before = best[name] ?? { bytesPerSecond: 0, peakBytes: Infinity }
      best[name] = {
        bytesPerSecond: Math.max(before.bytesPerSecond, bytes / seconds),
        peakBytes: Math.min(before.peakBytes, peakBytes),
      }
    }
  }
  return best
}

/** Prints a table with the ratio of `ours` to each contestant. */
export function printResults(title: string, results: Results, ours: string): void {
  console.log(`\n${title}`)
  const base = results[ours]?.bytesPerSecond ?? Number.NaN
  for (const [name, { bytesPerSecond, peakBytes }] of Object.entries(results)) {
    const cells = [
      mebibytes(bytesPerSecond).padStart(7),
      'MiB/s',
      `${(base / bytesPerSecond).toFixed(2)} ×`.padStart(9),
    ]
    console.log(`  ${name.padEnd(34)}${cells.join(' ')}${mebibytes(peakBytes).padStart(8)} MiB of memory`)
  }
  console.log(`  The ratio says how many times as fast ${ours} is.`)
}

/** A promised speed, in bytes per second, and the least that keeps the promise. */
export interface SpeedPromise {
  readonly what: string
  readonly bytesPerSecond: number
  readonly least: number
}

/** Prints for each promise whether it is kept. @returns whether all are */
export function judge(promises: readonly SpeedPromise[]): boolean {
  for (const { what, bytesPerSecond, least } of promises) {
    const kept = bytesPerSecond >= least ? 'kept  ' : 'MISSED'
    console.log(`${kept} ${what}: ${mebibytes(bytesPerSecond)} MiB/s, at least ${mebibytes(least)} promised`)
  }
  return promises.every(({ bytesPerSecond, least }) => bytesPerSecond >= least)
}

/** @throws Error if no contestant of that name ran: a promise about nothing would always be kept */
export function speedOf(results: Results, name: string): number {
  const best = results[name]
  if (best === undefined) throw new Error(`${name} did not run`)
  return best.bytesPerSecond
}

function mebibytes(bytes: number): string {
  return (bytes / 1_048_576).toFixed(0)
}
