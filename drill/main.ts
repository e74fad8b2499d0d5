// `npm run drill`: people use everything, then the server is seized, and whatever may not be there is looked for in all that
// its operator has. docs/operations.md §9. Ends with 1 if anything is found.
//   --json              the report as data
//   --with-page         somebody uses the page too, in Chromium
//   --patience SECONDS  how long runs of stored bytes are tried as keys; all whole values are tried in any case
//   --no-build          takes dist/ as it is
import { parseArgs } from 'node:util'
import { ROOT } from '../tools/bundle.ts'
import { formatReport } from './report.ts'
import { runDrill } from './run.ts'

const { values } = parseArgs({
  options: {
    json: { type: 'boolean' },
    'no-build': { type: 'boolean' },
    // A drill is part of every check.
    patience: { type: 'string', default: '6' },
    'with-page': { type: 'boolean' },
  },
})
if (values['no-build'] !== true) await (await import('../tools/build.ts')).build()
const report = await runDrill(ROOT, {
  withPage: values['with-page'] === true,
  patienceMs: 1_000 * Number(values.patience),
})
console.log(values.json === true ? JSON.stringify(report, null, 2) : formatReport(report))
// What the people's clients keep open is of no use any more.
process.exit(report.passed ? 0 : 1)
