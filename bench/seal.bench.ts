// Sealing and opening a large file in Node, beside what others do. `npm run bench:seal`. Ends with 1 if a promise is missed.
import { MEBIBYTES, prepare, ROUNDS, runContestant } from './files.ts'
import { judge, paceOf, printResults, race, type Lap } from './race.ts'

const CONTESTANTS = ['sealdrop', 'typage', 'native', 'gcm', 'openpgp']
/** Ours, with the hash over what is sealed, which belongs to sending it. */
const HASHED = 'sealdrop, hashed'
/** At least so many times as fast as another. */
const LEAST: readonly (readonly [other: string, times: number])[] = [
  ['typage', 2],
  ['native', 0.7],
]

using prepared = prepare(CONTESTANTS)
const { folder } = prepared
for (const act of ['seal', 'open'] as const) {
  const results = await race(act === 'seal' ? [...CONTESTANTS, HASHED] : CONTESTANTS, {
    bytes: MEBIBYTES * 1_048_576,
    rounds: ROUNDS,
    run: (name) => JSON.parse(runContestant(name, act, folder)) as Lap,
  })
  printResults(`Node, ${act} ${MEBIBYTES} MiB, best of ${ROUNDS}`, results, 'sealdrop')
  const promises = LEAST.map(([other, times]) => ({
    what: `${act}, ${times} × ${other}`,
    pace: paceOf(results, 'sealdrop'),
    least: times * paceOf(results, other),
  }))
  if (!judge(promises)) process.exitCode = 1
}
