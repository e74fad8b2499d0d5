// `npm run test:dates`: the suites of Node and workerd, run at every date at which some calendar turns. `-- --one`: at one of them,
// a different one each day. All are in the future, since a store refuses values that expire in the past.
import { spawnSync } from 'node:child_process'
import { ROOT } from './bundle.ts'

interface Moment {
  /** When the run begins, as `Date.parse` takes it. */
  readonly at: string
  readonly zone: string
  readonly why: string
}

const DAY_MS = 86_400_000

/** Half a minute before a turn, so that much of the suite runs after it. */
const FIXED: readonly Moment[] = [
  { at: '2027-01-31T23:59:30Z', zone: 'UTC', why: 'the end of a month' },
  { at: '2027-12-31T23:59:30Z', zone: 'UTC', why: 'the end of a year' },
  { at: '2028-02-29T12:00:00Z', zone: 'UTC', why: 'a leap day' },
  { at: '2028-02-29T23:59:30Z', zone: 'UTC', why: 'the end of a leap day' },
  { at: '2038-01-20T00:00:00Z', zone: 'UTC', why: 'more seconds than 31 bits hold' },
  { at: '2028-03-26T00:59:30Z', zone: 'Europe/Berlin', why: 'clocks go forward' },
  { at: '2028-10-29T00:59:30Z', zone: 'Europe/Berlin', why: 'clocks go back' },
  { at: '2028-04-01T14:59:30Z', zone: 'Australia/Lord_Howe', why: 'clocks go back by half an hour' },
  { at: '2028-06-15T11:00:00Z', zone: 'Pacific/Kiritimati', why: 'a date ahead of that of UTC' },
]

/** Each day of next week: its beginning, and a minute before its end. A week of keys begins on Thursday. */
function weekdays(now: number): readonly Moment[] {
  const tomorrow = (Math.floor(now / DAY_MS) + 1) * DAY_MS
  return Array.from({ length: 7 }, (_, n) => tomorrow + n * DAY_MS).flatMap((start) => {
    const name = new Date(start).toLocaleDateString('en', { weekday: 'long', timeZone: 'UTC' })
    return [
      { at: new Date(start).toISOString(), zone: 'UTC', why: `${name} begins` },
      { at: new Date(start + DAY_MS - 60_000).toISOString(), zone: 'UTC', why: `${name} ends` },
    ]
  })
}

function isPassed({ at, zone, why }: Moment): boolean {
  console.log(`\n── ${at} (${why}), ${zone}`)
  const { status } = spawnSync('vitest', ['run', '--project', 'node', '--project', 'workerd'], {
    cwd: ROOT,
    env: { ...process.env, CLOCK: at, TZ: zone },
    stdio: 'inherit',
  })
  return status === 0
}

const now = Date.now()
const all = [...weekdays(now), ...FIXED.filter(({ at }) => Date.parse(at) > now)]
const today = all[Math.floor(now / DAY_MS) % all.length]!
const chosen = process.argv.includes('--one') ? [today] : all
const failed = chosen.filter((moment) => !isPassed(moment))
console.log(`\n${chosen.length - failed.length} of ${chosen.length} dates passed.`)
for (const { at, why } of failed) console.log(`Failed: ${at} (${why}).`)
process.exitCode = failed.length === 0 ? 0 : 1
