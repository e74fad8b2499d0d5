// Sealing and opening a large file in Node, compared with other libraries. `npm run bench:seal`. Exits with 1 if a promise is
// missed.
import { MEBIBYTES, prepareFiles, ROUNDS, runContestant } from './contest.ts'
import { judge, speedOf, printResults, race, type Run } from './race.ts'

const CONTESTANTS = ['sealdrop', 'typage', 'native', 'gcm', 'openpgp']
/** Ours, with the hash over the ciphertext that sending it needs. */
const HASHED = 'sealdrop, hashed'
/** How many times as fast as another contestant ours must be. */
const LEAST: readonly (readonly [other: string, times: number])[] = [
  ['typage', 2],
  ['native', 0.7],
]

using prepared = prepareFiles(CONTESTANTS)
const { folder } = prepared
for (const act of ['seal', 'open'] as const) {
  const results = await race(act === 'seal' ? [...CONTESTANTS, HASHED] : CONTESTANTS, {
    bytes: MEBIBYTES * 1_048_576,
    rounds: ROUNDS,
    run: (name) => JSON.parse(runContestant(name, act, folder)) as Run,
  })
  printResults(`Node, ${act} ${MEBIBYTES} MiB, best of ${ROUNDS}`, results, 'sealdrop')
  const promises = LEAST.map(([other, times]) => ({
    what: `${act}, ${times} × ${other}`,
    bytesPerSecond: speedOf(results, 'sealdrop'),
    least: times * speedOf(results, other),
  }))
  if (!judge(promises)) process.exitCode = 1
}
